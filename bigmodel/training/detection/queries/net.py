"""A whole detector of Transformers as a base: all of it goes on learning, its layer for kinds anew; safetensors only, never code of a model.

Rates are those of the field (Carion et al. 2020): the body that sees learns at a tenth of what the queries do, which
learn at a tenth of a layer that is new.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForObjectDetection, PreTrainedModel

from bigmodel.base_models.check import SLACK
from bigmodel.base_models.header import read_header
from bigmodel.training.detection.decoding import Floats
from bigmodel.training.detection.finder import Boxes, Finder, Raw, Target, keep_norms
from bigmodel.training.detection.queries.decoding import boxes_of_queries
from bigmodel.training.images.pretrained import MEAN, SPREAD, stages
from bigmodel.training.pretrained import load_with_new_head, quiet

RECORD = "queries.json"
HEAD = re.compile(r"class_labels_classifier|class_embed|enc_score_head")  # as families name it
NO_HEAD = re.compile(r"(?!)")  # of a trained one nothing may be missing
WITH_NOTHING = ("detr", "yolos")  # families in which "nothing" is an answer beside the kinds
PLAIN = ("d_fine", "rt_detr", "rt_detr_v2")  # families that take fractions as they are
BODY_RATE, QUERY_RATE = 0.01, 0.1  # over that of what is new
FIXED = ("anchor_image_size", "eval_size")  # a size that places are reckoned for in advance


class QueryDetector(Finder):
    """A model of Transformers that takes pictures as fractions, and brings colours to the scale it was trained with."""

    maps: ClassVar = ("logits", "pred_boxes")
    mean: Tensor
    spread: Tensor

    def __init__(self, model: PreTrainedModel, about: Mapping[str, Any]) -> None:
        """`about` holds the side of the squares, and mean and spread of the colours."""
        super().__init__()
        self.about, self.side = dict(about), int(about["side"])
        for name in ("mean", "spread"):
            self.register_buffer(name, torch.tensor(about[name]).view(1, 3, 1, 1))
        self.net: Any = model

    def forward(
        self, pictures: Tensor, targets: Sequence[Target] | None = None
    ) -> dict[str, Tensor]:
        labels = None
        if targets is not None:
            labels = [
                {"class_labels": each["labels"], "boxes": _middles(each["boxes"]) / self.side}
                for each in targets
            ]
        said = self.net((pictures - self.mean) / self.spread, labels=labels)
        raw = {name: getattr(said, name) for name in self.maps}
        return raw if labels is None else {**raw, "loss": said.loss}

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        keep_norms(self)
        return self

    def losses(self, raw: Raw, targets: Sequence[Target]) -> Tensor:  # noqa: ARG002 - it was asked with them
        """Return the model's own loss, which it reckons where it answers: some vary the truth and learn to find it again."""
        return raw["loss"]

    def decode(self, *maps: Floats) -> Boxes:
        kinds, places = maps
        has_nothing = self.about["has_nothing"]
        return boxes_of_queries(kinds, places, self.side, has_nothing=has_nothing)

    def rate_scales(self) -> dict[nn.Parameter, float]:
        body = set(self._body().parameters())
        return {
            parameter: BODY_RATE if parameter in body else QUERY_RATE
            for name, parameter in self.net.named_parameters()
            if not HEAD.search(name)
        }

    def freeze(self, layers: int) -> None:
        for layer in _layers(self._body())[:layers]:
            layer.requires_grad_(False)

    def save(self, folder: Path, labels: tuple[str, ...], threshold: float) -> None:
        """Write a model that the plain `AutoModelForObjectDetection` loads, and what else there is to know of it."""
        config = self.net.config
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: number for number, label in enumerate(labels)}
        with quiet():
            self.net.save_pretrained(folder)
        record = {"v": 1, "labels": list(labels), "net": self.about, "threshold": threshold}
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")

    def _body(self) -> nn.Module:
        """Return what sees: the backbone, or all of a model that has none."""
        whole = self.net.base_model
        body: nn.Module = getattr(whole, "backbone", whole)
        return body


def from_base(folder: Path, kinds: int, side: int) -> QueryDetector:
    """Return the detector of a base with a fresh layer for so many kinds.

    Raises:
        ValueError: weights and settings do not belong together; it says where.
    """
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    config.num_labels = kinds
    for name in FIXED:
        if hasattr(config, name):
            setattr(config, name, None)
    if config.model_type != "yolos":  # whose layers below have no answers
        config.auxiliary_loss = True  # as these families are trained
    _check_size(folder, config)
    model = load_with_new_head(AutoModelForObjectDetection, folder, head=HEAD, config=config)
    about = {
        **_colours(folder, config.model_type),
        "side": side,
        "has_nothing": config.model_type in WITH_NOTHING,
    }
    return QueryDetector(model, about)


def from_trained(folder: Path) -> tuple[QueryDetector, dict[str, Any]]:
    """Return a detector that `save` wrote, and its record.

    Raises:
        ValueError: files do not belong together.
    """
    record = json.loads((folder / RECORD).read_text("utf-8"))
    _check_size(folder, AutoConfig.from_pretrained(folder, local_files_only=True))
    model = load_with_new_head(AutoModelForObjectDetection, folder, head=NO_HEAD)
    return QueryDetector(model, record["net"]), record


def _check_size(folder: Path, config: Any) -> None:
    """Refuse settings that would make room for much more than the weights hold, before any room is made."""
    with torch.device("meta"), quiet():
        model = AutoModelForObjectDetection.from_config(config)  # type: ignore[no-untyped-call]
    wanted = sum(value.numel() for value in model.state_dict().values())
    held = sum(
        tensor.size for path in folder.glob("model*.safetensors") for tensor in read_header(path)
    )
    if wanted > 2 * held + SLACK:
        raise ValueError("config.json names larger sizes than model.safetensors has")


def _colours(folder: Path, family: str) -> dict[str, list[float]]:
    """Return the scale of colours that a model was trained with."""
    given = folder / "preprocessor_config.json"
    scale = json.loads(given.read_text("utf-8")) if given.is_file() else {}
    if not scale.get("do_normalize", family not in PLAIN):
        return {"mean": [0.0] * 3, "spread": [1.0] * 3}
    return {
        "mean": [float(each) for each in scale.get("image_mean", MEAN)],
        "spread": [float(each) for each in scale.get("image_std", SPREAD)],
    }


def _middles(boxes: Tensor) -> Tensor:
    """Return boxes by middle, width and height."""
    low, high = boxes[:, :2], boxes[:, 2:]
    return torch.cat([(low + high) / 2, high - low], dim=1)


def _layers(body: nn.Module) -> list[nn.Module]:
    """Return the parts of a body that can learn, lowest first, its stages one by one."""
    parts = _learning(body)
    while len(parts) == 1:
        parts = _learning(parts[0])
    found: list[nn.Module] = []
    for part in parts:
        inner = part
        while len(below := _learning(inner)) == 1:
            inner = below[0]
        found += below if isinstance(inner, nn.ModuleList) else [part]
    return stages(found)


def _learning(part: nn.Module) -> list[nn.Module]:
    return [each for each in part.children() if next(each.parameters(), None) is not None]
