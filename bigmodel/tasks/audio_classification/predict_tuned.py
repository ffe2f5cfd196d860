"""Answers recordings with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().predict(["one.wav"])`.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from safetensors.torch import load_file as load_weights
from torch import nn
from transformers import logging

from bigmodel.training.audio.features import Floats, level, spans
from bigmodel.training.audio.program import Listener
from bigmodel.training.audio.whisper_encoder import EncoderSize, SoundEncoder
from bigmodel.training.standalone.audio.waves import wave_of
from bigmodel.training.standalone.files import answer_files, heard_pieces, mean_scores


class Model:
    """A network that listens through a window; longer recordings get the mean of their windows."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "sound.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        is_whisper = record["kind"] == "whisper"
        self._raw: Any = Whisper(folder, record) if is_whisper else Windows(folder, record)

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, a row for each recording."""
        with torch.inference_mode():
            return [self._mean(heard_pieces(wave_of(path))) for path in paths]

    def _mean(self, clips: list[Floats]) -> list[float]:
        return mean_scores([self._scores(level(clip)) for clip in clips])

    def _scores(self, clip: Floats) -> list[float]:
        raw = self._raw(clip).double()
        answers = raw.softmax(dim=1) if self.labels else raw
        scores: list[float] = answers.mean(dim=0).tolist()
        return scores


class Windows(Listener):
    """What a network answers to each window."""

    def __call__(self, clip: Floats) -> Any:
        return self.net(self.windows(clip)).logits


class Whisper:
    """The encoder of Whisper, and a linear head on the mean of its windows."""

    def __init__(self, folder: Path, record: Any) -> None:
        self._steps: int = record["steps"]
        stored = load_weights(folder / "model.safetensors")
        weights = {name: value.float() for name, value in stored.items()}
        self._encoder = SoundEncoder(EncoderSize(**record["encoder"])).eval()
        heard = {name: each for name, each in weights.items() if name.startswith("encoder.")}
        self._encoder.load_state_dict(heard, strict=False)
        self._head = nn.Linear(weights["head.weight"].shape[1], len(weights["head.weight"]))
        self._head.load_state_dict({"weight": weights["head.weight"], "bias": weights["head.bias"]})

    def __call__(self, clip: Floats) -> Any:
        parts = [clip[start:end] for start, end in spans(len(clip), self._steps)]
        return self._head(self._encoder(parts).mean(dim=0, keepdim=True))


if __name__ == "__main__":
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    answer_files(Model, "Answer recordings with this model.")
