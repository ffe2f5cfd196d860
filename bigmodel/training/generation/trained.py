"""What the trainings of networks that make pictures share: how they begin, what they show meanwhile, and what they leave."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import save_file
from torch import nn

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import Reporter
from bigmodel.data.media.made import Squares, made_sheet
from bigmodel.training.generation.learned import Learned, read_learned, require_enough
from bigmodel.training.generation.recipe import GenerationParams
from bigmodel.training.loop.seed import set_seed

WEIGHTS = "model.safetensors"
GRID_ROWS, GRID_ACROSS = 6, 6

N = TypeVar("N", bound=nn.Module)


def begin(
    data: TaskData, params: GenerationParams, report: Reporter, make: Callable[[int], N]
) -> tuple[N, Learned, Learned]:
    """Return a fresh network for so many classes, and the pictures that are learned and that are held out."""
    require_enough(data, report)
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    net = make(len(data.labels)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    learned, held = (
        read_learned(rows, data.labels, params.pixels, report)
        for rows in (data.train, data.validation)
    )
    return net, learned, held


def save(
    folder: Path,
    net: nn.Module,
    name: str,
    about: dict[str, object],
    learned: Learned,
    data: TaskData,
    params: GenerationParams,
) -> None:
    """Write weights, and in plain JSON all that is needed to make pictures with them."""
    save_file({n: value.contiguous() for n, value in net.state_dict().items()}, folder / WEIGHTS)
    record = {"v": 1, "labels": list(data.labels), "side": params.pixels, **about}
    record["shares"] = learned.shares(len(data.labels))
    (folder / name).write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def show_grid(
    stages: Callable[[Sequence[int], Sequence[Sequence[int]]], Iterator[Squares]],
    count: int,
    report: Reporter,
    step: int,
) -> None:
    """Show what is made by now, a row a class, of the same noise each time."""
    rows = min(max(1, count), GRID_ROWS)
    classes = [row for row in range(rows) for _ in range(GRID_ACROSS)]
    seeds = [(0, number) for number in range(len(classes))]
    *_, made = stages(classes, seeds)
    sheet = [made[start : start + GRID_ACROSS] for start in range(0, len(made), GRID_ACROSS)]
    report.sample(step, "grid.png", made_sheet(sheet, zoom=2))
