"""Answers recordings with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().predict(["one.wav"])`.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import soundfile
import torch
import torchaudio
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModelForAudioClassification, WhisperConfig, logging
from transformers.models.whisper.modeling_whisper import WhisperEncoder

RATE_HZ, FRAME, HOP, FFT, BANDS, FLOOR = 16_000, 400, 160, 512, 40, 1e-2
STRIDE, LOUDNESS, PARTS = 320, 0.05, 3  # of the encoder of pre-trained features

Array = Any  # numpy arrays of numbers


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
            weights = load_file(folder / "model.safetensors")
            self._encoder = Encoder(record["encoder"]).eval()
            self._encoder.load_state_dict(part_of(weights, "encoder."), strict=False)
            self._model = nn.Linear(weights["head.weight"].shape[1], len(weights["head.weight"]))
            self._model.load_state_dict(part_of(weights, "head."))
            return
        if record["kind"] == "net":
            self._mel = torchaudio.transforms.MelSpectrogram(
                RATE_HZ, n_fft=FFT, win_length=FRAME, hop_length=HOP, n_mels=BANDS, f_min=20.0,
                f_max=7_600.0, pad_mode="constant",
            )  # fmt: skip
            self._model = Net(len(self.labels), record["net"]["width"])
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
        return [self._scores(read(path)) for path in paths]

    def _scores(self, clip: Array) -> list[float]:
        if self._encoder:
            return self._scores_of_features(clip)
        sound, silence = clip, 0.0
        if self._mel:
            sound, silence = (
                torch.log(self._mel(torch.from_numpy(clip)) + FLOOR).T.numpy(),
                np.log(FLOOR),
            )
        made = [
            filled(sound[start:end], self._steps, silence)
            for start, end in spans(len(sound), self._steps)
        ]
        windows = torch.from_numpy(np.stack(made).astype(np.float32))
        with torch.inference_mode():
            raw = self._model(windows[:, None]) if self._mel else self._model(windows).logits
        scores: list[float] = raw.double().softmax(dim=1).mean(dim=0).tolist()
        return scores

    def _scores_of_features(self, clip: Array) -> list[float]:
        """Answer the mean vector of the windows of a recording."""
        cuts = spans(len(clip), self._steps)
        with torch.inference_mode():
            vectors = [self._encoder(torch.from_numpy(clip[start:end])) for start, end in cuts]
            raw = self._model(torch.stack(vectors).mean(dim=0)).double()
        scores: list[float] = (raw.softmax(dim=0) if self.labels else raw).tolist()
        return scores


class Encoder(nn.Module):
    """The lower layers of a Whisper encoder, and how their answers become one vector."""

    def __init__(self, size: dict[str, int]) -> None:
        super().__init__()
        config = WhisperConfig(
            num_mel_bins=size["mels"],
            d_model=size["width"],
            encoder_layers=size["layers"],
            encoder_attention_heads=size["heads"],
            encoder_ffn_dim=size["inner"],
            max_source_positions=size["places"],
        )
        whole: Any = WhisperEncoder(config)
        whole.layer_norm = nn.Identity()
        self.layers = whole
        self._places: int = size["places"]
        self._mel = torchaudio.transforms.MelSpectrogram(
            RATE_HZ, n_fft=400, hop_length=HOP, n_mels=size["mels"], norm="slaney",
            mel_scale="slaney",
        )  # fmt: skip

    def forward(self, window: Tensor) -> Tensor:
        samples = self._places * STRIDE
        sound = window[:samples] * LOUDNESS
        power = self._mel(functional.pad(sound, (0, samples - len(sound))))[:, :-1]
        logs = power.clamp(min=1e-10).log10()
        frames = (logs.clamp(min=float(logs.max()) - 8.0) + 4.0) / 4.0
        filled = min(self._places, max(2 * PARTS, math.ceil(len(window) / STRIDE)))
        found = self.layers(frames[None]).last_hidden_state[0, :filled]
        parts = [part.mean(dim=0) for part in torch.tensor_split(found, PARTS)]
        return torch.cat([found.mean(dim=0), found.std(dim=0), *parts])


class Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.one_norm = nn.BatchNorm2d(after)
        self.two = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.two_norm = nn.BatchNorm2d(after)
        self.around = (
            nn.Conv2d(before, after, 1, stride=stride, bias=False) if before != after else None
        )

    def forward(self, x: Tensor) -> Tensor:
        inner = self.two_norm(self.two(functional.relu(self.one_norm(self.one(x)))))
        return functional.relu(inner + (self.around(x) if self.around else x))


class Net(nn.Module):
    """The small residual network that was trained; it takes (rows, 1, frames, bands)."""

    centre: Tensor
    spread: Tensor

    def __init__(self, outputs: int, width: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(BANDS))
        self.register_buffer("spread", torch.ones(BANDS))
        self.stem = nn.Conv2d(1, width, 5, stride=2, padding=2, bias=False)
        self.stem_norm = nn.BatchNorm2d(width)
        self.blocks = nn.Sequential(
            Block(width, width, 1), Block(width, 2 * width, 2), Block(2 * width, 4 * width, 2)
        )
        self.head = nn.Linear(8 * width, outputs)

    def forward(self, sounds: Tensor) -> Tensor:
        x = functional.relu(self.stem_norm(self.stem((sounds - self.centre) / self.spread)))
        x = self.blocks(x)
        answer: Tensor = self.head(torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1))
        return answer


def part_of(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the weights below a prefix, in full precision."""
    inner = "layers." if prefix == "encoder." else ""
    return {
        inner + name.removeprefix(prefix): value.float()
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def read(path: str) -> Array:
    """Return a recording at 16 kHz, around 0 and of loudness 1."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = sound.mean(axis=1)
    if rate != RATE_HZ:
        sound = torchaudio.functional.resample(torch.from_numpy(sound), rate, RATE_HZ).numpy()
    sound = sound - sound.mean()
    return (sound / max(float(np.sqrt(np.square(sound).mean())), 1e-4)).astype(np.float32)


def spans(length: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield windows over a recording, each half over the one before; the last one ends at the end."""
    start = 0
    while start + width < length:
        yield start, start + width
        start += max(1, width // 2)
    yield max(0, length - width), length


def filled(sound: Array, steps: int, silence: float) -> Array:
    """Return a window in the middle of silence."""
    spare = steps - len(sound)
    start = round(spare * 0.5)
    edges = ((start, spare - start), *((0, 0) for _ in sound.shape[1:]))
    return np.pad(sound, edges, constant_values=silence)


def main() -> int:
    """Answer the recordings of the command line."""
    parser = argparse.ArgumentParser(description="Answer recordings with this model.")
    parser.add_argument("paths", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = Model()
    for path, scores in zip(args.paths, model.predict(args.paths), strict=True):
        sys.stdout.write(answer_line(model.labels, path, scores, as_json=args.json) + "\n")
    return 0


def answer_line(labels: Sequence[str], path: str, scores: Sequence[float], *, as_json: bool) -> str:
    """Return the answer to one recording as a line for people, or as JSON."""
    best = max(range(len(labels)), key=scores.__getitem__)
    if as_json:
        by_label = dict(zip(labels, scores, strict=True))
        told = {"file": path, "label": labels[best], "probabilities": by_label}
        return json.dumps(told, ensure_ascii=False)
    return f"{labels[best]}\t{scores[best]:.4f}\t{path}"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
