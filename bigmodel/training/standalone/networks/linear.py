"""The model of programs that look at pieces of words; it is written into each of them."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from bigmodel.training.standalone.texts import cleaned

SPACES = re.compile(r"\s\s+")
WORD = re.compile(r"\w+|[^\w\s]")
Array = Any  # numpy arrays of numbers


class LinearModel:
    """N-grams of characters and of words, weighted by rarity, and a linear model on them."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = self._folder = folder or Path(__file__).resolve().parent
        stored = json.loads((folder / "instant.json").read_text("utf-8"))
        arrays = load_file(folder / "instant.safetensors")
        self.labels: list[str] = stored["labels"]  # of its outputs; none: it answers with a number
        self._reading = stored["reading"]
        self._index = {term: place for place, term in enumerate(stored["terms"])}
        self._words = {term: place for place, term in enumerate(stored.get("words", ()))}
        self._rarity, self._weights, self._bias = (
            arrays[name].astype(np.float64) for name in ("rarity", "weights", "bias")
        )
        self._word_rarity = arrays.get("word_rarity", np.empty(0)).astype(np.float64)

    def raw(self, texts: Sequence[str]) -> list[Array]:
        """Return what the model says of each text before it is brought to probabilities, (outputs,)."""
        return [self._raw(text) for text in cleaned(texts, self._folder)]

    def _raw(self, text: str) -> Array:
        text = text[: self._reading["characters"]]
        places, values = weighted(self._terms(text), self._index, self._rarity)
        raw = self._weights[:, places] @ values + self._bias
        if self._words:
            places, values = weighted(word_terms(text), self._words, self._word_rarity)
            raw += self._weights[:, len(self._index) + places] @ values
        return raw

    def _terms(self, text: str) -> Iterator[str]:
        text = SPACES.sub(" ", text.lower())
        lengths = range(self._reading["shortest"], self._reading["longest"] + 1)
        if self._reading["analyzer"] == "char":
            for length in lengths:
                for start in range(len(text) - length + 1):
                    yield text[start : start + length]
            return
        for word in (f" {part} " for part in text.split()):
            for length in lengths:
                for start in range(max(1, len(word) - length + 1)):
                    yield word[start : start + length]
                if length >= len(word):
                    break  # a short word counts once


def weighted(terms: Iterable[str], index: dict[str, int], rarity: Array) -> tuple[Array, Array]:
    """Return the places of the terms that are known, and their values as a vector of length 1."""
    known = {index[term]: n for term, n in Counter(terms).items() if term in index}
    places = np.fromiter(known, dtype=np.int64, count=len(known))
    values = np.fromiter(known.values(), dtype=np.float64, count=len(known))
    if len(known):
        values = (1.0 + np.log(values)) * rarity[places]
        values /= np.sqrt((values**2).sum())
    return places, values


def word_terms(text: str) -> Iterator[str]:
    """Yield the words of a text and the pairs of neighbours."""
    words = WORD.findall(text.lower())
    yield from words
    for first, second in itertools.pairwise(words):
        yield f"{first} {second}"


def shares(raw: Array) -> list[float]:
    """Return outputs as probabilities."""
    raised = np.exp(raw - raw.max())
    return [float(value) for value in raised / raised.sum()]
