"""EfficientNet-Lite0 as eyes: what pictures show it, and its weights beside a model, so that the same eyes measure it ever after."""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch.nn import functional

from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.data.media.made import Squares
from bigmodel.training.images.pretrained import TimmEncoder, load_base

NAME = "lite0"
BODY = "sights_body.safetensors"  # stays here when a model is downloaded
PIXELS = 96
BATCH = 64


class Body:
    """A body that looks at pictures of any size, enlarged to PIXELS."""

    def __init__(self, encoder: TimmEncoder) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        # Kept in halves: it looks with what is kept from the start, so that later looks are the same.
        halves = {name: value.half().float() for name, value in encoder.state_dict().items()}
        encoder.load_state_dict(halves)
        self.encoder = encoder.to(self._device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    @torch.inference_mode()
    def __call__(self, squares: Squares) -> NDArray[np.float32]:
        parts = []
        for start in range(0, len(squares), BATCH):
            part = torch.from_numpy(np.ascontiguousarray(squares[start : start + BATCH]))
            pictures = part.permute(0, 3, 1, 2).float().to(self._device) / 255
            sized = functional.interpolate(pictures, size=(PIXELS, PIXELS), mode="bilinear")
            seen = sized.contiguous(memory_format=torch.channels_last)
            parts.append(self.encoder(seen).features.float().cpu().numpy())
        return np.concatenate(parts)

    def save(self, folder: Path) -> None:
        """Write the body beside a model, in halves."""
        weights = {
            name: value.detach().half().cpu().contiguous()
            for name, value in self.encoder.state_dict().items()
        }
        save_file(weights, folder / BODY)
        (folder / BODY).with_suffix(".json").write_text(json.dumps(self.encoder.about), "utf-8")


def bring_body(folder: Path) -> Body:
    """Return the body in the folder of a base.

    Raises:
        ModelError: its files do not make up one.
    """
    encoder, _ = load_base(BaseFiles(NAME, "wheel", folder), 1, PIXELS)
    if not isinstance(encoder, TimmEncoder):
        raise ModelError("base_cannot_be_loaded", base=NAME, reason="timm")
    return Body(encoder)


def load_body(folder: Path) -> Body:
    """Load what `save` wrote."""
    about = json.loads((folder / BODY).with_suffix(".json").read_text("utf-8"))
    encoder = TimmEncoder(about, 1)
    encoder.load_state_dict({n: v.float() for n, v in load_file(folder / BODY).items()})
    return Body(encoder)
