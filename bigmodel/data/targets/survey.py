"""Every row of an upload in a few numbers: targets, contents, lengths, given parts; it reads no rows and judges nothing."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Arg, Level, Message
from bigmodel.core.target import TargetKind
from bigmodel.data.media.files import FEWEST_FILES
from bigmodel.data.tables.number import NumberFormat, find_format
from bigmodel.data.targets import target_kinds

FEWEST_USABLE = 10
NUMBER_SHARE = 0.95  # of the targets are numbers where they are amounts
SAID_OF_FILES = {
    "targets_missing", "duplicates_conflict", "duplicates", "texts_alike", "rows_few", "class_single",
    "labels_long", "classes_many", "labels_alike", "labels_several", "classes_lopsided", "test_overlap",
    "test_labels_unknown", "unlabelled",
}  # fmt: skip


@dataclass
class Survey:
    """Every row in a few numbers.

    `codes` of labels (-1: none), `groups` by content, `lengths` of inputs (characters, pixels or
    milliseconds), `given` splits (-1: none), `is_filled`: there is an input. `together` is what rows
    share that must stay in one part: their content, or as the asked kind says. Labels are what the asked kind counts
    rows under, else the targets themselves.
    """

    labels: list[str]
    codes: NDArray[np.int32]
    groups: NDArray[np.uint64]
    lengths: NDArray[np.int32]
    is_test: NDArray[np.bool_]
    counts: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    given: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    is_media: bool = False
    keeps_split: bool = False
    asked: TargetKind | None = None
    column: str = ""  # of the labels
    delimiter: str = ""
    decimal: str = ""  # mark of the decimals, where somebody said which
    is_filled: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    together: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))

    def __post_init__(self) -> None:
        used = self.codes[self.codes >= 0]
        self.label_rows = np.bincount(used, minlength=len(self.labels))
        if not len(self.given):
            self.given = np.full(len(self.codes), -1, np.int8)
        if not len(self.together):
            self.together = self.groups
        if not len(self.is_filled):
            self.is_filled = self.codes >= 0

    @cached_property
    def kind(self) -> TargetKind:
        """The kind that was asked for, else the one the values look most like."""
        return self.asked or max(target_kinds().values(), key=lambda kind: kind.fit(self))

    @cached_property
    def format(self) -> NumberFormat:
        """How the labels write numbers."""
        return find_format(self.labels, delimiter=self.delimiter, decimal=self.decimal)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """(labels,) the number each label stands for, NaN for words and codes."""
        kinds = [self.asked] if self.asked else target_kinds().values()
        are_numbers = all(kind.reads_numbers(self) for kind in kinds)
        numbers = [self.format.number(label) if are_numbers else None for label in self.labels]
        return np.array([np.nan if n is None else n for n in numbers], np.float64)

    @property
    def fewest(self) -> int:
        """Usable rows below which the dataset is refused."""
        return FEWEST_FILES if self.is_media else FEWEST_USABLE

    @property
    def usable(self) -> int:
        return int((self.codes >= 0).sum())

    @property
    def is_unsorted(self) -> bool:
        """Whether these are files without any class, which a person can give them by hand."""
        return self.is_media and not self.usable and self.kind.by_hand and self.kind.is_given

    @property
    def is_begun(self) -> bool:
        """Whether a few rows have a label and enough others have none: somebody began to sort them."""
        unlabelled = int(self.is_filled.sum()) - self.usable
        has_few = self.usable < self.fewest or len(self.labels) == 1
        return bool(self.usable) and has_few and unlabelled >= self.fewest

    @property
    def number_share(self) -> float:
        return float(self.label_rows[np.isfinite(self.numbers)].sum() / max(1, self.usable))

    @property
    def values(self) -> NDArray[np.float64]:
        """(rows,) the number of each row's label, NaN where there is none."""
        return np.where(self.codes >= 0, np.append(self.numbers, np.nan)[self.codes], np.nan)

    def remark(self, key: str, *, level: Level = "warning", **args: Arg) -> Message:
        """Return what is to be said, in the words for this kind of rows: files are no texts."""
        if self.is_media and key in self.kind.words:
            key = self.kind.words[key]
        elif self.is_media and key in SAID_OF_FILES:
            key = f"files_{key}"
        return Message(f"data.problems.{key}", args, level)


def error(key: str, **args: Arg) -> Message:
    """Return what makes training impossible."""
    return Message(f"errors.{key}", args, "error")
