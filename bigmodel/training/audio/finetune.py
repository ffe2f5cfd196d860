"""Training and loading of models that sort recordings, for a task on sounds; it reads no database.

From scratch a small network listens to log-mel pictures; a base from a hub or folder listens to samples.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, TrainingError, loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.audio import frozen, pretrained
from bigmodel.training.audio.clips import AugmentConfig, Clips, frames_of, make_frontend, window
from bigmodel.training.audio.features import HOP, RATE_HZ, Floats, choose_window_s, read_clip
from bigmodel.training.audio.net import AudioNet, NetSize, width_for
from bigmodel.training.audio.recipe import AudioParams
from bigmodel.training.audio.windows import AudioFrontend, AudioPredictor
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Examples, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.objective import ClassObjective
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.ood.neighbours import Neighbours, load_neighbours

RECORD, WEIGHTS = "sound.json", "model.safetensors"
REPORT_EVERY = 32  # recordings read


@dataclass(frozen=True)
class LoadedClips:
    """The recordings of some rows that could be read, with ids and targets in step."""

    sounds: list[Floats]
    seconds: list[float]
    ids: list[str]
    targets: list[str]


class MelFrontend:
    """The network from scratch, with the window it listens through."""

    step_s = HOP / RATE_HZ

    def __init__(self, net: AudioNet, steps: int) -> None:
        self.steps = steps
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._net = net.to(self._device).eval()
        self._listen = make_frontend()

    def read(self, path: str) -> Floats:
        return self.take(read_clip(path))

    def take(self, clip: Floats) -> Floats:
        return self._listen(clip)

    def answer(self, windows: Sequence[Floats]) -> tuple[Tensor, Tensor]:
        made = np.stack([window(mel, self.steps, 0.5) for mel in windows])[:, None]
        with torch.inference_mode():
            said = self._net(torch.from_numpy(made).to(self._device))
        return said.logits, said.features


def train(
    data: TaskData, params: AudioParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a network from scratch, or fine-tune a base, and leave the best weights in the folder."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    objective = ClassObjective(
        data.labels,
        data.train.targets,
        smoothing=params.label_smoothing,
        is_balanced=params.class_weights == "balanced",
    )
    make = _train_scratch if base.kind == "scratch" else _train_base
    make(objective, data, params, base, folder=folder, report=report)


def load_model(folder: Path) -> AudioPredictor:
    """Load a model that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = json.loads((folder / RECORD).read_text("utf-8"))
        frontend: AudioFrontend
        if record["kind"] == frozen.KIND:
            return frozen.load_model(folder)
        if record["kind"] == "net":
            net = AudioNet(NetSize(**record["net"]))
            net.load_state_dict(load_file(folder / WEIGHTS))
            frontend = MelFrontend(net, record["steps"])
        else:
            frontend = pretrained.load_frontend(folder, record["steps"])
    return AudioPredictor(frontend, tuple(record["labels"]), load_neighbours(folder))


