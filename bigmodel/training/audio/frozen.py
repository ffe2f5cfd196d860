"""Pre-trained features of recordings: the frozen layers of a Whisper encoder and a linear head; nothing is trained in steps."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from bigmodel.base_models.package import WEIGHTS, sha256_of
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.audio.features import RATE_HZ, Floats, choose_window_s, read_clip
from bigmodel.training.audio.recipe import AudioParams
from bigmodel.training.audio.whisper_encoder import (
    POOLED,
    EncoderSize,
    SoundEncoder,
    load_encoder,
)
from bigmodel.training.audio.windows import AudioPredictor
from bigmodel.training.frozen.cache import FeatureCache, SeenRows, fill, readable, say_to
from bigmodel.training.frozen.head import LinearHead, fit_head
from bigmodel.training.loop.device import faster_precision
from bigmodel.training.ood.neighbours import Neighbours, load_neighbours, make_neighbours

RECORD, FILE = "sound.json", "model.safetensors"
KIND = "whisper"
BATCH = 16
ROOM = 1.25
READING = 1  # counts up when recordings are brought to the encoder in another way
WINDOWS_S = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)  # few of them: vectors are kept by window


class FrozenFrontend:
    """An encoder with its window and a head."""

    step_s = 1 / RATE_HZ

    def __init__(self, encoder: SoundEncoder, head: nn.Linear, steps: int) -> None:
        self.steps = steps
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.encoder, self.head = encoder.to(self.device).eval(), head.to(self.device).eval()

    def read(self, path: str) -> Floats:
        return read_clip(path)

    def take(self, clip: Floats) -> Floats:
        return clip

    def answer(self, windows: Sequence[Floats]) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            vectors = self.encoder(windows)
            return self.head(vectors), vectors


class FrozenAudioPredictor(AudioPredictor):
    """A frozen encoder with a linear head, which answers the mean vector of a recording's windows."""

    def __init__(
        self,
        frontend: FrozenFrontend,
        labels: tuple[str, ...],
        neighbours: Neighbours | None = None,
        cache_key: str = "",
    ) -> None:
        """Take a model. `cache_key` names the vectors of its encoder that were kept beside a dataset."""
        super().__init__(frontend, labels, neighbours)
        self._head, self.device = frontend.head, frontend.device
        self._cache_key = cache_key

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, or one number, a row for each recording."""
        if not inputs:
            return []
        cache = FeatureCache(self._cache_key, inputs) if self._cache_key else None
        known = [cache.get(path) if cache else None for path in inputs]
        missing = [path for path, vector in zip(inputs, known, strict=True) if vector is None]
        heard = iter(self.vectors([read_clip(path) for path in missing]))
        vectors = [next(heard) if one is None else one for one in known]
        return self.shares_of(np.stack(vectors)).tolist()  # type: ignore[no-any-return]

    def vectors(self, sounds: Sequence[Floats]) -> list[Floats]:
        """Return the mean vector of the windows of each sound."""
        return [heard.features.mean(axis=0) for heard in self.hear(sounds)] if sounds else []

    def shares_of(self, vectors: Floats) -> Any:
        """Return what the head makes of vectors, (recordings, features)."""
        with torch.inference_mode():
            raw = self._head(torch.from_numpy(vectors).to(self.device))
        return self.shares(raw).cpu().numpy()

    def encode(self, paths: Sequence[str], *, is_bf16: bool) -> list[Floats | None]:
        """Return the vector of each recording, None for one that cannot be read."""
        found = readable(read_clip, paths)
        with torch.autocast(self.device, torch.bfloat16, enabled=is_bf16):
            vectors = dict(zip(found, self.vectors(list(found.values())), strict=True))
        return [vectors.get(place) for place in range(len(paths))]


def train(
    data: TaskData, params: AudioParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fit a head on vectors of the frozen base, and write both as one model."""
    report.step(phase="load", step=0, steps=0)
    steps = round(window_s(data.train.inputs, params.clip_s) * RATE_HZ)
    encoder = load_encoder(base, steps)
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    key = f"{sha256_of(base.folder / WEIGHTS)[:16]}-{steps}-{READING}"
    cache = FeatureCache(key, data.train.inputs)
    # Test rows are heard too, so that measuring finds their vectors; no target of theirs is read.
    paths = [path for part in (data.train, data.validation, data.test) for path in part.inputs]
    fill(paths, cache, encoding(encoder, steps), say_to(report), BATCH)
    learned, held = (_rows(part, cache, report) for part in (data.train, data.validation))
    report.step(phase="evaluate", step=0, steps=0)
    is_balanced = params.class_weights == "balanced"
    head = _linear(fit_head(learned, held, data.labels, is_balanced=is_balanced))
    record = {"labels": list(data.labels), "steps": steps, "features": key}
    _save(folder, encoder.to("cpu"), head, record)
    predictor = FrozenAudioPredictor(FrozenFrontend(encoder, head, steps), data.labels)
    shares = predictor.shares_of(held.vectors) if held.ids else held.vectors
    make_neighbours(learned.vectors, learned.ids, held.vectors, shares).save(folder)


