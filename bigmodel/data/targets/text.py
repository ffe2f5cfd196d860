"""Targets that are texts, such as what is spoken in a recording, or is to be read aloud; it opens no file."""

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.message import Message
from bigmodel.core.results.alignment import parts, plain
from bigmodel.core.target import TargetKind
from bigmodel.data.targets.survey import NUMBER_SHARE, Survey, error

FEWEST_A_LABEL = 5  # rows each of very many labels has on average, else they are ids
MANY_IDS = 1_000
FEW = 20  # different values that are classes in any case


class TextKind(TargetKind):
    """A text a row. Rows are not told apart by it: all have one stratum."""

    name = "text"
    forms: ClassVar[tuple[str, ...]] = (Form.TRANSCRIPTS,)
    fewest_to_hold_out = 20  # one recording holds many letters
    by_hand = False
    tells_language = True
    is_prose = True
    unasked = "label_not_classes"
    words: ClassVar = {"targets_missing": "transcripts_missing"}

    def fit(self, found: Survey) -> float:
        """Return 0.5 for values that hardly ever repeat and are no numbers: then they are not labels."""
        are_ids = len(found.labels) > max(MANY_IDS, found.usable / FEWEST_A_LABEL)
        many = len(found.labels) > max(FEW, 0.5 * found.usable) or are_ids
        return 0.5 if not found.is_media and many and found.number_share < NUMBER_SHARE else 0.0

    def value(self, target: str) -> str:
        return ""

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self

    def errors(self, found: Survey) -> Iterator[Message]:
        if not found.asked:  # most such columns were chosen by mistake
            rows, count = found.usable, len(found.labels)
            yield error(self.unasked, column=found.column, count=count, rows=rows)

    def strata(self, found: Survey) -> NDArray[np.int32]:
        return np.where(found.codes >= 0, 0, -1).astype(np.int32)


class SpokenKind(TextKind):
    """A text a row, which is the input of the model. Rows with a word that no other row has are never held out."""

    name = "spoken"
    forms = ()  # transcripts are written down, unless a person says otherwise
    is_turned = True

    def fit(self, found: Survey) -> float:
        return 0.0

    def value(self, target: str) -> str:
        return target

    def strata(self, found: Survey) -> NDArray[np.int32]:
        """Return a stratum for each text that repeats, one for all others, and one each for those that have a word alone."""
        words = [frozenset(map(plain, parts(label))) for label in found.labels]
        counts: Counter[str] = Counter()
        for some, rows in zip(words, found.label_rows.tolist(), strict=True):
            counts.update(dict.fromkeys(some, rows))
        shared = np.array([
            0 if rows == 1 and all(counts[word] > 1 for word in some) else number
            for number, (some, rows) in enumerate(
                zip(words, found.label_rows.tolist(), strict=True), 1
            )
        ] or [0], np.int32)  # fmt: skip
        return np.where(found.codes >= 0, shared[found.codes], -1).astype(np.int32)


KIND = TextKind()
KINDS = (KIND, SpokenKind())
