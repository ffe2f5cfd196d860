"""Speech bodies (wav2vec 2.0, HuBERT and kin) with a fresh head for classes; safetensors only, never code of a model.

The convolutions that turn samples into frames stay as they are. What Transformers would draw from numpy's shared
generator (its own SpecAugment) is off: variation is ours, a pure function of (seed, epoch, row).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForAudioClassification, PreTrainedModel

from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.training.audio.features import RATE_HZ, Floats, read_clip
from bigmodel.training.audio.recipe import AudioParams
from bigmodel.training.loop.examples import Batch
from bigmodel.training.pretrained import SAFELY, load_with_new_head, quiet, set_outputs

MOST_GAIN = 2.8  # times louder or softer
MOST_NOISE_DB, LEAST_NOISE_DB = -5.0, -45.0
MOST_MASK = 0.2  # of the window, in each of two moments


class WaveExamples:
    """Samples of recordings, seen through a window; with settings, varied by epoch."""

    def __init__(
        self,
        clips: Sequence[Floats],
        targets: Tensor,
        *,
        steps: int,
        params: AudioParams | None = None,
    ) -> None:
        self._clips = [clip.astype(np.float16) for clip in clips]
        self._targets, self._steps, self._params = targets, steps, params

    @property
    def lengths(self) -> list[int]:
        """Every recording is seen through the same window."""
        return [self._steps] * len(self._clips)

    def batch(
        self, rows: Sequence[int], device: torch.device | str = "cpu", epoch: int | None = None
    ) -> Batch:
        """Return `input_values`, (rows, samples)."""
        made = np.stack([self._take(row, epoch) for row in rows])
        values = torch.from_numpy(made).to(device, non_blocking=True)
        return Batch({"input_values": values}, self._targets[rows].to(device))

    def _take(self, row: int, epoch: int | None) -> Floats:
        clip = self._clips[row].astype(np.float32)
        if epoch is None or self._params is None:
            return window(clip, self._steps, 0.5)
        random = np.random.default_rng([self._params.seed, epoch, row])
        return augment(clip, self._steps, self._params, random)


class WaveFrontend:
    """A fine-tuned body with its window."""

    step_s = 1 / RATE_HZ

    def __init__(self, model: PreTrainedModel, steps: int) -> None:
        self.steps = steps
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        nn.Module.to(model, self._device)
        nn.Module.eval(model)
        self._model = model

    def read(self, path: str) -> Floats:
        return read_clip(path)

    def take(self, clip: Floats) -> Floats:
        return clip

    def answer(self, windows: Sequence[Floats]) -> tuple[Tensor, Tensor]:
        made = np.stack([window(clip, self.steps, 0.5) for clip in windows])
        with torch.inference_mode():
            said = self._model(torch.from_numpy(made).to(self._device), output_hidden_states=True)
        return said.logits, said.hidden_states[-1].mean(dim=1)


def load_base(base: BaseFiles, *, labels: tuple[str, ...]) -> PreTrainedModel:
    """Load a base with a fresh head.

    Raises:
        ModelError: its files do not make up a model for sounds.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        config = AutoConfig.from_pretrained(base.folder, local_files_only=True)
        set_outputs(config, len(labels), labels)
        config.apply_spec_augment = False
        config.layerdrop = 0.0
        model = load_with_new_head(AutoModelForAudioClassification, base.folder, config=config)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            "base_cannot_be_loaded", base=base.name, reason=str(error)[:300]
        ) from error
    return model


def load_frontend(folder: Path, steps: int) -> WaveFrontend:
    """Load a model that `save` wrote."""
    with quiet():
        model = AutoModelForAudioClassification.from_pretrained(folder, **SAFELY, dtype="float32")
    return WaveFrontend(model, steps)


def save(folder: Path, model: PreTrainedModel) -> None:
    """Write a model that plain `AutoModelForAudioClassification` loads."""
    model.config.dtype = torch.float32
    with quiet():
        model.save_pretrained(folder)


def freeze(model: PreTrainedModel, layers: int) -> None:
    """Keep the convolutions on samples as they are, and so many layers above them."""
    body = getattr(model, model.base_model_prefix)
    for name, parameter in body.named_parameters():
        if name.startswith("feature_extractor."):
            parameter.requires_grad_(False)
    for layer in body.encoder.layers[:layers]:
        layer.requires_grad_(False)


def window(clip: Floats, steps: int, place: float) -> Floats:
    """Return so many samples: a cut where there are more, silence around where there are fewer. place: 0 to 1."""
    spare = steps - len(clip)
    start = round(abs(spare) * place)
    if spare <= 0:
        return clip[start : start + steps]
    return np.pad(clip, (start, spare - start))


def augment(clip: Floats, steps: int, by: AudioParams, random: np.random.Generator) -> Floats:
    """Return a window on a recording: shifted, louder or softer, in some noise, with two moments covered."""
    seen = window(clip, steps, 0.5 + 0.5 * by.vary_shift * random.uniform(-1, 1))
    seen = seen * np.float32(MOST_GAIN ** (by.vary_gain * random.uniform(-1, 1)))
    level = 10 ** (random.uniform(LEAST_NOISE_DB, MOST_NOISE_DB) / 20)
    is_noisy = random.random() < by.vary_noise
    if is_noisy:
        seen = seen + np.float32(level) * random.standard_normal(steps, dtype=np.float32)
    for _ in range(2):
        width = int(random.integers(0, int(by.vary_masks * MOST_MASK * steps) + 1))
        start = int(random.integers(0, steps - width + 1))
        seen[start : start + width] = 0
    varied: Floats = seen
    return varied
