"""Says who speaks in recordings with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().hear("one.wav")`. It is no lock: a recording fools it.
"""

import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from torch import Tensor
from transformers import logging

from bigmodel.training.audio.features import Floats, level
from bigmodel.training.audio.program import Listener
from bigmodel.training.speaker.ge2e import load_encoder
from bigmodel.training.speaker.profiles import length_of, read_profiles
from bigmodel.training.speaker.voice import colour, seconds_of, speech
from bigmodel.training.standalone.audio.voices import answer_voices, drawn_voice
from bigmodel.training.standalone.audio.waves import read_wave


class Model:
    """An encoder of voices with tone colour beside it, and profiles of people."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        self.labels, self._profiles = read_profiles(folder)
        is_frozen = _read(folder / "speakers.json")["kind"] == "ge2e"
        self._ear: Any = (
            load_encoder(folder / "model.safetensors")
            if is_frozen
            else Net(folder, _read(folder / "sound.json"))
        )

    def hear(self, path: str) -> tuple[list[float], float]:
        """Return how much a voice is like each of `labels`, and from which likeness on it is somebody's."""
        said = speech(level(read_wave(path)))
        vector = np.concatenate([self._ear.vectors([said])[0], colour(said)])
        likeness: list[float] = self._profiles.likeness(vector[None])[0].tolist()
        return likeness, float(self._profiles.thresholds[length_of(seconds_of(said))])

    def show(self, path: str) -> str:
        """Return the answer as HTML."""
        return drawn_voice(self.labels, *self.hear(path))


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


class Net(Listener):
    """A network that was trained on people; what it makes of a voice before it decides is the vector."""

    def vectors(self, sounds: list[Floats]) -> list[Floats]:
        """Return the mean over the windows of each speech."""
        with torch.inference_mode():
            return [self._vector(self.windows(level(sound))) for sound in sounds]

    def _vector(self, windows: Tensor) -> Floats:
        if self.is_small:
            inner = self.net(windows).features
        else:
            inner = self.net(windows, output_hidden_states=True).hidden_states[-1].mean(dim=1)
        vector: Floats = inner.float().mean(dim=0).numpy()
        return vector


if __name__ == "__main__":
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    answer_voices(Model)
