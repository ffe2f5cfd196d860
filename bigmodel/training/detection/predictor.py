"""Detectors as they answer, and as they lie on disk: weights in safetensors, all else in plain JSON."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from bigmodel.answers.boxes import Found
from bigmodel.core.datasets.boxes import Box
from bigmodel.core.errors import loading_model
from bigmodel.training.detection.anchors.net import RECORD as ANCHORS
from bigmodel.training.detection.anchors.net import from_trained as with_anchors
from bigmodel.training.detection.finder import Finder
from bigmodel.training.detection.finding import found_shares
from bigmodel.training.detection.folding import fold_norms
from bigmodel.training.detection.found import look_at, placed
from bigmodel.training.detection.net import RECORD, WEIGHTS, Detector, DetectorSize
from bigmodel.training.detection.queries.net import RECORD as QUERIES
from bigmodel.training.detection.queries.net import from_trained as with_queries


class BoxFinder:
    """A trained detector. It computes in 32 bits and one picture at a time, so answers do not depend on the neighbours."""

    def __init__(self, net: Finder, labels: tuple[str, ...], threshold: float) -> None:
        self.labels = labels
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        net = net.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._net = net.eval()
        self._threshold = threshold

    def answer(self, inputs: Sequence[str]) -> list[Found]:
        """Return the boxes in each picture."""
        return [self._one(path) for path in inputs]

    def _one(self, path: str) -> Found:
        look = look_at(path)
        found = found_shares(self._ask, self._net.decode, look.picture, self._net.side)
        boxes = [Box(*sides, self.labels[label]) for sides, label, _ in found]
        sureness = [sure for *_, sure in found]
        return placed(look, boxes, sureness, self._threshold, self.labels)

    def _ask(self, squares: Any) -> list[Any]:
        """Return the maps of squares, which torch reads fastest with their channels last."""
        given = torch.from_numpy(squares).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            raw = self._net(given.to(self._device))
        return [raw[name].float().cpu().numpy() for name in self._net.maps]


def load(folder: Path) -> BoxFinder:
    """Load a detector that `finetune` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        net, record = _loader(folder)(folder)
    return BoxFinder(net, tuple(record["labels"]), record["threshold"])


def has_queries(folder: Path) -> bool:
    """Tell whether a trained detector is one of Transformers."""
    return (folder / QUERIES).is_file()


def has_anchors(folder: Path) -> bool:
    """Tell whether a trained detector is one of torchvision that was brought whole."""
    return (folder / ANCHORS).is_file()


def _loader(folder: Path) -> Callable[[Path], tuple[Finder, dict[str, Any]]]:
    if has_anchors(folder):
        return with_anchors
    return with_queries if has_queries(folder) else _of_maps


def _of_maps(folder: Path) -> tuple[Finder, dict[str, Any]]:
    record = json.loads((folder / RECORD).read_text("utf-8"))
    net = Detector(DetectorSize.from_json(record["net"]))
    net.load_state_dict(load_file(folder / WEIGHTS))
    backbone = net.eval().fcos.backbone
    backbone.body = fold_norms(backbone.body, net.side)
    return net, record