def _train_scratch(
    objective: ClassObjective,
    data: TaskData,
    params: AudioParams,
    base: BaseFiles,
    *,
    folder: Path,
    report: Reporter,
) -> None:
    """Make log-mel pictures once, train on them, and write the model."""
    listen = make_frontend()

    def see(path: str) -> tuple[Floats, float]:
        clip = read_clip(path)
        return listen(clip), len(clip) / RATE_HZ

    train, held = _hear(data.train, see, report), _hear(data.validation, see, report)
    frames = frames_of(choose_window_s(train.seconds, params.clip_s))
    net = AudioNet(NetSize(objective.outputs, width_for(len(train.sounds))))
    _fit_to(net, train.sounds)
    variation = AugmentConfig(
        params.vary_noise, params.vary_masks, params.vary_shift, params.vary_gain
    )
    targets = objective.targets(train.targets)
    clips = Clips(train.sounds, targets, frames=frames, seed=params.seed, variation=variation)
    looked = Clips(held.sounds, objective.targets(held.targets), frames=frames)
    mark = fingerprint(params, base, data, *map(_bytes, train.sounds))
    trained = _run(net, objective, params, clips, looked, report=report, mark=mark)
    weights = {name: tensor.contiguous() for name, tensor in trained.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    _write(folder, objective.labels, {"kind": "net", "net": net.size.to_json(), "steps": frames})
    _know_again(
        AudioPredictor(MelFrontend(net, frames), objective.labels),
        train,
        held,
        data,
        params,
        report,
    ).save(folder)


def _train_base(
    objective: ClassObjective,
    data: TaskData,
    params: AudioParams,
    base: BaseFiles,
    *,
    folder: Path,
    report: Reporter,
) -> None:
    """Fine-tune a Transformers model on samples, and write it as Transformers does."""

    def hear(path: str) -> tuple[Floats, float]:
        clip = read_clip(path)
        return clip, len(clip) / RATE_HZ

    train, held = _hear(data.train, hear, report), _hear(data.validation, hear, report)
    steps = int(choose_window_s(train.seconds, params.clip_s) * RATE_HZ)
    model = pretrained.load_base(base, labels=objective.labels)
    pretrained.freeze(model, params.frozen_layers)
    targets = objective.targets(train.targets)
    waves = pretrained.WaveExamples(train.sounds, targets, steps=steps, params=params)
    looked = pretrained.WaveExamples(held.sounds, objective.targets(held.targets), steps=steps)
    mark = fingerprint(params, base, data, *map(_bytes, train.sounds))
    _run(model, objective, params, waves, looked, report=report, mark=mark)
    pretrained.save(folder, model)
    _write(folder, objective.labels, {"kind": "transformers", "steps": steps})
    frontend = pretrained.WaveFrontend(model, steps)
    _know_again(AudioPredictor(frontend, objective.labels), train, held, data, params, report).save(
        folder
    )


def _know_again(
    predictor: AudioPredictor,
    train: LoadedClips,
    held: LoadedClips,
    data: TaskData,
    params: AudioParams,
    report: Reporter,
) -> Neighbours:
    """Return the recordings that a trained model is to know again."""
    after = 2 * len(data.validation) + len(data.test)
    return predictor.fit_neighbours(
        train.sounds, train.ids, held.sounds, report, limit_s=params.budget_s, after=after
    )


def _run(
    model: nn.Module,
    objective: ClassObjective,
    params: AudioParams,
    examples: Examples,
    looked: Examples,
    *,
    report: Reporter,
    mark: str,
) -> nn.Module:
    """Train, and return the model with its best weights, on the processor."""
    accelerator = make_accelerator(params.precision, report)
    Training(
        model,
        accelerator,
        objective,
        params,
        train=examples,
        validation=looked,
        report=report,
        fingerprint=mark,
    ).run()
    trained: nn.Module = accelerator.unwrap_model(model, keep_fp32_wrapper=False).to("cpu")
    return trained


def _hear(rows: Rows, take: Callable[[str], tuple[Floats, float]], report: Reporter) -> LoadedClips:
    """Read the recordings of rows; what cannot be read is left out and said."""
    found = LoadedClips([], [], [], [])
    for place, path in enumerate(rows.inputs):
        if place % REPORT_EVERY == 0:
            report.step(phase="prepare", step=0, steps=0)
        try:
            sound, seconds = take(path)
        except DatasetError:
            continue
        found.sounds.append(sound)
        found.seconds.append(seconds)
        found.ids.append(rows.ids[place])
        found.targets.append(rows.targets[place])
    if len(found.ids) < len(rows):
        report.note("training.note.clips_left_out", "warning", count=len(rows) - len(found.ids))
    if rows and not found.ids:
        raise TrainingError("clips_are_unreadable")
    return found


def _fit_to(net: AudioNet, mels: Sequence[Floats]) -> None:
    """Let the network bring every band to mean 0 and spread 1, by the training rows."""
    every = np.concatenate(mels)
    net.centre.copy_(torch.from_numpy(every.mean(axis=0)))
    net.spread.copy_(torch.from_numpy(np.maximum(every.std(axis=0), 0.1)))


def _write(folder: Path, labels: tuple[str, ...], record: dict[str, Any]) -> None:
    whole = {"v": 1, "labels": list(labels), **record}
    (folder / RECORD).write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def _bytes(sound: Floats) -> bytes:
    return np.ascontiguousarray(sound).tobytes()
