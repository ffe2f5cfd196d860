"""Training and loading of an adapter on a model of the Stable Diffusion family; it reads no database."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.data.media.made import Squares, made_sheet, shrunk
from bigmodel.training.generation.latent.adapted import (
    Adapted,
    Parts,
    keep_base,
    load_parts,
    save_adapter,
)
from bigmodel.training.generation.latent.drawing import Drawer, load_drawer
from bigmodel.training.generation.latent.latents import LatentExamples, Latents, read_latents
from bigmodel.training.generation.latent.names import BASE, PROMPTS, RECORD
from bigmodel.training.generation.latent.schedule import Noising
from bigmodel.training.generation.learned import learn_measures, mirrored, require_enough
from bigmodel.training.generation.maker import (
    Maker,
    Measuring,
    Wish,
    measured_side,
    measuring_of,
    read_record,
)
from bigmodel.training.generation.recipe import CLASS, GenerationParams
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.seed import set_seed

GRID_ROWS, GRID_ACROSS, GRID_STEPS, GRID_GUIDANCE = 4, 3, 8, 2.0
ANSWER_COST = 20  # looks by the network for a made picture beside a photo
NUMBERS = {"bf16": torch.bfloat16, "fp16": torch.float16}  # that a base is kept in on a GPU


class LatentObjective:
    """The squared error of what the network says, weighed by its moment; held-out photos by fixed noise."""

    def loss(self, raw: Tensor, targets: tuple[Tensor, Tensor]) -> Tensor:
        wanted, weights = targets
        return ((raw - wanted).square().mean(dim=(1, 2, 3)) * weights).mean()

    def look(self, raw: Tensor, targets: tuple[Tensor, Tensor]) -> tuple[float, int]:
        return float(self.loss(raw, targets)) * len(raw), len(raw)

    def measure(self, looks: Sequence[tuple[float, int]]) -> dict[str, float]:
        return {"loss": sum(loss for loss, _ in looks) / max(1, sum(rows for _, rows in looks))}

    def score(self, measures: dict[str, float]) -> float:
        return -measures["loss"]


class LatentMaker(Maker):
    """A trained adapter on its base."""

    def __init__(
        self, drawer: Drawer, labels: tuple[str, ...], side: int, measuring: Measuring | None
    ) -> None:
        super().__init__(labels, side, measuring)
        self._drawer = drawer

    def stages(self, wish: Wish) -> Iterator[Squares]:
        return self._drawer.stages(
            wish.classes, wish.seeds, self._side,
            guidance=wish.guidance, steps=wish.steps, is_watched=wish.is_watched,
        )  # fmt: skip


def train(
    data: TaskData, params: GenerationParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train an adapter on a base and leave the best one in the folder, with what it needs of the base.

    Raises:
        TrainingError: `photos_few_to_make`, `pictures_are_unreadable`.
        ModelError: the base cannot be loaded.
    """
    require_enough(data, report)
    report.step(phase="load", step=0, steps=0)
    accelerator = make_accelerator(params.precision, report)
    device = str(accelerator.device)
    is_gpu = accelerator.device.type == "cuda"
    number = NUMBERS.get(accelerator.mixed_precision, torch.float32) if is_gpu else torch.float32
    parts = load_parts(base, _prompts(data.labels, params), device, number)
    side, may_turn = params.tuned_pixels, params.mirrored != "no"
    learned, held = (
        read_latents(rows, data.labels, side, parts.decoder, report, is_mirrored=may_turn)
        for rows in (data.train, data.validation)
    )
    is_mirrored = mirrored(params, learned.learned, report)
    if not is_mirrored:
        learned = replace(learned, found=learned.found[:, :1])
    set_seed(params.seed)
    adapted = Adapted(parts, rank=params.rank, alpha=params.alpha)
    noising, count = Noising(parts.schedule), len(data.labels)

    def show(step: int) -> None:
        drawer = Drawer(adapted.unet, parts.decoder, parts.schedule, adapted.prompts)
        _show_grid(drawer, count, side, report, step)

    Training(
        adapted,
        accelerator,
        LatentObjective(),
        params,
        train=LatentExamples(learned, noising, max(1, count), params.seed),
        validation=LatentExamples(held, noising, max(1, count), params.seed),
        report=report,
        fingerprint=fingerprint(params, base, data, learned.learned.squares.tobytes()),
        after_rows=ANSWER_COST * len(data.validation),
        after_check=show,
    ).run()
    adapted = accelerator.unwrap_model(adapted, keep_fp32_wrapper=False)
    _save(folder, adapted, parts, base, learned, data, params)
    report.step(phase="evaluate", step=0, steps=0)
    measures = learn_measures(learned.learned, data)
    measures.save(folder, learned.learned, is_mirrored=is_mirrored)


def _prompts(labels: tuple[str, ...], params: GenerationParams) -> list[str]:
    """Return what is said to the base of each class, then of none."""
    named = [params.prompt.replace(CLASS, label) for label in labels]
    return [*(named or [params.prompt.replace(CLASS, "").strip()]), ""]


def _save(
    folder: Path,
    adapted: Adapted,
    parts: Parts,
    base: BaseFiles,
    learned: Latents,
    data: TaskData,
    params: GenerationParams,
) -> None:
    save_adapter(adapted, folder)
    save_file({"prompts": parts.prompts.contiguous()}, folder / PROMPTS)
    record = {
        "v": 1,
        "labels": list(data.labels),
        "side": params.tuned_pixels,
        "base": base.name,
        "variant": parts.variant,
        "schedule": parts.schedule,
        "prompt": params.prompt,
        "shares": learned.learned.shares(len(data.labels)),
    }
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    assert base.folder is not None  # noqa: S101 - it was loaded from there
    keep_base(base.folder, folder)


def load(folder: Path) -> LatentMaker:
    """Load a model that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with loading_model():
        record = read_record(folder / RECORD)
        drawer = load_drawer(folder, folder / BASE, device)
    measuring = measuring_of(folder, record["shares"])
    return LatentMaker(drawer, tuple(record["labels"]), record["side"], measuring)


def _show_grid(drawer: Drawer, count: int, side: int, report: Reporter, step: int) -> None:
    """Show what is made by now, a row a class, of the same noise each time."""
    rows = min(max(1, count), GRID_ROWS)
    classes = [row for row in range(rows) for _ in range(GRID_ACROSS)]
    seeds = [(0, number) for number in range(len(classes))]
    [made] = drawer.stages(
        classes, seeds, side, guidance=GRID_GUIDANCE, steps=GRID_STEPS, is_watched=False
    )
    small = shrunk(made, measured_side(side))
    sheet = [small[start : start + GRID_ACROSS] for start in range(0, len(small), GRID_ACROSS)]
    report.sample(step, "grid.png", made_sheet(sheet, zoom=1 if side > 64 else 2))
