"""Texts as the training loop takes rows, and what the loop strives for; it knows no file.

Running text is one stream that is cut into windows, each epoch at other places; a conversation is a row of its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from bigmodel.training.loop.examples import Batch
from bigmodel.training.loop.objective import IGNORED, TokenObjective

Row = tuple[list[int], list[bool]]  # tokens, and which of them count


@dataclass(frozen=True)
class Windows:
    """A stream of texts in windows of a width."""

    stream: Any  # (tokens,) int64
    width: int
    seed: int = 0

    @property
    def lengths(self) -> Sequence[int]:
        return [self.width] * max(1, (len(self.stream) - 1) // self.width)

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        """Return some windows, moved along the stream by what the epoch says."""
        moved = (
            0
            if epoch is None
            else int(np.random.default_rng([self.seed, epoch]).integers(self.width))
        )
        places = np.array(rows)[:, None] * self.width + np.arange(self.width + 1)[None] + moved
        tokens = torch.from_numpy(self.stream[places % len(self.stream)]).to(device)
        return Batch({"input_ids": tokens[:, :-1]}, tokens[:, 1:])


@dataclass(frozen=True)
class Conversations:
    """Conversations, each as tokens of which those of the answers count."""

    rows: Sequence[Row]
    width: int
    padding: int

    @property
    def lengths(self) -> Sequence[int]:
        return [min(self.width, len(tokens)) for tokens, _ in self.rows]

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str,
        epoch: int | None = None,  # noqa: ARG002 - conversations are not varied
    ) -> Batch:
        """Return some conversations, as wide as the longest; of one that is too long, its end."""
        chosen = [self.rows[row] for row in rows]
        cut = [(tokens[-self.width :], counts[-self.width :]) for tokens, counts in chosen]
        width = max(len(tokens) for tokens, _ in cut) - 1
        given = np.full((len(cut), width), self.padding)
        wanted = np.full((len(cut), width), IGNORED)
        for place, (tokens, counts) in enumerate(cut):
            given[place, : len(tokens) - 1] = tokens[:-1]
            targets = np.where(counts[1:], tokens[1:], IGNORED)
            wanted[place, : len(targets)] = targets
        inputs = {"input_ids": torch.from_numpy(given).to(device)}
        return Batch(inputs, torch.from_numpy(wanted).to(device))


class NextToken(TokenObjective):
    """Cross entropy of the next token; the best weights have the fewest bits per character of held-out rows."""

    def __init__(self, characters_a_token: float) -> None:
        super().__init__()
        self._characters = characters_a_token  # of the held-out rows

    def measure(self, looks: Sequence[Any]) -> dict[str, float]:
        """Return the mean loss of a token, and the bits per character."""
        loss = super().measure(looks)["loss"]
        return {"loss": loss, "bits_per_character": loss / math.log(2) / self._characters}
