"""Writes a converted model as a folder of safetensors and JSON, and reads pickled weights as data alone."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

WEIGHTS, CONFIG = "model.safetensors", "config.json"


def read_pickle(content: bytes) -> dict[str, Any]:
    """Return what a `.pt` or `.pth` file holds: tensors and plain values; anything else in it is refused."""
    whole = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)  # noqa: TID251 - weights alone
    if not isinstance(whole, dict):
        raise ValueError("not a dictionary of weights")  # noqa: TRY004 - the file is wrong, not the call
    return whole


def write_model(
    folder: Path, config: Mapping[str, Any], weights: Mapping[str, Tensor], *, half: bool = False
) -> None:
    """Write weights and configuration, with `half` floats in 16 bits."""
    kept = {
        name: (value.half() if half and value.is_floating_point() else value).contiguous().clone()
        for name, value in weights.items()
    }
    save_file(kept, folder / WEIGHTS, metadata={"format": "pt"})
    write_json(folder / CONFIG, config)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file as people read it."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")


def tensor(values: "np.ndarray[Any, Any]") -> Tensor:
    """Return numbers of a read-only buffer as a tensor of its own."""
    return torch.from_numpy(np.array(values))


def require_same(model: torch.nn.Module, weights: Mapping[str, Tensor], tied: str = "") -> None:
    """Refuse weights that are not exactly those of a model, by name and shape.

    Args:
        tied: a tensor that shares its numbers with another and is not stored.

    Raises:
        ValueError: naming the first that is missing, left over or of another shape.
    """
    wanted = {name: value.shape for name, value in model.state_dict().items() if name != tied}
    given = {name: value.shape for name, value in weights.items()}
    wrong = sorted(n for n in {*wanted, *given} if wanted.get(n) != given.get(n))
    if wrong:
        raise ValueError(f"weights differ from the architecture: {', '.join(wrong[:3])}")
