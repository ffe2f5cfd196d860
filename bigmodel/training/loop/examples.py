"""Rows as the training loop takes them, whatever they are made of; it knows no file and no model."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles
from bigmodel.training.loop.recipe import TunedParams

# How long a training goes on may change when it is gone on from; what it learns from may not.
# Settings that came later are left out too, so that trainings from before can be gone on from.
NOT_COMPARED = {"epochs", "budget_s", "patience", "layer_decay", "unfreezing"}
# Settings that older checkpoints know nothing of: at their default they stand for what those did.
ADDED = {"as_it_is", "language", "mirrored", "numbers", "rank"}


@dataclass(frozen=True)
class Batch:
    """Arguments of the model by name, and targets as the goal understands them."""

    inputs: Mapping[str, Any]
    targets: Any


class Examples(Protocol):
    """Rows with their targets, in step. `lengths` are what makes rows costly: rows of like length share a batch."""

    @property
    def lengths(self) -> Sequence[int]: ...

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        """Return some rows, varied as this epoch varies them; with None as they are.

        What varies a row must hang on the seed, the epoch and the row alone, never on a shared
        generator: only then does a training that was stopped go on as if it had not been.
        """


def fingerprint(
    params: TunedParams, base: BaseFiles, data: TaskData, *content: bytes | memoryview
) -> str:
    """Return what a checkpoint must share with a training to be gone on from."""
    settings = params.model_dump(exclude=NOT_COMPARED)
    fields = type(params).model_fields
    for name in ADDED & settings.keys():
        if settings[name] == fields[name].default:
            del settings[name]
    said = [settings, base.name, data.labels, list(data.train.ids), list(data.train.targets)]
    digest = hashlib.sha256(json.dumps(said).encode())
    for part in content:
        digest.update(part)
    return digest.hexdigest()
