"""Answers recordings with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().predict(["one.wav"])`.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torchaudio.transforms import MelSpectrogram
from transformers import AutoModelForAudioClassification, logging

from bigmodel.training.audio.features import FLOOR, Floats, level, spans
from bigmodel.training.audio.net import AudioNet, NetSize
from bigmodel.training.audio.whisper_encoder import EncoderSize, SoundEncoder
from bigmodel.training.standalone.files import answer_files, heard_pieces, mean_scores
from bigmodel.training.standalone.waves import filled, wave_of

RATE = 16_000


class Model:
    """A network that listens through a window; longer recordings get the mean of their windows."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "sound.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._steps: int = record["steps"]
        self._model: Any
        self._mel: Any = None
        self._encoder: Any = None
        if record["kind"] == "whisper":
            stored = load_file(folder / "model.safetensors")
            weights = {name: value.float() for name, value in stored.items()}
            self._encoder = SoundEncoder(EncoderSize(**record["encoder"])).eval()
            heard = {name: each for name, each in weights.items() if name.startswith("encoder.")}
            self._encoder.load_state_dict(heard, strict=False)
            self._model = nn.Linear(weights["head.weight"].shape[1], len(weights["head.weight"]))
            self._model.load_state_dict(
                {"weight": weights["head.weight"], "bias": weights["head.bias"]}
            )
            return
        if record["kind"] == "net":
            self._mel = MelSpectrogram(
                RATE, n_fft=512, win_length=400, hop_length=160, n_mels=40, f_min=20.0,
                f_max=7_600.0, pad_mode="constant",
            )  # fmt: skip
            self._model = AudioNet(NetSize(**record["net"]))
            self._model.load_state_dict(load_file(folder / "model.safetensors"))
            self._model.eval()
            return
        self._model = AutoModelForAudioClassification.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype="float32",
        ).eval()

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, a row for each recording."""
        with torch.inference_mode():
            return [self._mean(heard_pieces(wave_of(path))) for path in paths]

    def _mean(self, clips: list[Floats]) -> list[float]:
        return mean_scores([self._scores(level(clip)) for clip in clips])

    def _scores(self, clip: Floats) -> list[float]:
        sound, silence = clip, 0.0
        if self._mel:
            sound = torch.log(self._mel(torch.from_numpy(clip)) + FLOOR).T.numpy()
            silence = float(np.log(FLOOR))
        parts = [sound[start:end] for start, end in spans(len(sound), self._steps)]
        if self._encoder:
            raw = self._model(self._encoder(parts).mean(dim=0, keepdim=True))
        else:
            made = np.stack([filled(part, self._steps, silence) for part in parts])
            windows = torch.from_numpy(made.astype(np.float32))
            raw = self._model(windows[:, None] if self._mel else windows).logits
        answers = raw.double().softmax(dim=1) if self.labels else raw.double()
        scores: list[float] = answers.mean(dim=0).tolist()
        return scores


def main() -> int:
    """Answer the files of the command line."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return answer_files(Model, "Answer recordings with this model.")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
