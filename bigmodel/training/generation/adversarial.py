"""Training and loading of a small generative adversarial pair; it reads no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.data.media.made import Squares
from bigmodel.metrics.pictures.made import DISTANCE, frechet_distance
from bigmodel.training.generation.learned import Learned, learn_measures, mirrored
from bigmodel.training.generation.maker import Maker, Measuring, Wish, measuring_of, read_record
from bigmodel.training.generation.net import as_pictures, as_squares, noise_of
from bigmodel.training.generation.pair_net import (
    NOISE,
    Generator,
    Pair,
    PairSize,
    pair_pictures,
)
from bigmodel.training.generation.recipe import GenerationParams
from bigmodel.training.generation.sights import Sights
from bigmodel.training.generation.trained import WEIGHTS, begin, save, show_grid
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training

RECORD = "pair.json"
HELD = 2**31  # stands in the place of an epoch where pictures are only looked at


@dataclass(frozen=True)
class PairExamples:
    """Pictures, and the noise of as many made ones; all chance hangs on seed, epoch and row."""

    learned: Learned
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
        seeds = [(self.seed, place, row) for row in rows]
        pictures = as_pictures(self.learned.squares[list(rows)])
        if epoch is not None and self.is_mirrored:
            chance = [np.random.default_rng([*seed, 1]).random() < 0.5 for seed in seeds]
            pictures = torch.where(torch.tensor(chance)[:, None, None, None], pictures.flip(3), pictures)  # fmt: skip
        seen = {
            "noise": noise_of(seeds, (NOISE,)).to(device),
            "classes": torch.from_numpy(self.learned.classes[list(rows)]).to(device),
            "pictures": pictures.to(device),
        }
        return Batch(seen, self.learned.squares[list(rows)])


class PairObjective:
    """The losses of both; held-out pictures are measured by the Fréchet distance, for a loss of two that fight says little."""

    def __init__(self, sights: Sights) -> None:
        self._sights = sights

    def loss(self, raw: Tensor, targets: Squares) -> Tensor:  # noqa: ARG002 - they are in it
        return raw.sum()

    def look(self, raw: Tensor, targets: Squares) -> tuple[Squares, Squares]:
        return as_squares(raw), targets

    def measure(self, looks: Sequence[tuple[Squares, Squares]]) -> dict[str, float]:
        made, real = (
            self._sights.see(np.concatenate(side)).astype(np.float64)
            for side in zip(*looks, strict=True)
        )
        return {DISTANCE: frechet_distance(made, real)}

    def score(self, measures: dict[str, float]) -> float:
        return -measures[DISTANCE]


class PairMaker(Maker):
    """A trained generator; guidance and steps change nothing."""

    def __init__(
        self,
        generator: Generator,
        labels: tuple[str, ...],
        side: int,
        measuring: Measuring | None,
    ) -> None:
        super().__init__(labels, side, measuring)
        self._generator = generator.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def stages(self, wish: Wish) -> Iterator[Squares]:
        yield pair_pictures(self._generator, wish.classes, wish.seeds)


def train(
    data: TaskData, params: GenerationParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train both networks from scratch and leave the best generator in the folder.

    Raises:
        TrainingError: `photos_few_to_make`, `pictures_are_unreadable`.
    """
    side, count = params.pixels, len(data.labels)
    pair, learned, held = begin(data, params, report, lambda count: Pair(PairSize(count, side)))
    # The penalty is a gradient of a gradient, which 16 bits do not carry.
    accelerator = make_accelerator("fp32", report)
    measures = learn_measures(learned, data)
    is_mirrored = mirrored(params, learned, report)

    def made(classes: Sequence[int], seeds: Sequence[Sequence[int]]) -> Iterator[Squares]:
        yield pair_pictures(pair.generator, classes, seeds)

    Training(
        pair,
        accelerator,
        PairObjective(measures.sights),
        params,
        train=PairExamples(learned, params.seed, is_mirrored),
        validation=PairExamples(held, params.seed, is_mirrored),
        report=report,
        fingerprint=fingerprint(params, base, data, learned.squares.tobytes()),
        after_rows=4 * len(data.validation),
        after_check=lambda step: show_grid(made, count, report, step),
    ).run()
    pair = accelerator.unwrap_model(pair, keep_fp32_wrapper=False).to("cpu")
    save(folder, pair.generator, RECORD, {"net": pair.size.to_json()}, learned, data, params)
    report.step(phase="evaluate", step=0, steps=0)
    measures.save(folder, learned, is_mirrored=is_mirrored)


def load(folder: Path) -> PairMaker:
    """Load a model that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = read_record(folder / RECORD)
        generator = Generator(PairSize.from_json(record["net"]))
        generator.load_state_dict(load_file(folder / WEIGHTS))
    measuring = measuring_of(folder, record["shares"])
    return PairMaker(generator, tuple(record["labels"]), record["side"], measuring)


def is_pair(folder: Path) -> bool:
    """Tell whether the folder holds a generator of a pair."""
    return (folder / RECORD).is_file()
