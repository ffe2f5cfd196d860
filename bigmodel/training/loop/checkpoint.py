"""Checkpoints that a training goes on from bit for bit: tensors, plain JSON, and a manifest of hashes; never a pickle.

state.safetensors   model.<name>  opt.<index>.<moment>  best.<name>  rng.<generator>
state.json          everything else: step, schedule, early stopping, threads, fingerprint
manifest.json       {"v": 1, "files": {"state.json": "<sha256>", …}}, written last, by the reporter
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Checkpoint

TENSORS, STATE = "state.safetensors", "state.json"


def save(folder: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    """Write a checkpoint into an empty folder; the reporter hashes it and makes it final."""
    apart = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(_unshared(apart), folder / TENSORS)
    (folder / STATE).write_text(json.dumps(state), "utf-8")


def load(point: Checkpoint) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint back. Whether it is whole, the worker found out before: it alone goes back to an older one.

    Raises:
        TrainingError: `checkpoint_damaged`.
    """
    try:
        state: dict[str, Any] = json.loads((point.folder / STATE).read_text("utf-8"))
        return load_file(point.folder / TENSORS), state
    except (OSError, ValueError, SafetensorError) as error:
        raise TrainingError("checkpoint_damaged", step=point.step) from error


def precision_of(point: Checkpoint) -> str:
    """Return the precision that the training of a checkpoint computed in; empty in older ones."""
    state = json.loads((point.folder / STATE).read_text("utf-8"))
    found = str(state.get("precision", ""))
    return "fp32" if found == "no" else found


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the moments of an optimiser by a name that stands in a checkpoint."""
    moments: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return {
        f"opt.{index}.{name}": value
        for index, values in moments.items()
        for name, value in values.items()
        if isinstance(value, Tensor)
    }


def set_optimizer(
    optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor], groups: list[dict[str, Any]]
) -> None:
    """Give an optimiser its moments and groups back."""
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("opt."):
            _, index, moment = name.split(".", 2)
            moments.setdefault(int(index), {})[moment] = tensor
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    for parameter, values in optimizer.state.items():  # fused steps read memory as it lies
        for name, value in values.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                values[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def with_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Put a prefix before each name."""
    return {f"{prefix}{name}": tensor for name, tensor in tensors.items()}


def without_prefix(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names have the prefix, without it."""
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _unshared(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give tensors that share memory their own, as safetensors wants."""
    seen: set[int] = set()
    result = {}
    for name, tensor in tensors.items():
        place = tensor.untyped_storage().data_ptr()
        result[name] = tensor.clone() if place in seen else tensor
        seen.add(place)
    return result
