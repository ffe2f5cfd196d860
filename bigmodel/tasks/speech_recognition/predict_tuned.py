"""Writes down recordings with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().transcribe(["one.wav"])`.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import soundfile
import torch
import torchaudio
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AutoModelForCTC

from bigmodel.training.pretrained import SAFELY
from bigmodel.training.standalone.audio.transcripts import answer_recordings
from bigmodel.training.standalone.files import heard_whole

RATE_HZ, BLANK, ORDER = 16_000, 0, 6
LIKELY = 1e-4


class Net(nn.Module):
    """Convolutions, then recurrent or Conformer layers: log-mel frames in, letters out."""

    def __init__(self, size: dict[str, Any]) -> None:
        super().__init__()
        self.size = size
        self.mean: Tensor
        self.spread: Tensor
        width, layers, drop = size["width"], size["layers"], size["dropout"]
        second = 2 if size["stride"] == 4 else 1
        self.register_buffer("mean", torch.zeros(size["mels"]))
        self.register_buffer("spread", torch.ones(size["mels"]))
        self.front = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.SiLU(),
            nn.Conv2d(32, 32, 3, stride=(second, 2), padding=1),
            nn.BatchNorm2d(32),
            nn.SiLU(),
        )
        bands = (size["mels"] + 3) // 4
        self.inward = nn.Sequential(nn.Linear(32 * bands, width), nn.LayerNorm(width), nn.SiLU())
        self.is_conformer = size["body"] == "conformer"
        if self.is_conformer:
            self.body: nn.Module = torchaudio.models.Conformer(
                width, 4, 2 * width, layers, depthwise_conv_kernel_size=15, dropout=drop
            )
        else:
            self.body = nn.GRU(width, width, layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(width if self.is_conformer else 2 * width, size["outputs"])

    def forward(self, frames: Tensor) -> Tensor:
        """Return log-shares (steps, outputs) of one recording. frames: (frames, mels)."""
        x = ((frames - self.mean) / self.spread)[None, None]
        x = self.inward(self.front(x).transpose(1, 2).flatten(2))
        if self.is_conformer:
            x, _ = self.body(x, torch.tensor([x.shape[1]]))
        else:
            x, _ = self.body(x)
        shares: Tensor = self.head(x)[0].double().log_softmax(dim=-1)
        return shares


class Model:
    """A network from sound to letters, and a beam search over them."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "speech.json").read_text("utf-8"))
        self._letters: list[str] = record["letters"]
        self._beam = record["beam"]
        self._net: nn.Module | None = None  # a network from scratch, else a body of Transformers
        if record["net"]:
            self._net = Net(record["net"]).eval()
            self._net.load_state_dict(load_file(folder / "model.safetensors"))
            self._mel = torchaudio.transforms.MelSpectrogram(
                RATE_HZ, n_fft=512, win_length=400, hop_length=160, n_mels=record["net"]["mels"],
                f_min=20, f_max=7_600, pad_mode="constant",
            )  # fmt: skip
        else:
            self._body = AutoModelForCTC.from_pretrained(
                folder, **SAFELY, dtype="float32", attn_implementation="eager"
            ).eval()
        stored = folder / "letters.json"
        counts = json.loads(stored.read_text("utf-8")) if stored.is_file() else []
        self._counts = {tuple(key): dict(map(tuple, value)) for key, value in counts}

    def transcribe(self, paths: Sequence[str]) -> list[str]:
        """Return what is said in each recording."""
        with torch.inference_mode():
            return [self._spell(self._shares(_read(path))) for path in paths]

    def _shares(self, sound: Tensor) -> Tensor:
        """Return log-shares of the letters, (steps, outputs)."""
        shares: Tensor
        if self._net is None:
            sound = (sound - sound.mean()) / (sound.std() + 1e-5)
            shares = self._body(sound[None]).logits[0].double().log_softmax(dim=-1)
            return shares
        frames = torch.log(self._mel(sound) + 1e-6).T
        shares = self._net((frames - frames.mean()) / (frames.std() + 1e-5))
        return shares

    def _spell(self, shares: Tensor) -> str:
        """Prefix beam search: each beginning with its chance of ending in a blank and in its last letter."""
        kept: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -math.inf)}
        bonus: dict[tuple[int, ...], float] = {(): 0.0}
        for step in shares.tolist():
            grown: dict[tuple[int, ...], list[float]] = {}
            tried = [n for n, one in enumerate(step) if one > math.log(LIKELY) and n != BLANK]
            for text, (blank, letter) in kept.items():
                here = grown.setdefault(text, [-math.inf, -math.inf])
                here[0] = _add(here[0], _add(blank, letter) + step[BLANK])
                if text:
                    here[1] = _add(here[1], letter + step[text[-1]])
                for n in tried:
                    before = blank if text and text[-1] == n else _add(blank, letter)
                    longer = grown.setdefault((*text, n), [-math.inf, -math.inf])
                    longer[1] = _add(longer[1], before + step[n])
            for text in grown:
                if text not in bonus:
                    bonus[text] = bonus[text[:-1]] + self._usual(text[:-1], text[-1])
            ranked = sorted(grown, key=lambda text: -(_add(*grown[text]) + bonus[text]))
            kept = {
                text: (grown[text][0], grown[text][1]) for text in ranked[: self._beam["width"]]
            }
        whole = {
            text: _add(*ends) + bonus[text] + self._usual(text, 0) - self._beam["bonus"]
            for text, ends in kept.items()
        }
        best = max(whole.items(), key=lambda item: item[1])[0]
        return " ".join("".join(self._letters[n - 1] for n in best).split())

    def _usual(self, before: tuple[int, ...], letter: int) -> float:
        """Return how usual a letter is after those before (Witten-Bell), as the beam counts it."""
        if not self._counts or not self._beam["weight"]:
            return float(self._beam["bonus"])
        before, share = before[-(ORDER - 1) :], 1.0 / (len(self._letters) + 1)
        floor = 1e-4 * share
        for length in range(len(before) + 1):
            followers = self._counts.get(before[len(before) - length :])
            if not followers:
                break
            total, kinds = sum(followers.values()), len(followers)
            share = (followers.get(letter, 0) + kinds * share) / (total + kinds)
        return float(self._beam["weight"] * math.log(max(share, floor)) + self._beam["bonus"])


def _read(path: str) -> Tensor:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = torch.from_numpy(samples.mean(axis=1))
    if rate != RATE_HZ:
        sound = torchaudio.functional.resample(sound, rate, RATE_HZ)
    return torch.from_numpy(heard_whole(sound.numpy()).copy())


def _add(a: float, b: float) -> float:
    high, low = max(a, b), min(a, b)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


if __name__ == "__main__":
    answer_recordings(Model)
