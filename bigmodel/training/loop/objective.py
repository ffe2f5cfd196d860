"""What a training strives for: the loss of a batch and the measures of held-out rows; it knows no model and no loop."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.training.loop.targets import balanced_weights, class_indices, numbers


class Objective(Protocol):
    """`raw` is what the model answers to a batch, on its device; `targets` are those of the batch."""

    def loss(self, raw: Any, targets: Any) -> Tensor:
        """Return the mean loss of a batch."""

    def look(self, raw: Any, targets: Any) -> Any:
        """Return what `measure` needs of a batch of held-out rows, on the processor."""

    def measure(self, looks: Sequence[Any]) -> dict[str, float]:
        """Return the measures of all held-out rows by name, `loss` among them."""

    def score(self, measures: dict[str, float]) -> float:
        """Return the measure that chooses the best weights; higher is better."""


IGNORED = -100  # places of a batch that hold no target token

EvalOutput = tuple[Tensor, Tensor]  # raw answers (rows, outputs) in 32 bits, and their targets


class HeadObjective(Objective, Protocol):
    """A goal that models with one last linear layer strive for. `labels` is empty for numbers."""

    labels: tuple[str, ...]
    outputs: int  # the width of that layer

    def bind_head(self, head: nn.Linear) -> None:
        """Adapt to the last layer before training; a number objective drops its centre where the head has no bias."""

    def unscale_head(self, head: nn.Linear) -> None:
        """Fold target mean and standard deviation into the weights of the head."""

    def targets(self, targets: Sequence[str]) -> Tensor:
        """Return targets as a tensor the loss understands, one a row."""


def _to_cpu(raw: Tensor, targets: Tensor) -> EvalOutput:
    return raw.float().cpu(), targets.cpu()


def _concatenated(looks: Sequence[EvalOutput]) -> EvalOutput:
    return torch.cat([raw for raw, _ in looks]), torch.cat([targets for _, targets in looks])


class ClassObjective:
    """Cross entropy, with label smoothing and weights for rare classes where asked for."""

    def __init__(
        self, labels: tuple[str, ...], train: Sequence[str], *, smoothing: float, is_balanced: bool
    ) -> None:
        self.labels, self.outputs, self._smoothing = labels, len(labels), smoothing
        indices = class_indices(train, labels)
        weights = balanced_weights(indices, len(labels)) if is_balanced else np.ones(len(labels))
        self._weights: Tensor = torch.tensor(weights, dtype=torch.float32)

    def bind_head(self, head: nn.Linear) -> None:
        """Nothing depends on it."""

    def unscale_head(self, head: nn.Linear) -> None:
        """Probabilities have no units."""

    def targets(self, targets: Sequence[str]) -> Tensor:
        return torch.from_numpy(class_indices(targets, self.labels))

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss; targets are classes, or a share of each class where rows were mixed."""
        losses = functional.cross_entropy(
            raw.float(),
            targets,
            weight=self._weights.to(raw.device),
            label_smoothing=self._smoothing,
            reduction="sum",
        )
        return losses / len(targets)

    def look(self, raw: Tensor, targets: Tensor) -> EvalOutput:
        return _to_cpu(raw, targets)

    def measure(self, looks: Sequence[EvalOutput]) -> dict[str, float]:
        raw, targets = _concatenated(looks)
        answers = raw.argmax(dim=1).numpy()
        truth = targets.numpy()
        return {
            "loss": float(functional.cross_entropy(raw, targets)),
            "accuracy": float((answers == truth).mean()),
            "macro_f1": macro_f1(truth, answers, self.outputs),
        }

    def score(self, measures: dict[str, float]) -> float:
        return measures["macro_f1"] - 1e-3 * measures["loss"]  # among equals, the surer one


class NumberObjective:
    """Squared error on targets brought to mean 0 and spread 1; measures are in the person's own units."""

    labels: tuple[str, ...] = ()
    outputs = 1

    def __init__(self, train: Sequence[str]) -> None:
        values = numbers(train)
        self.centre, self.spread = float(values.mean()), float(values.std()) or 1.0

    def bind_head(self, head: nn.Linear) -> None:
        self.centre *= _has_bias(head)  # otherwise there is nowhere to put a centre

    def unscale_head(self, head: nn.Linear) -> None:
        with torch.no_grad():
            head.weight.mul_(self.spread)
            if _has_bias(head):
                head.bias.mul_(self.spread).add_(self.centre)

    def targets(self, targets: Sequence[str]) -> Tensor:
        scaled = (numbers(targets) - self.centre) / self.spread
        return torch.tensor(scaled, dtype=torch.float32)

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        return functional.mse_loss(raw.float()[:, 0], targets)

    def look(self, raw: Tensor, targets: Tensor) -> EvalOutput:
        return _to_cpu(raw, targets)

    def measure(self, looks: Sequence[EvalOutput]) -> dict[str, float]:
        raw, targets = _concatenated(looks)
        error = (raw[:, 0] - targets).double() * self.spread
        mse = float(error.square().mean())
        variance = float((targets.double() * self.spread).var(unbiased=False))
        return {
            "loss": mse / self.spread**2,
            "mse": mse,
            "mae": float(error.abs().mean()),
            "r2": 1.0 - mse / variance if variance > 0 else 0.0,
        }

    def score(self, measures: dict[str, float]) -> float:
        return -measures["mse"]


def _has_bias(head: nn.Linear) -> bool:
    return isinstance(getattr(head, "bias", None), Tensor)


def macro_f1(truth: NDArray[np.int64], answers: NDArray[np.int64], count: int) -> float:
    """Return the mean F1 over the classes that occur, in truth or in answers."""
    hits = np.bincount(truth[truth == answers], minlength=count)
    total = np.bincount(truth, minlength=count) + np.bincount(answers, minlength=count)
    occurs = total > 0
    return float((2 * hits[occurs] / total[occurs]).mean())


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
