"""A model that writes by n-grams of characters: how surprised it is by a text, and how it goes on; it never needs torch."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.core.datasets.turns import turns_of
from bigmodel.training.writing.draw import draw
from bigmodel.training.writing.letters import ANSWER, END, UNSEEN_BITS, Letters, Scored
from bigmodel.training.writing.ngrams import Order, Runs

RECORD, ARRAYS = "writer.json", "writer.safetensors"
PARTS = ("runs", "kept", "contexts", "given")
Array = Any  # numpy arrays of numbers


class NgramModel:
    """A writer. `is_chat`: it answers what is said, rather than going on with it."""

    def __init__(self, letters: Letters, runs: Runs, *, is_chat: bool) -> None:
        self.letters, self.runs, self.is_chat = letters, runs, is_chat

    def bits(self, row: Scored) -> float:
        """Return how many bits what counts of a row takes; fewer are better."""
        shares = self.runs.shares(row.symbols)[row.counts]
        return float(-np.log2(shares).sum()) + UNSEEN_BITS * row.unseen

    def write(self, prompt: str, *, temperature: float, length: int, seed: int) -> Iterator[str]:
        """Yield the letters that come after a text, or of the answer to it."""
        random = np.random.default_rng(seed)
        before = self._before(prompt)
        for place in range(length):
            shares = self.runs.following(before)
            shares[[0, 2, ANSWER]] = 0.0
            symbol = draw(shares, temperature, random)
            if symbol == END and (self.is_chat or place):
                return
            if symbol == END:  # it takes the text for finished: another one begins
                before = []
                yield "\n"
                continue
            before.append(symbol)
            yield self.letters.letter(symbol)

    def _before(self, prompt: str) -> list[int]:
        if not self.is_chat:
            return self.letters.symbols("\n".join(turns_of(prompt) or (prompt,)))
        found: list[int] = []
        for place, turn in enumerate(turns_of(prompt) or (prompt,)):
            found += [*self.letters.symbols(turn), END if place % 2 else ANSWER]
        return found

    def save(self, folder: Path) -> None:
        """Write the model: letters as JSON, numbers as arrays."""
        record = {
            "v": 1,
            "is_chat": self.is_chat,
            "orders": len(self.runs.orders),
            **self.letters.record(),
        }
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
        arrays = {}
        for length, order in enumerate(self.runs.orders, 1):
            for name in PARTS:
                array = getattr(order, name)
                is_key = name in ("runs", "contexts")
                arrays[f"{name}.{length}"] = array if is_key else array.astype(np.float32)
        save_file(arrays, folder / ARRAYS)


def load_ngram_model(folder: Path) -> NgramModel:
    """Load what `NgramModel.save` wrote; it writes as on the day it was trained."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    arrays = load_file(folder / ARRAYS)
    orders = [
        Order(*(arrays[f"{name}.{length}"] for name in PARTS))
        for length in range(1, record["orders"] + 1)
    ]
    letters = Letters(record["letters"], record["occurrences"], record["ends"])
    return NgramModel(letters, Runs(orders, letters.size), is_chat=record["is_chat"])
