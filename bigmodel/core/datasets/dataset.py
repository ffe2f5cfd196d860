"""What a dataset is: a named line of immutable versions, and the rows a task trains on. No files are read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bigmodel.core.message import Message

ONLY_TEXT = "  "  # likewise: there is none, and none is wanted; rows are learned whole
NO_LABEL = " "  # said in place of a label column: there is none. Names of columns are stripped.
COLUMNS = "columns"  # in `TaskData.extra`: what the parts of an input are called


class Form(StrEnum):
    """How an upload was laid out, which decides what its target is."""

    TABLE = "table"  # a column of texts, and one of labels or numbers
    FOLDERS = "folders"  # media files, one folder a class
    TRANSCRIPTS = "transcripts"  # recordings, and a table that says what is spoken in each
    FILES = "files"  # media files of which nothing is said
    BOXES = "boxes"  # pictures with boxes around what they show
    PICTURES = "pictures"  # pictures, and beside each what it should look like
    PAIRED = "paired"  # recordings, each with its clean twin


class Split(StrEnum):
    """Which part a row belongs to. `NONE` rows have no usable target: kept, but left out of training."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    NONE = "none"


@dataclass(frozen=True)
class UploadedFile:
    """A table behind a dataset's own rows, as it came; its bytes are kept as `uploads/<file>` of the dataset.

    `header_row` is the row of the sheet that names the columns, counted from 1; 0 where it is not
    known, `NO_HEADER` where no row does.
    """

    name: str
    file: str  # "<sha256>.<ending>"
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0


@dataclass(frozen=True)
class Recipe:
    """What was done to the upload to make this version; enough to do it again.

    The target of a row is its label given by hand, else what its label column holds, put through `relabel`.
    """

    input: str  # column the task reads
    target: str  # column the task learns; "" where the table has no labels
    seed: int = 0
    source_name: str = ""
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    medium: str = "text"
    form: str = Form.TABLE
    level: int = 0  # which folder level names the class, counted from 1; 0 where there is only one
    name_part: str = ""  # which word of file names is the class; "" where folders or tables tell
    test_name: str = ""  # file name of the person's own test file, if there is one
    relabel: Mapping[str, str] = field(default_factory=dict)  # label as it came → class
    kind: str = ""  # target kind that somebody chose; "" where the layout or the values tell
    task: str = ""  # that somebody said the data is for; "" where it was not asked
    more: tuple[str, ...] = ()  # further columns the task reads, such as the context of a question
    also: tuple[str, ...] = ()  # further columns the task learns, beside `target`
    decimal: str = ""  # mark of the decimals that somebody chose, where the values leave it open
    uploads: tuple[UploadedFile, ...] = ()  # rows name theirs by its place in here
    cleaning: tuple[str, ...] = ()  # steps that texts went through, as those at prediction do
    split_by: str = ""  # what was kept in one part beside what is the same; "" for nothing more

    @property
    def inputs(self) -> tuple[str, ...]:
        """All columns the task reads, in order."""
        return (self.input, *self.more)

    @property
    def targets(self) -> tuple[str, ...]:
        """All columns the task learns, in order."""
        return (self.target, *self.also)

    def to_json(self) -> dict[str, Any]:
        uploads = [upload.__dict__.copy() for upload in self.uploads]
        return self.__dict__ | {"relabel": dict(self.relabel), "uploads": uploads}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Recipe":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        known["uploads"] = tuple(UploadedFile(**each) for each in known.get("uploads", ()))
        known["cleaning"] = tuple(known.get("cleaning", ()))
        known["more"] = tuple(known.get("more", ()))
        known["also"] = tuple(known.get("also", ()))
        if value.get("is_amount"):  # as written before kinds had names
            known["kind"] = "number"
        return cls(**known)


@dataclass(frozen=True)
class Summary:
    """What the check found: counts for the page and the problems for the person.

    `classes` maps a label to its rows, most frequent first. `lengths` are of the input at the 0, 25,
    50, 75, 95 and 100 % points: characters of a text, pixels of the shorter side of a picture,
    milliseconds of a recording. `number_share` is the share of targets that read as a number.
    """

    rows: int
    usable_rows: int
    columns: tuple[str, ...]
    classes: Mapping[str, int]
    split_rows: Mapping[str, int]
    lengths: tuple[int, ...] = ()
    length_histogram: tuple[tuple[int, int], ...] = ()  # (length from, rows)
    number_share: float = 0.0
    number_range: tuple[float, float] | None = None
    han_share: float = 0.0  # share of letters that are Chinese characters
    problems: tuple[Message, ...] = ()
    medium: str = "text"
    form: str = Form.TABLE
    unlabelled_rows: int = 0  # rows with an input and without a target
    target: str = "label"  # target kind
    language: str = ""  # of the texts, read or spoken: zh, en, other; "" where nothing tells

    def to_json(self) -> dict[str, Any]:
        value = self.__dict__.copy()
        value["classes"] = dict(self.classes)
        value["split_rows"] = dict(self.split_rows)
        value["problems"] = [problem.to_json() for problem in self.problems]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Summary":
        known = {key: value[key] for key in cls.__dataclass_fields__ if key in value}
        known["columns"] = tuple(known["columns"])
        known["lengths"] = tuple(known.get("lengths", ()))
        known["length_histogram"] = tuple(
            (start, count) for start, count in known.get("length_histogram", ())
        )
        if known.get("number_range"):
            known["number_range"] = tuple(known["number_range"])
        known["problems"] = tuple(Message.from_json(item) for item in known.get("problems", ()))
        return cls(**({"target": _target_before_kinds(known)} | known))


def _target_before_kinds(summary: Mapping[str, Any]) -> str:
    """Return the target kind of a summary that was written before kinds had names."""
    if summary.get("form") == Form.TRANSCRIPTS:
        return "text"
    classes = summary["classes"]
    are_amounts = len(classes) > 20 or any("." in label or "," in label for label in classes)
    is_table = summary.get("form", Form.TABLE) == Form.TABLE
    is_number = is_table and summary.get("number_share", 0.0) >= 0.95 and are_amounts
    return "number" if is_number else "label"


@dataclass(frozen=True)
class Version:
    """One immutable state of a dataset; a job pins (dataset, version). `folder` is relative to the data folder."""

    dataset_id: str
    number: int
    folder: str
    digest: str
    created_at: datetime
    recipe: Recipe
    summary: Summary


@dataclass(frozen=True)
class Dataset:
    """A dataset as people see it: a name, an owner, and its newest version."""

    id: str
    owner: str
    name: str
    created_at: datetime
    version: Version


@dataclass(frozen=True)
class Rows:
    """Rows of one split, as a task sees them: texts (or media paths) and targets, in step with the ids."""

    ids: Sequence[str] = ()
    inputs: Sequence[str] = ()
    targets: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class TaskData:
    """All an engine may see of a dataset. `labels` are the sorted classes of the training rows, empty for numbers."""

    train: Rows
    validation: Rows
    test: Rows
    labels: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
