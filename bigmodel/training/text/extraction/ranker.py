"""Ranks the candidates of a question by a linear model over their features; it needs numpy alone and fits nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.training.text.extraction.candidates import Candidate, candidates_of
from bigmodel.training.text.extraction.choice import AS_IT_IS, Choice, chosen
from bigmodel.training.text.extraction.features import Asked, Floats, Passage, features, nothing

BEST = 5  # sentences whose parts are ranked


@dataclass(frozen=True)
class Ranker:
    """`rarity` of words and pairs, `weights` of the features, and whether a passage may hold no answer."""

    rarity: Mapping[str, float]
    weights: Floats
    has_nothing: bool
    line: tuple[float, float] = AS_IT_IS
    _read: object = field(default_factory=lambda: lru_cache(maxsize=64)(Passage), compare=False)

    def look(self, passage: str, question: str) -> tuple[list[Candidate], Floats]:
        """Return the candidates and their features; where a passage may hold no answer, that is the last row."""
        read: Passage = self._read(passage)  # type: ignore[operator]  # a cached class
        asked = Asked(read, question, self.rarity)
        found = candidates_of(passage, read.sentences, asked.best(BEST), asked.words)
        rows = features(asked, found)
        return found, np.concatenate([rows, nothing(asked)]) if self.has_nothing else rows

    def choose(self, passage: str, question: str) -> Choice:
        """Return the best places of a passage."""
        if not passage.strip() or not question.strip():
            return Choice()
        found, rows = self.look(passage, question)
        if not len(rows):
            return Choice()
        raw = rows @ self.weights
        shares = np.exp(raw - raw.max())
        shares /= shares.sum()
        places = [
            (c.start, c.end, float(s)) for c, s in zip(found, shares[: len(found)], strict=True)
        ]
        return chosen(places, float(shares[-1]) if self.has_nothing else None, self.line)

    def with_weights(self, weights: Floats) -> "Ranker":
        """Return the same with other weights, as they will be read."""
        return replace(self, weights=weights.astype(np.float32).astype(np.float64))

    def save(self, folder: Path) -> None:
        """Write the model."""
        record = {"v": 1, "rarity": self.rarity, "has_nothing": self.has_nothing, "line": self.line}
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
        save_file({"weights": self.weights.astype(np.float32)}, folder / WEIGHTS)


RECORD = "instant.json"
WEIGHTS = "instant.safetensors"


def load_ranker(folder: Path) -> Ranker:
    """Load what `Ranker.save` wrote."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    weights = load_file(folder / WEIGHTS)["weights"].astype(np.float64)
    slope, offset = record["line"]
    return Ranker(record["rarity"], weights, record["has_nothing"], (slope, offset))
