"""Targets that are read aloud: a model is given the text of a recording and makes the sound; it opens no file."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.results.alignment import parts, plain
from bigmodel.data.targets.survey import Survey
from bigmodel.data.targets.text import TextKind


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


KIND = SpokenKind()
