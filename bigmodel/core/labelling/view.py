"""What a person who sorts by hand is shown, as plain values; a guess is only in it where somebody asked for it."""

from dataclasses import dataclass

from bigmodel.core.message import Message

FIRST_ROWS = (
    10  # of each of two classes: from here on a first model stands, and training is worth a try
)


@dataclass(frozen=True)
class LabelRow:
    """One content to sort: a text, or the name of a media file. `alike` rows are the same and get its label too.

    `is_back` tells one that was skipped before. `guess` is what the model thinks, with its probability.
    """

    row_id: str
    shown: str
    alike: int = 1
    is_even: bool = True
    is_back: bool = False
    label: str = ""
    guess: tuple[str, float] | None = None


@dataclass(frozen=True)
class ClassCount:
    """A class with the contents it has; `by_hand` of them were sorted here, the others came with a label."""

    name: str
    count: int
    by_hand: int


@dataclass(frozen=True)
class CurvePoint:
    """Accuracy after learning from so many labels, with its interval of 95 %."""

    labels: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class LabelModel:
    """The model behind the order: none yet, being made, or there; and its learning curve.

    `gain` is what `more` further labels should add to the accuracy, from and to; None where nobody can tell.
    """

    state: str  # "none", "pending" or "ready"
    labels: int = 0
    curve: tuple[CurvePoint, ...] = ()
    held: int = 0
    more: int = 0
    gain: tuple[float, float] | None = None
    error: Message | None = None


@dataclass(frozen=True)
class LabellingView:
    """Everything of one look. `total` are the contents that came without a label, `done` those sorted so far."""

    dataset_id: str
    name: str
    medium: str
    classes: tuple[ClassCount, ...]
    rows: tuple[LabelRow, ...]  # to sort next, in order
    last: tuple[LabelRow, ...]  # sorted last, newest first
    total: int
    done: int
    skipped: int
    labelled: int  # contents that came with a label
    can_undo: bool
    missing: tuple[
        tuple[str, int], ...
    ]  # classes that are short of `FIRST_ROWS`, with how many they lack
    is_enough: bool
    model: LabelModel
    is_drawn: bool = False  # labels are drawn into the picture: boxes, one class each
    can_draw: bool = False  # nothing is labelled yet, and it could be drawn instead