def load_model(folder: Path) -> FrozenAudioPredictor:
    """Load a model that `train` wrote; errors are for the caller to name."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    size = EncoderSize(**record["encoder"])
    encoder = SoundEncoder(size)
    weights = {name: value.float() for name, value in load_file(folder / FILE).items()}
    encoder.encoder.load_state_dict(_under("encoder.", weights))
    head = nn.Linear(weights["head.weight"].shape[1], len(weights["head.weight"]))
    head.load_state_dict(_under("head.", weights))
    return FrozenAudioPredictor(
        FrozenFrontend(encoder, head, record["steps"]),
        tuple(record["labels"]),
        load_neighbours(folder),
        record["features"],
    )


def encoding(encoder: SoundEncoder, steps: int) -> Callable[[Sequence[str]], list[Floats | None]]:
    """Return what turns paths into vectors; the first ones tell which precision is faster."""
    width = POOLED * encoder.size.width
    hearer = FrozenAudioPredictor(FrozenFrontend(encoder, nn.Linear(width, 1), steps), ())
    chosen: list[str] = []

    def encode(paths: Sequence[str]) -> list[Floats | None]:
        if not chosen:
            sounds = list(readable(read_clip, paths[:BATCH]).values())
            run = partial(hearer.vectors, sounds)
            chosen.append(faster_precision(encoder, run, hearer.device))
        return hearer.encode(paths, is_bf16=chosen[0] == "bf16")

    return encode


def window_s(paths: Sequence[str], asked: float) -> float:
    """Return the window: as asked, or one of few that holds nearly all recordings with some silence after."""
    if asked:
        return asked
    seconds = []
    for path in paths:
        try:
            seconds.append(soundfile.info(path).duration)
        except (OSError, RuntimeError):  # such a recording is left out later, and said
            continue
    wanted = ROOM * choose_window_s(seconds)
    return next((width for width in WINDOWS_S if width >= wanted), WINDOWS_S[-1])


def _linear(head: LinearHead) -> nn.Linear:
    made = nn.Linear(head.weights.shape[1], len(head.weights))
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(head.weights))
        made.bias.copy_(torch.from_numpy(head.bias))
    return made


def _save(folder: Path, encoder: SoundEncoder, head: nn.Linear, record: dict[str, Any]) -> None:
    """Write a model; the encoder in half precision, as its makers store it."""
    weights = {f"encoder.{name}": v.half() for name, v in encoder.encoder.state_dict().items()}
    weights |= {f"head.{name}": value for name, value in head.state_dict().items()}
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / FILE)
    whole = {"v": 1, "kind": KIND, "encoder": encoder.size.to_json(), **record}
    (folder / RECORD).write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def _under(prefix: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): v for n, v in weights.items() if n.startswith(prefix)}


def _rows(rows: Rows, cache: FeatureCache, report: Reporter) -> SeenRows:
    """Return rows with their vectors; what cannot be read is said."""
    heard = cache.rows(rows)
    if len(heard.ids) < len(rows):
        report.note("training.note.clips_left_out", "warning", count=len(rows) - len(heard.ids))
    if rows and not heard.ids:
        raise TrainingError("clips_are_unreadable")
    return heard
