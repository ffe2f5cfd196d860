"""The contract of a target kind: how right answers are surveyed, checked, split and loaded; it opens no file.

A kind is a module `bigmodel/data/targets/<name>.py` that holds `KIND`. A task names it: `Task.target = "label"`.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bigmodel.core.datasets.dataset import Recipe, Summary
from bigmodel.core.message import Message

Column = Any  # what was counted of the targets: bigmodel.data.targets.survey.Survey
Codes = Any  # (rows,) numpy integers


@dataclass(frozen=True)
class Chart:
    """How many rows have which target: bars in their order, what is said above, and how many are left out."""

    bars: tuple[tuple[str, int], ...] = ()
    title: Message | None = None
    more: int = 0


class TargetKind(ABC):
    """What the house asks of a kind of right answers; rows come as texts, whatever the kind."""

    name: ClassVar[str]
    forms: ClassVar[tuple[str, ...]] = ()  # layouts of an upload whose targets are of this kind
    fewest_to_hold_out: ClassVar[int] = 50  # usable rows below which nothing is held out
    fewest_together: ClassVar[int] = (
        0  # of what rows share (`together`); with fewer, rows are parted one by one
    )
    most_names: ClassVar[int] = 0  # values that a person can rename; more are no names
    by_hand: ClassVar[bool] = (
        True  # whether a person can give it to a row on the page, by choosing a class
    )
    is_drawn: ClassVar[bool] = False  # by hand it is drawn into the input, one class a piece
    fewest_classes: ClassVar[int] = 2  # from here on there is something to learn
    tells_language: ClassVar[bool] = False  # of media: the targets are texts in a language
    reads_inputs: ClassVar[bool] = False  # targets say where in the input something stands
    has_several: ClassVar[bool] = False  # classes are counted within rows: one may have several
    is_given: ClassVar[bool] = (
        True  # rows that are learned from have one; else their inputs are enough
    )
    is_prose: ClassVar[bool] = False  # a column of such targets looks like one of inputs
    is_file: ClassVar[bool] = (
        False  # names of files beside those of the inputs, such as the clean of a noisy one
    )
    is_turned: ClassVar[bool] = (
        False  # what came as the target is read, and what came as the input is made
    )
    learns_several: ClassVar[bool] = False  # a target is made of several columns
    reads_all: ClassVar[bool] = (
        False  # every other column is an input, whatever its medium; a row may lack some
    )
    unasked: ClassVar[str] = ""  # key of the refusal of a table that nobody said is of this kind
    words: ClassVar[Mapping[str, str]] = {}  # its own words for some problems of files

    @property
    def is_told(self) -> bool:
        """Whether the values of a file tell that they are of this kind, so that nobody has to say so."""
        return self.is_given and not self.unasked and not self.reads_all

    # surveying a column ---------------------------------------------------------------------------

    def fit(self, found: Column) -> float:
        """Return how much a table's targets look like this kind, where nobody said what they are."""
        return 0.0

    def recognises(self, values: Sequence[str]) -> bool:
        """Tell whether the values of a column can be nothing but such targets, whatever it is called."""
        return False

    def value(self, target: str) -> str:
        """Return what rows with this target are counted under."""
        return target

    def parts(self, target: str) -> Sequence[str]:
        """Return the class of each piece of a target; by default it is one class itself."""
        return (target,) if target else ()

    def recoined(self, target: str, name: str, to: str) -> str:
        """Return a target after a class got another name."""
        return to if target == name else target

    def among(self, target: str, classes: Sequence[str]) -> str:
        """Return a target with what is of these classes alone; where there is one class, all pieces are of it."""
        return target

    def reads_numbers(self, found: Column) -> bool:
        """Tell whether digits are numbers rather than names of classes."""
        return True

    def classes(self, found: Column) -> dict[str, int]:
        """Return targets and how many rows have each, most frequent first, for people to see."""
        return {}

    def joined(self, found: Column, relabel: Mapping[str, str]) -> dict[str, str]:
        """Return what targets stand for that are another one written differently."""
        return {}

    # checking before training -------------------------------------------------------------------

    @abstractmethod
    def errors(self, found: Column) -> Iterator[Message]:
        """Yield what makes training impossible, each with its fix."""

    def warnings(self, found: Column) -> Iterator[Message]:
        """Yield what a person should know before training."""
        yield from ()

    # splitting ------------------------------------------------------------------------------------

    def together(self, text: str, target: str = "") -> str:
        """Return what rows share that must stay in one part: by default nothing but the whole input."""
        return text

    @abstractmethod
    def strata(self, found: Column) -> Codes:
        """Return the stratum of each row for splitting, -1 for rows without a target."""

    def stratum(self, target: str) -> str:
        """Return the group over which folds are spread evenly."""
        return ""

    def unknown(self, found: Column, is_test: Codes, is_train: Codes) -> Codes:
        """Return which test rows have a target that no training row has, where that cannot be measured."""
        return is_test & False

    # loading --------------------------------------------------------------------------------------

    def fitted(
        self,
        targets: Sequence[str],
        cells: Sequence[str],
        inputs: Sequence[str],
        counts: Counter[str] | None = None,
    ) -> Sequence[str]:
        """Return targets that name places of an input as they suit the input that is kept.

        Args:
            targets: of the rows.
            cells: their inputs as they came.
            inputs: the same after cleaning.
            counts: takes how often something of a target could not be kept.
        """
        return targets

    def written(self, found: Column, targets: Sequence[str]) -> Sequence[str]:
        """Return targets as a version keeps them."""
        return targets

    def plain(self, targets: Sequence[str]) -> Sequence[str]:
        """Return the targets of a version as an engine reads them."""
        return targets

    def labels_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Return the labels that a model of these training targets chooses between."""
        return ()

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        """Tell whether a truth can be measured against."""
        return True

    def said(self, target: str) -> str:
        """Return a target as people read it."""
        return target

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        """Return how many rows have which target."""
        return Chart()
