"""What a file would add to a table that is there already, in counts and a few examples; values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clash:
    """A text that is there with another label than the file gives it."""

    text: str
    label: str  # in the file
    before: str  # where it was already


@dataclass(frozen=True)
class AppendPreview:
    """Rows of a file beside those of a dataset.

    `fresh` rows are new; `repeated` ones say what is there already, among them those of `clashes`, which
    have another label than there; `completed` ones give a row its label that had none. `empty` rows have
    no text. `unlabelled` are the fresh ones without a label. `clashes` are the first of `clashing`.
    """

    rows: int
    fresh: int
    repeated: int
    clashing: int = 0
    completed: int = 0
    empty: int = 0
    unlabelled: int = 0
    clashes: tuple[Clash, ...] = ()
    new_labels: tuple[str, ...] = ()  # classes of fresh rows that the dataset does not know yet
    left_out: tuple[str, ...] = ()  # columns of the file that the dataset lacks
    lacking: tuple[str, ...] = ()  # columns of the dataset that the file lacks
    text_column: str = (
        ""  # column of the file taken for the texts by what it holds, not by its name
    )
    label_column: str = ""  # the same of labels, also where the dataset has no column of labels

    def added(self, *, keep_repeated: bool) -> int:
        """Return how many rows come in."""
        return self.fresh + (self.repeated if keep_repeated else 0)
