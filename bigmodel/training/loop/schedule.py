"""How a training is laid out in steps: pure arithmetic on the settings, so that any step can be looked up again."""

import math
from dataclasses import dataclass

from bigmodel.training.loop.recipe import TunedParams

MOST_STEPS_UNCHECKED = 400  # between two looks at the held-out rows
MOST_POINTS = 1000  # of one training curve


@dataclass(frozen=True)
class Schedule:
    """Counts of one training. An optimiser step takes `accumulation` batches."""

    rows: int
    batch_size: int
    accumulation: int
    epochs: int

    @property
    def batches_an_epoch(self) -> int:
        return math.ceil(self.rows / self.batch_size)

    @property
    def steps_an_epoch(self) -> int:
        return math.ceil(self.batches_an_epoch / self.accumulation)

    @property
    def steps(self) -> int:
        return self.steps_an_epoch * self.epochs

    @property
    def point_every(self) -> int:
        return max(1, self.steps // MOST_POINTS)

    @property
    def check_every(self) -> int:
        """Steps between two validations: an epoch, or a part of a long one."""
        looks = math.ceil(self.steps_an_epoch / MOST_STEPS_UNCHECKED)
        return math.ceil(self.steps_an_epoch / looks)

    def is_check_due(self, step: int) -> bool:
        """Tell whether the held-out rows are looked at after this step: at ends of epochs, and between in long ones."""
        if step == 0:
            return False
        within = step % self.steps_an_epoch
        return within == 0 or within % self.check_every == 0


def learning_rate(params: TunedParams, progress: float) -> float:
    """Return the learning rate at a share of the training: up in a line, then down as the schedule says."""
    if progress < params.warmup_share:
        return params.learning_rate * progress / params.warmup_share
    left = (1.0 - progress) / max(1e-9, 1.0 - params.warmup_share)
    if params.schedule == "linear":
        return params.learning_rate * max(0.0, left)
    if params.schedule == "cosine":
        return params.learning_rate * 0.5 * (1.0 + math.cos(math.pi * (1.0 - max(0.0, left))))
    return params.learning_rate
