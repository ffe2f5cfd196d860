"""How a time limit is shared between optimiser steps, validation and what follows training; it reads no clock.

The schedule is drawn for the steps that fit, so a training that its limit ends has come down to a learning
rate of zero. All times are seconds of the whole job: what came before the first step counts as well.
"""

from dataclasses import dataclass

SLOW_FIRST = 2  # steps that are slower than the rest: memory is found, kernels are chosen
LEAST_STEPS = 5  # are taken however little time there is
MOST_KEPT_BACK = 0.5  # of the limit, for what follows
FEW_STEPS = 30  # a limit that leaves fewer is too short to learn much
NEIGHBOURS = 2_000  # training rows whose features a classifier computes when it is done
FP32_COST = (
    3.0  # at most: a finished model answers in 32 bits, which is dearer than validation in 16
)


def rows_after(train: int, validation: int) -> int:
    """Return how many rows a classifier reads once it is trained: neighbours, calibration, evaluation."""
    return min(train, NEIGHBOURS) + 3 * validation


@dataclass
class Budget:
    """What is known of the times of one training. `limit_s` of 0 is no limit."""

    limit_s: float
    validation_s: float = 0.0  # of one validation
    after_s: float = 0.0  # of what follows the last one

    @property
    def steps_end_s(self) -> float:
        """When the last optimiser step should be over."""
        kept_back = self.validation_s + self.after_s
        return self.limit_s - min(kept_back, MOST_KEPT_BACK * self.limit_s)

    def planned_steps(
        self, *, step: int, steps: int, spent_s: float, step_s: float, between: int
    ) -> float:
        """Return how many of the schedule's steps will be taken; a step not timed yet (0 s) limits nothing.

        Args:
            step: steps taken so far.
            steps: steps of the whole schedule.
            spent_s: seconds that the job took so far.
            step_s: seconds of one step.
            between: steps between two validations.
        """
        if not self.limit_s or not step_s:
            return float(steps)
        left = max(0.0, self.steps_end_s - spent_s)
        fitting = step + left / (step_s + self.validation_s / between)
        return min(float(steps), max(float(min(LEAST_STEPS, steps)), fitting))
