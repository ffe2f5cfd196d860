"""Answers rows of texts, numbers, pictures and recordings with the model beside this file, one medium by a frozen encoder; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "4 bedrooms, near the park" 120 photo.jpg
    python predict.py --json --columns

A row is given in the order of its columns (`--columns` lists them); "" or a missing end is a column that the row lacks.
Or in Python: `Model().answer([["4 bedrooms", "120", "photo.jpg"]])`.
"""

import json
import math
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import timm
import torch
from safetensors.torch import load_file as load_weights
from torch import nn
from torch.nn import functional
from transformers import logging

from bigmodel.training.audio.features import level, spans
from bigmodel.training.audio.whisper_encoder import EncoderSize, SoundEncoder, read_weights
from bigmodel.training.several.blocks import PICTURE, SOUND, TEXT, Floats
from bigmodel.training.several.program import RowsModel, answer_rows, plain_looks
from bigmodel.training.standalone.audio.waves import read_wave
from bigmodel.training.standalone.pictures import read_square
from bigmodel.training.text.meaning import TextEncoder


class Model(RowsModel):
    """A model that reads one medium by a frozen encoder."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        told = json.loads((folder / "encoded.json").read_text("utf-8"))["senses"]
        encoders: dict[str, Any] = {PICTURE: Eye, SOUND: Listener, TEXT: Reader}
        look = encoders[told["medium"]](folder, told).look
        super().__init__(folder, "encoded", {**plain_looks(), told["medium"]: look})


class Eye:
    """A frozen body that sees pictures."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:
        about, self._side = told["body"], told["side"]
        net: Any = timm.create_model(about["architecture"], pretrained=False, num_classes=2)
        own = net.state_dict()
        stored = load_weights(folder / "model.safetensors")
        fitting = {n: v for n, v in stored.items() if n in own and v.shape == own[n].shape}
        net.load_state_dict(fitting, strict=False)
        self._net = net.eval()
        self._mean, self._spread = (
            torch.tensor(about[name]).view(1, 3, 1, 1) for name in ("mean", "spread")
        )

    def look(self, path: str) -> Floats:
        """Return what the body makes of a picture before it decides."""
        square = torch.from_numpy(read_square(path, math.ceil(self._side * 8 / 7)).copy())
        picture = functional.interpolate(
            square.permute(2, 0, 1)[None].float() / 255,
            size=(self._side, self._side),
            mode="bilinear",
            antialias=True,
            align_corners=False,
        )
        with torch.inference_mode():
            maps = self._net.forward_features((picture - self._mean) / self._spread)
            found: Floats = self._net.forward_head(maps, pre_logits=True)[0].numpy()
        return found


class Listener:
    """A frozen encoder that hears recordings."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:
        size, self._steps = EncoderSize(**told["encoder"]), told["steps"]
        made = SoundEncoder(size)
        made.encoder.load_state_dict(read_weights(folder / "model.safetensors", size))
        self._encoder: nn.Module = made.eval()

    def look(self, path: str) -> Floats:
        """Return the mean of what is heard in the windows of a recording."""
        clip = level(read_wave(path))
        parts = [clip[start:end] for start, end in spans(len(clip), self._steps)]
        with torch.inference_mode():
            found: Floats = self._encoder(parts).mean(dim=0).numpy()
        return found


class Reader:
    """A frozen encoder that reads texts."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:  # noqa: ARG002 - as the others
        self._encoder = TextEncoder(folder)

    def look(self, text: str) -> Floats:
        """Return the vector of a text."""
        [found] = self._encoder.encode([text])
        return np.zeros(self._encoder.width, np.float32) if found is None else found


if __name__ == "__main__":
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    answer_rows(Model)
