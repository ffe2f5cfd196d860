"""What a fused model answers from its blocks: one line from all media together, one from each alone; numpy only, no file is opened here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.several.blocks import (
    Block,
    Cells,
    Column,
    Floats,
    Vectors,
    block_of,
    raw_block,
    scaled,
)

TOGETHER = "together"
Scores = NDArray[np.float64]  # (rows, labels) probabilities, or (rows, 1) numbers


@dataclass(frozen=True)
class Lines:
    """Columns, blocks with their scales, and the linear heads by what they see; `scale` brings numbers back to their unit."""

    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    arrays: dict[str, Any]  # mean.0, spread.0, … of blocks; weights.text, bias.text, … of heads
    is_log: bool = False
    centre: float = 0.0
    spread: float = 1.0

    @property
    def media(self) -> tuple[str, ...]:
        """The media that the rows have, in the order of the blocks."""
        return tuple(dict.fromkeys(block.medium for block in self.blocks))

    def side(self, cells: Cells, vectors: Vectors) -> dict[str, Floats]:
        """Return the scaled numbers of rows by medium, (rows, width)."""
        made: dict[str, list[Floats]] = {}
        for at, block in enumerate(self.blocks):
            raw = raw_block(block, cells, vectors)
            even = scaled(raw, self.arrays[f"mean.{at}"], self.arrays[f"spread.{at}"])
            made.setdefault(block.medium, []).append(even)
        return {medium: np.hstack(parts) for medium, parts in made.items()}

    def answers(self, side: Mapping[str, Floats]) -> dict[str, Scores]:
        """Return what all media together (`TOGETHER`) and each alone say of rows."""
        whole = np.hstack([side[medium] for medium in self.media])
        raw = {medium: self._raw(side[medium], medium) for medium in self.media}
        return {
            name: self.said(values)
            for name, values in ({TOGETHER: self._raw(whole, TOGETHER)} | raw).items()
        }

    def said(self, raw: Scores) -> Scores:
        """Return raw answers as probabilities, or as numbers in the unit of the target."""
        if self.labels:
            raised = np.exp(raw - raw.max(axis=1, keepdims=True))
            shares: Scores = raised / raised.sum(axis=1, keepdims=True)
            return shares
        reach = 3.0 if self.is_log else math.inf  # a straight line in logarithms goes far astray
        values: Scores = np.clip(raw, -reach * 2, reach * 2) * self.spread + self.centre
        return np.exp(values) if self.is_log else values

    def _raw(self, side: Floats, name: str) -> Scores:
        rows = side.astype(np.float64)
        raw: Scores = rows @ self.arrays[f"weights.{name}"].T + self.arrays[f"bias.{name}"]
        if name == TOGETHER and "inner.weight" in self.arrays:  # a hidden layer beside the head
            hidden = rows @ self.arrays["inner.weight"].T + self.arrays["inner.bias"]
            raw = raw + np.maximum(hidden, 0) @ self.arrays["outer.weight"].T
        return raw

    def to_json(self) -> dict[str, Any]:
        """Return all but the arrays."""
        return {
            "v": 1,
            "labels": list(self.labels),
            "columns": [[column.name, column.medium] for column in self.columns],
            "blocks": [block.to_json() for block in self.blocks],
            "is_log": self.is_log,
            "centre": self.centre,
            "spread": self.spread,
        }


def lines_of(record: Mapping[str, Any], arrays: dict[str, Any]) -> Lines:
    """Return what `to_json` wrote, with its arrays."""
    columns: Sequence[Sequence[str]] = record["columns"]
    return Lines(
        tuple(record["labels"]),
        tuple(Column(name, medium) for name, medium in columns),
        tuple(block_of(block) for block in record["blocks"]),
        arrays,
        record["is_log"],
        record["centre"],
        record["spread"],
    )
