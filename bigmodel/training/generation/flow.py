"""Training and loading of rectified flow: a network learns which way noise has to go to become a picture; it reads no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.data.media.made import Squares
from bigmodel.training.generation.learned import Learned, learn_measures, mirrored
from bigmodel.training.generation.maker import Maker, Measuring, Wish, measuring_of, read_record
from bigmodel.training.generation.net import FlowNet, NetSize, as_pictures, flow_stages
from bigmodel.training.generation.recipe import GenerationParams
from bigmodel.training.generation.trained import WEIGHTS, begin, save, show_grid
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training

RECORD = "flow.json"
CLASSLESS = (
    0.1  # share of the pictures whose class is kept back, so that guidance has something to leave
)
# A made picture beside a photo takes 38 looks by the network; the loop reckons three times the time of 16 bits for each,
# where this network takes half as long again.
ANSWER_COST = 20
GRID_STEPS, GRID_GUIDANCE = 6, 2.0
HELD = 2**31  # stands in the place of an epoch where a picture is looked at as it is


@dataclass(frozen=True)
class FlowExamples:
    """Pictures somewhere on a straight line from noise, and the direction of the line; all chance hangs on seed, epoch and row."""

    learned: Learned
    classes: int
    seed: int
    is_mirrored: bool

    @property
    def lengths(self) -> Sequence[int]:
        """Every picture is seen at the same size."""
        return [1] * len(self.learned.squares)

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        place = HELD if epoch is None else epoch
        dice = [np.random.default_rng([self.seed, place, row]) for row in rows]
        pictures = as_pictures(self.learned.squares[list(rows)])
        chance = np.array([one.random(2) for one in dice])
        moments = torch.sigmoid(_floats([one.standard_normal() for one in dice]))
        noise = _floats([one.standard_normal(pictures.shape[1:], np.float32) for one in dice])
        classes = torch.from_numpy(self.learned.classes[list(rows)])
        if epoch is not None:
            kept_back = torch.from_numpy(chance[:, 0] < CLASSLESS)
            classes = torch.where(kept_back, self.classes, classes)
            if self.is_mirrored:
                turned = torch.from_numpy(chance[:, 1] < 0.5)[:, None, None, None]
                pictures = torch.where(turned, pictures.flip(3), pictures)
        at = moments[:, None, None, None]
        seen = {
            "pictures": ((1 - at) * noise + at * pictures).to(device),
            "moments": moments.to(device),
            "classes": classes.to(device),
        }
        return Batch(seen, (pictures - noise).to(device))


class FlowObjective:
    """The squared error of the direction, held-out pictures by fixed noise."""

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        return functional.mse_loss(raw.float(), targets)

    def look(self, raw: Tensor, targets: Tensor) -> tuple[float, int]:
        return float(self.loss(raw, targets)) * len(targets), len(targets)

    def measure(self, looks: Sequence[tuple[float, int]]) -> dict[str, float]:
        return {"loss": sum(loss for loss, _ in looks) / max(1, sum(rows for _, rows in looks))}

    def score(self, measures: dict[str, float]) -> float:
        return -measures["loss"]


class FlowMaker(Maker):
    """A trained model. It computes in 32 bits, so that pictures do not depend on their neighbours."""

    def __init__(
        self, net: FlowNet, labels: tuple[str, ...], side: int, measuring: Measuring | None
    ) -> None:
        super().__init__(labels, side, measuring)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._net = net.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    def stages(self, wish: Wish) -> Iterator[Squares]:
        how = {"guidance": wish.guidance, "steps": wish.steps}
        return flow_stages(self._net, wish.classes, wish.seeds, self._side, **how)  # type: ignore[arg-type]


def train(
    data: TaskData, params: GenerationParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a network from scratch and leave the best weights in the folder.

    Raises:
        TrainingError: `photos_few_to_make`, `pictures_are_unreadable`.
    """
    net, learned, held = begin(data, params, report, lambda count: FlowNet(NetSize(count)))
    accelerator = make_accelerator(params.precision, report)
    count = len(data.labels)
    is_mirrored = mirrored(params, learned, report)
    examples = [FlowExamples(part, count, params.seed, is_mirrored) for part in (learned, held)]
    stages = partial(flow_stages, net, side=params.pixels, guidance=GRID_GUIDANCE, steps=GRID_STEPS)
    Training(
        net,
        accelerator,
        FlowObjective(),
        params,
        train=examples[0],
        validation=examples[1],
        report=report,
        fingerprint=fingerprint(params, base, data, learned.squares.tobytes()),
        after_rows=2 * ANSWER_COST * len(data.validation),
        after_check=lambda step: show_grid(stages, count, report, step),
    ).run()
    net = accelerator.unwrap_model(net, keep_fp32_wrapper=False).to("cpu")
    save(folder, net, RECORD, {"net": net.size.to_json()}, learned, data, params)
    report.step(phase="evaluate", step=0, steps=0)
    learn_measures(learned, data).save(folder, learned, is_mirrored=is_mirrored)


def load(folder: Path) -> FlowMaker:
    """Load a model that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = read_record(folder / RECORD)
        net = FlowNet(NetSize.from_json(record["net"]))
        net.load_state_dict(load_file(folder / WEIGHTS))
    measuring = measuring_of(folder, record["shares"])
    return FlowMaker(net, tuple(record["labels"]), record["side"], measuring)


def _floats(values: Sequence[object]) -> Tensor:
    return torch.from_numpy(np.array(values, np.float32))
