"""Training of a small network beside the linear head: it starts as the head and learns what media say only together; it reads no database."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.objective import ClassObjective, HeadObjective, NumberObjective
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.several.blocks import Cells, Floats, Vectors
from bigmodel.training.several.lines import TOGETHER, Lines
from bigmodel.training.several.model import fit_lines, save, see
from bigmodel.training.several.recipe import FusionParams
from bigmodel.training.several.senses import plain_senses

PARTS = ("inner.weight", "inner.bias", "outer.weight")  # of the network, beside the linear head


class FusedNet(nn.Module):
    """A linear head, and beside it one hidden layer whose say begins at nothing."""

    def __init__(self, width: int, hidden: int, outputs: int, dropped: float) -> None:
        super().__init__()
        self.linear = nn.Linear(width, outputs)
        self.inner, self.drop = nn.Linear(width, hidden), nn.Dropout(dropped)
        self.outer = nn.Linear(hidden, outputs, bias=False)
        nn.init.zeros_(self.outer.weight)

    def forward(self, rows: Tensor) -> Tensor:  # (rows, width) to (rows, outputs)
        hidden = self.drop(torch.relu(self.inner(self.drop(rows))))
        answers: Tensor = self.linear(rows) + self.outer(hidden)
        return answers


@dataclass(frozen=True)
class BlockExamples:
    """Rows of blocks side by side as the loop takes them."""

    rows: Tensor  # (rows, width)
    targets: Tensor

    @property
    def lengths(self) -> Sequence[int]:
        """Every row is as wide as any other."""
        return [1] * len(self.rows)

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str,
        epoch: int | None = None,  # noqa: ARG002
    ) -> Batch:
        chosen = torch.tensor(list(rows))
        return Batch({"rows": self.rows[chosen].to(device)}, self.targets[chosen].to(device))


def train(
    data: TaskData, params: FusionParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train the network on fixed features, and leave the best weights of the validation rows in the folder."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)

    def say(_step: int, _steps: int) -> None:
        report.step(phase="prepare", step=0, steps=0)

    seen = see(data, plain_senses(), report, say)
    lines, told = fit_lines(seen, data, params)
    report.note("training.note.fusion_weights", weights=told)
    learned, held = (_side(lines, cells, seen.vectors) for cells in (seen.train, seen.held))
    objective, kept = _objective(data, params, lines)
    net = _net(lines, learned.shape[1], params)
    accelerator = make_accelerator("fp32", report)
    Training(
        net,
        accelerator,
        objective,
        params,
        train=BlockExamples(torch.from_numpy(learned), objective.targets(kept(data.train))),
        validation=BlockExamples(torch.from_numpy(held), objective.targets(kept(data.validation))),
        report=report,
        fingerprint=fingerprint(params, base, data, _digest(learned)),
        checks_first=True,
    ).run()
    report.step(phase="evaluate", step=0, steps=0)
    _take(accelerator.unwrap_model(net, keep_fp32_wrapper=False).to("cpu"), lines)
    save(folder, lines)


def _side(lines: Lines, cells: Cells, vectors: Vectors) -> Floats:
    """Return all blocks of rows side by side, (rows, width)."""
    if not cells:
        return np.empty((0, lines.arrays[f"weights.{TOGETHER}"].shape[1]), np.float32)
    side = lines.side(cells, vectors)
    return np.hstack([side[medium] for medium in lines.media])


def _objective(
    data: TaskData, params: FusionParams, lines: Lines
) -> tuple[HeadObjective, Callable[[Rows], list[str]]]:
    """Return what is strived for, and what it takes as the targets of rows."""

    def kept(rows: Rows) -> list[str]:
        if not lines.is_log:
            return list(rows.targets)
        # a held-out number that has no logarithm counts as the least one
        return [repr(math.log(max(float(target), 1e-12))) for target in rows.targets]

    if not data.labels:
        return NumberObjective(kept(data.train)), kept
    is_balanced = params.class_weights == "balanced"
    smoothing = params.label_smoothing
    train = data.train.targets
    return ClassObjective(data.labels, train, smoothing=smoothing, is_balanced=is_balanced), kept


def _net(lines: Lines, width: int, params: FusionParams) -> FusedNet:
    """Return a network that answers as the linear head does."""
    weights, bias = (lines.arrays[f"{name}.{TOGETHER}"] for name in ("weights", "bias"))
    net = FusedNet(width, params.hidden, len(bias), params.dropped)
    with torch.no_grad():
        net.linear.weight.copy_(torch.from_numpy(np.asarray(weights)))
        net.linear.bias.copy_(torch.from_numpy(np.asarray(bias)))
    return net


def _take(net: FusedNet, lines: Lines) -> None:
    """Put what was trained in the place of the linear head."""
    found = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    for name in ("weight", "bias"):
        own = "weights" if name == "weight" else name
        lines.arrays[f"{own}.{TOGETHER}"] = found[f"linear.{name}"]
    for name in PARTS:
        lines.arrays[name] = found[name]


def _digest(rows: Floats) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(rows).tobytes()).digest()
