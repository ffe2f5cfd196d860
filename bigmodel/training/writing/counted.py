"""What is counted of a row and of what a model wrote for it, as an answer; it writes nothing itself."""

from dataclasses import dataclass
from pathlib import Path

from bigmodel.answers.written import Written
from bigmodel.core.datasets.inputs import SEPARATOR
from bigmodel.core.datasets.turns import turns_of
from bigmodel.training.writing.copying import TrainingRuns, count_repeats, load_runs


@dataclass(frozen=True)
class Surprise:
    """How many bits the characters of a row take, by a model and by the simplest guess."""

    bits: float
    characters: float
    plain_bits: float
    size: float = 0.0  # of the same characters in bytes
    tokens: float = 0.0  # that they are for the model, 0 where it reads characters
    base_bits: float = 0.0  # by the base that the model was tuned from


NOTHING = Surprise(0.0, 0.0, 0.0)


class Counter:
    """Counts answers; what was copied, only where the training runs lie beside the model."""

    def __init__(self, folder: Path) -> None:
        self._runs = load_runs(folder) or TrainingRuns.none()

    def answer(self, row: str, surprise: Surprise, text: str, base: str = "") -> Written:
        """Return what was written for a row as an answer, beside what the base wrote."""
        own = [self._runs.count(part) for part in turns_of(row)[1::2] or (row,)]
        own_runs, own_copied = (sum(counts[side] for counts in own) for side in (0, 1))
        told = (surprise.bits, surprise.characters, surprise.plain_bits)
        further = (surprise.size, surprise.tokens, surprise.base_bits)
        runs = (*self._runs.count(text), own_runs, own_copied, *count_repeats(text))
        return Written(text, (*told, *map(float, runs), *further), base)


def size_of(row: str) -> int:
    """Return the bytes of what counts of a row, in UTF-8; the end of a text or an answer is one."""
    said = turns_of(row)[1::2] or (row,)
    return sum(len(part.encode("utf-8", "replace")) + 1 for part in said)


def asked_of(row: str, *, is_chat: bool = False) -> tuple[str, bool]:
    """Return what a model goes on with or answers, and whether the row holds what is to be measured.

    A conversation that ends in an answer is measured, and answered once more; any other text is both, but for
    a model that answers: to it, that is a question.
    """
    turns = turns_of(row)
    if not turns:
        return row, not is_chat
    is_whole = len(turns) % 2 == 0
    return SEPARATOR.join(turns[:-1] if is_whole else turns), is_whole
