"""Training and loading of the baseline of made pictures; it needs torch only where EfficientNet-Lite0 measures it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import Reporter
from bigmodel.data.media.made import Squares
from bigmodel.training.generation.gaussian import (
    FEWEST_ROWS,
    RECORD,
    Gaussians,
    fit_gaussians,
    load_gaussians,
)
from bigmodel.training.generation.learned import (
    learn_measures,
    mirrored,
    read_learned,
    require_enough,
)
from bigmodel.training.generation.maker import Maker, Measuring, Wish, measuring_of
from bigmodel.training.generation.recipe import GenerationParams


class GaussianMaker(Maker):
    """A loaded baseline. It keeps no torch and starts no threads."""

    def __init__(
        self, gaussians: Gaussians, labels: tuple[str, ...], measuring: Measuring | None
    ) -> None:
        super().__init__(labels, gaussians.side, measuring)
        self._gaussians = gaussians

    def stages(self, wish: Wish) -> Iterator[Squares]:
        return self._gaussians.stages(wish.classes, wish.seeds)


def train(data: TaskData, params: GenerationParams, folder: Path, report: Reporter) -> None:
    """Write a Gaussian for each class into the folder.

    Raises:
        TrainingError: `photos_few_to_make`, `pictures_are_unreadable`.
    """
    require_enough(data, report)
    report.step(phase="instant", step=0, steps=0)
    learned = read_learned(data.train, data.labels, params.pixels, report)
    count = len(data.labels)
    rows = np.bincount(learned.classes, minlength=count)[:count]
    if few := int((rows < FEWEST_ROWS).sum()):
        report.note("training.note.classes_few_to_make", "warning", count=few, least=FEWEST_ROWS)
    how = {"is_mirrored": mirrored(params, learned, report)}
    found = fit_gaussians(learned.squares, learned.classes, count, **how)
    found.save(folder, data.labels, learned.shares(count))
    learn_measures(learned, data).save(folder, learned, **how)


def load(folder: Path) -> GaussianMaker:
    """Load a baseline."""
    gaussians, labels, shares = load_gaussians(folder)
    return GaussianMaker(gaussians, labels, measuring_of(folder, shares))


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds a baseline."""
    return (folder / RECORD).is_file()
