"""Speech bodies (wav2vec 2.0, HuBERT and kin) that spell in a person's own letters; safetensors only, never code of a model.

The convolutions that turn samples into frames stay as they are, as their makers advise for few recordings
(Baevski et al. 2020). Their own SpecAugment draws from a shared generator and is off: variation is ours.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForCTC, PreTrainedModel

from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.training.pretrained import SAFELY, load_with_new_head, quiet
from bigmodel.training.speech.charset import BLANK
from bigmodel.training.speech.features import SCALE, Recordings, augment


class Waveforms(Recordings):
    """Recordings as plain samples of mean 0 and spread 1, for bodies that listen to those."""

    @property
    def lengths(self) -> list[int]:
        return [len(samples) for samples in self.samples]

    def _frames(self, row: int, epoch: int | None) -> Tensor:
        sound = torch.from_numpy(self.samples[row].astype("float32") / SCALE)
        if epoch is not None and self.variation is not None:
            sound = augment(sound, self.variation, self.rng(epoch, row))
        return (sound - sound.mean()) / (sound.std() + 1e-5)


class WaveCtc(nn.Module):
    """A body with a head of letters, that answers as a network from scratch does."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, frames: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (rows, steps, outputs) and the steps of each row. frames: (rows, samples)."""
        mask = None
        if (
            getattr(self.model.config, "feat_extract_norm", "") == "layer"
        ):  # the others never saw one
            places = torch.arange(frames.shape[1], device=frames.device)
            mask = (places[None, :] < lengths.to(frames.device)[:, None]).long()
        body: Any = self.model  # Any: a method of these families, missing in their common class
        steps = body._get_feat_extract_output_lengths(lengths)
        return self.model(frames, attention_mask=mask).logits, steps


def load_base(base: BaseFiles, outputs: int) -> WaveCtc:
    """Load a base with a fresh head of letters.

    Raises:
        ModelError: its files do not make up a body for speech.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        config = AutoConfig.from_pretrained(base.folder, local_files_only=True)
        config.vocab_size, config.pad_token_id = outputs, BLANK
        config.apply_spec_augment = False
        config.layerdrop = 0.0
        model = load_with_new_head(
            AutoModelForCTC, base.folder, config=config, attn_implementation="eager"
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            "base_cannot_be_loaded", base=base.name, reason=str(error)[:300]
        ) from error
    body: Any = model
    body.freeze_feature_encoder()
    return WaveCtc(model)


def load_ctc(folder: Path) -> WaveCtc:
    """Load a model that `save_ctc` wrote."""
    with quiet():
        model = AutoModelForCTC.from_pretrained(
            folder, **SAFELY, dtype="float32", attn_implementation="eager"
        )
    return WaveCtc(model)


def save_ctc(folder: Path, net: WaveCtc) -> None:
    """Write a model that plain `AutoModelForCTC` loads."""
    with quiet():
        net.model.save_pretrained(folder)
