"""Picture bodies of timm and Transformers with a fresh head for classes; safetensors only, never code of a model."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForImageClassification, PreTrainedModel

from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.training.images.alone import build_timm, look
from bigmodel.training.images.net import NetOutput
from bigmodel.training.images.recipe import ImageParams
from bigmodel.training.pretrained import load_with_new_head

MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIDE = 224
FIRST_LAYERS = ("embeddings", "embedder", "conv_stem")  # as families name what reads the pixels


class Encoder(nn.Module):
    """A body that takes pictures as fractions and brings colours to the scale it was trained with."""

    mean: Tensor
    spread: Tensor

    def __init__(self, about: dict[str, Any]) -> None:
        super().__init__()
        self.about = about
        shape = (1, 3, 1, 1)
        self.register_buffer("mean", torch.tensor(about["mean"]).view(shape))
        self.register_buffer("spread", torch.tensor(about["spread"]).view(shape))


class TimmEncoder(Encoder):
    """A model of timm. Its batch norms keep the statistics of what it was trained with before."""

    def __init__(self, about: dict[str, Any], outputs: int) -> None:
        super().__init__(about)
        self._decay, self._unfreezing, self._kept = 1.0, 0.0, 0
        self._levels = about.get("levels", 0)
        self.net, self.head = build_timm(about, outputs)

    @property
    def classifier(self) -> Any:
        """The linear layer that answers for vectors, (pictures, features)."""
        return self.head or self.net.get_classifier()

    def last(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the part of vectors that its last layer gave: of stages below, likeness is not told."""
        return vectors[:, -self.net.head_hidden_size :] if self._levels else vectors

    def forward(self, pictures: Tensor) -> NetOutput:
        features = look(self.net, (pictures - self.mean) / self.spread, self._levels)
        return NetOutput(self.classifier(features), features)

    def set_head(self, weights: NDArray[np.floating], bias: NDArray[np.floating]) -> None:
        """Let the classifier answer with these weights, (outputs, features), and bias, (outputs,)."""
        head = self.classifier
        with torch.no_grad():
            head.weight.copy_(torch.from_numpy(weights))
            head.bias.copy_(torch.from_numpy(bias))

    def train(self, mode: bool = True) -> Self:
        """Go into training or out of it; few pictures would spoil the statistics of the norms."""
        super().train(mode)
        for part in self.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.eval()
        return self

    def tune(self, params: ImageParams) -> None:
        """Set how the layers learn: the lowest not at all, the others at rates of their own, and from when on."""
        self._decay, self._unfreezing = params.layer_decay, params.unfreezing
        self._kept = params.frozen_layers
        freeze(self, self._kept)

    def rate_scales(self) -> dict[nn.Parameter, float]:
        """Return 1 for the head, and less for each layer below."""
        layers = self.layers()
        return {
            parameter: round(self._decay ** (len(layers) - place), 6)
            for place, layer in enumerate(layers)
            for parameter in layer.parameters()
        }

    def thaw(self, progress: float) -> None:
        """Let the layers learn from the top down, all of them once a share of the training is over."""
        if not self._unfreezing:
            return
        layers = self.layers()
        for place, layer in enumerate(layers):
            since = self._unfreezing * (len(layers) - place) / len(layers)
            layer.requires_grad_(place >= self._kept and progress >= since)

    def layers(self) -> list[nn.Module]:
        """Return all but the head, lowest first, with the stages of a body one by one."""
        head = self.net.get_classifier()
        return stages([part for part in self.net.children() if part is not head])


class TransformersEncoder(Encoder):
    """A model of Transformers."""

    def __init__(
        self, about: dict[str, Any], outputs: int, model: PreTrainedModel | None = None
    ) -> None:
        super().__init__(about)
        if model is None:
            config = AutoConfig.for_model(**about["config"])
            config.num_labels = outputs
            model = AutoModelForImageClassification.from_config(config)  # type: ignore[no-untyped-call]
        self.net: Any = model

    def forward(self, pictures: Tensor) -> NetOutput:
        said = self.net((pictures - self.mean) / self.spread, output_hidden_states=True)
        last = said.hidden_states[-1]
        features = last.mean(dim=(2, 3)) if last.dim() == 4 else last.mean(dim=1)
        return NetOutput(said.logits, features)

    def layers(self) -> list[nn.Module]:
        """Return the embeddings and the layers above them, lowest first."""
        body = getattr(self.net, self.net.base_model_prefix)
        stacks = [m for m in body.modules() if isinstance(m, nn.ModuleList) and len(m)]
        first = [getattr(body, name) for name in FIRST_LAYERS if hasattr(body, name)]
        return [*first, *max(stacks, key=len, default=[])]


