"""Checkpoints that a training goes on from bit for bit: tensors, plain JSON, and a manifest of hashes; never a pickle.

state.safetensors   model.<name>  opt.<index>.<moment>  best.<name>  rng.<generator>
state.json          everything else: step, schedule, early stopping, threads, fingerprint
manifest.json       {"v": 1, "files": {"state.json": "<sha256>", …}}, written last, by the reporter
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Checkpoint

log = logging.getLogger(__name__)

TENSORS, STATE, MANIFEST = "state.safetensors", "state.json", "manifest.json"


class DamagedError(Exception):
    """A checkpoint whose files are missing, cut short or changed."""


def save(folder: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    """Write a checkpoint into an empty folder; the reporter hashes it and makes it final."""
    apart = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(_unshared(apart), folder / TENSORS)
    (folder / STATE).write_text(json.dumps(state), "utf-8")


def load(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint back, every byte compared with its manifest.

    Raises:
        DamagedError: something is missing or not as it was written.
    """
    try:
        files = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        for name in (TENSORS, STATE):
            if _sha256(folder / name) != files[name]:
                raise DamagedError(f"{folder / name} is not as it was written")
        return load_file(folder / TENSORS), json.loads((folder / STATE).read_text("utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise DamagedError(f"{folder}: {error}") from error


def load_newest(point: Checkpoint) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read the checkpoint asked for, or the newest sound one before it.

    Raises:
        TrainingError: none of them is sound.
    """
    older = (folder for folder in point.folder.parent.iterdir() if folder.name.isdecimal())
    candidates = sorted((f for f in older if int(f.name) < point.step), key=lambda f: -int(f.name))
    for folder in (point.folder, *candidates):
        try:
            return load(folder)
        except DamagedError:
            log.exception("checkpoint %s is damaged", folder)
    raise TrainingError("checkpoint_damaged", step=point.step)


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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
