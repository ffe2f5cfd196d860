"""What a training strives for whose targets are tokens; it knows no tokenizer."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

IGNORED = -100  # places of a batch that hold no target


class TokenObjective:
    """Cross entropy of the target's tokens, smoothed (Szegedy et al. 2016); the best weights have the lowest plain loss."""

    def __init__(self, smoothing: float = 0.0) -> None:
        self._smoothing = smoothing

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss of a token. raw: (rows, places, tokens)."""
        is_real = targets != IGNORED
        return functional.cross_entropy(
            raw[is_real].float(), targets[is_real], label_smoothing=self._smoothing
        )

    def look(self, raw: Tensor, targets: Tensor) -> tuple[float, int]:
        """Return the sum of the losses of a batch, and its tokens."""
        is_real = targets != IGNORED
        total = functional.cross_entropy(raw[is_real].float(), targets[is_real], reduction="sum")
        return float(total), int(is_real.sum())

    def measure(self, looks: Sequence[Any]) -> dict[str, float]:
        """Return the mean loss of a token, and its perplexity."""
        loss = sum(total for total, _ in looks) / max(1, sum(tokens for _, tokens in looks))
        return {"loss": loss, "perplexity": float(torch.tensor(loss).exp())}

    def score(self, measures: dict[str, float]) -> float:
        """Return the measure that chooses the best weights."""
        return -measures["loss"]
