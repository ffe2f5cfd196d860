"""How much of a written text stands in the training texts, by runs of eight words, and how much it repeats itself.

A Chinese, Japanese or Korean character is a word here. Of training texts only hashes of their runs are kept.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.core.datasets.turns import turns_of

Array = Any  # numpy arrays of numbers
FILE = "copied.safetensors"  # stays here when a model is downloaded: it tells what was learned from
RUN, REPEATED = 8, 4  # words
MOST_RUNS = 4_000_000
FACTOR = np.uint64(0x9E3779B97F4A7C15)
WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)


class TrainingRuns:
    """The runs of words of training texts."""

    def __init__(self, hashes: Array) -> None:
        self.hashes = hashes  # (runs,) uint64, sorted

    @classmethod
    def none(cls) -> "TrainingRuns":
        """Return no runs: of a model whose training texts are not known."""
        return cls(np.empty(0, np.uint64))

    def save(self, folder: Path) -> None:
        """Write them beside a model."""
        save_file({"runs": self.hashes.view(np.int64)}, folder / FILE)

    def count(self, text: str) -> tuple[int, int]:
        """Return how many runs a text has, and how many of them training texts have too."""
        runs = _hashes(_words(text), RUN)
        if not len(runs) or not len(self.hashes):
            return len(runs), 0
        place = np.minimum(np.searchsorted(self.hashes, runs), len(self.hashes) - 1)
        return len(runs), int((self.hashes[place] == runs).sum())


def learn_runs(texts: Iterable[str]) -> TrainingRuns:
    """Return the runs of rows; of conversations, those of the answers."""
    found, count = [np.empty(0, np.uint64)], 0
    for text in texts:
        for part in turns_of(text)[1::2] or (text,):
            runs = _hashes(_words(part), RUN)
            found.append(runs)
            count += len(runs)
        if count > MOST_RUNS:
            break
    return TrainingRuns(np.unique(np.concatenate(found)))


def load_runs(folder: Path) -> TrainingRuns | None:
    """Load what `save` wrote; None where it is not there, as in a downloaded model."""
    if not (folder / FILE).is_file():
        return None
    return TrainingRuns(load_file(folder / FILE)["runs"].view(np.uint64))


def count_repeats(text: str) -> tuple[int, int]:
    """Return how many short runs of words a text has, and how many of them it had before."""
    runs = _hashes(_words(text), REPEATED)
    return len(runs), len(runs) - len(np.unique(runs))


def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def _hashes(words: Sequence[str], length: int) -> Array:
    each = np.array([_hash(word) for word in words], np.uint64)
    count = max(0, len(each) - length + 1)
    runs = np.zeros(count, np.uint64)
    with np.errstate(over="ignore"):
        for place in range(length):
            runs = runs * FACTOR + each[place : place + count]
    return runs


@lru_cache(maxsize=100_000)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