def stages(parts: Sequence[nn.Module]) -> list[nn.Module]:
    """Return the parts of a body that can learn, lowest first, its stages one by one."""
    found: list[nn.Module] = []
    for part in parts:
        is_stages = isinstance(part, nn.Sequential) and all(
            isinstance(stage, nn.Sequential) for stage in part
        )
        inner = list(part.children()) if is_stages else []
        found += inner or [part]
    return [part for part in found if next(part.parameters(), None) is not None]


def load_base(base: BaseFiles, outputs: int, pixels: int, levels: int = 0) -> tuple[Encoder, int]:
    """Return a base with a fresh head, and the side of the pictures it is trained with.

    `levels` counts the stages of a body of timm whose means are read beside its last layer.

    Raises:
        ModelError: its files do not make up a model for pictures.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        config = json.loads((base.folder / "config.json").read_text("utf-8"))
        if "architecture" in config:
            return _timm(base.folder, config, outputs, levels), pixels
        return _transformers(base.folder, config, outputs)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ModelError(
            "base_cannot_be_loaded", base=base.name, reason=str(error)[:300]
        ) from error


def build(record: dict[str, Any], outputs: int) -> Encoder:
    """Return an untrained body from what `describe` said of it."""
    about = record["body"]
    return (
        TimmEncoder(about, outputs)
        if "architecture" in about
        else TransformersEncoder(about, outputs)
    )


def describe(body: nn.Module) -> dict[str, Any]:
    """Return what a record must say to build the body again."""
    return {"body": body.about}


def freeze(body: nn.Module, layers: int) -> None:
    """Keep the lowest layers as they are."""
    if isinstance(body, TimmEncoder | TransformersEncoder):
        for layer in body.layers()[:layers]:
            layer.requires_grad_(False)


def _timm(folder: Path, config: dict[str, Any], outputs: int, levels: int) -> TimmEncoder:
    given = config.get("pretrained_cfg") or {}
    about = {
        "architecture": config["architecture"],
        "arguments": {},
        "mean": list(given.get("mean", MEAN)),
        "spread": list(given.get("std", SPREAD)),
    }
    if levels:
        about["levels"] = levels
    body = TimmEncoder(about, outputs)
    weights = load_file(folder / "model.safetensors")
    head = {f"{name}." for name in _names(given.get("classifier", "fc"))}
    kept = {k: v for k, v in weights.items() if not k.startswith(tuple(head))}
    found = body.net.load_state_dict(kept, strict=False)
    missing = [k for k in found.missing_keys if not k.startswith(tuple(head))]
    if missing or found.unexpected_keys:
        raise ValueError(f"weights differ: {[*missing, *found.unexpected_keys][:3]}")
    return body


def _names(classifier: Any) -> tuple[str, ...]:
    return (classifier,) if isinstance(classifier, str) else tuple(classifier)


def _transformers(
    folder: Path, config: dict[str, Any], outputs: int
) -> tuple[TransformersEncoder, int]:
    loaded = AutoConfig.from_pretrained(folder, local_files_only=True)
    loaded.num_labels = outputs
    model = load_with_new_head(AutoModelForImageClassification, folder, config=loaded)
    given = folder / "preprocessor_config.json"
    scale = json.loads(given.read_text("utf-8")) if given.is_file() else {}
    about = {
        "config": {**config, "model_type": loaded.model_type},
        "mean": list(scale.get("image_mean", MEAN)),
        "spread": list(scale.get("image_std", SPREAD)),
    }
    side = int(config.get("image_size") or SIDE)
    return TransformersEncoder(about, outputs, model), side
