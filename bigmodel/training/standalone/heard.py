"""Recordings cleaned as those that a model learned from; it is written into programs that answer recordings."""

import numpy as np
from numpy.typing import NDArray

from bigmodel.data.sound_steps import PIECES, SOUND_STEPS, clean_sound
from bigmodel.training.standalone.steps import steps_beside

HEARD_HZ = 16_000


def heard_whole(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a recording after the steps, in one."""
    steps = [step for step in steps_beside(SOUND_STEPS) if not step.startswith(PIECES)]
    return clean_sound(sound, HEARD_HZ, steps)[0]


def heard_pieces(sound: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return the pieces of a recording after the steps; a model answers the mean of its answers to them."""
    return clean_sound(sound, HEARD_HZ, steps_beside(SOUND_STEPS))


def mean_scores(rows: list[list[float]]) -> list[float]:
    """Return the mean of the answers to pieces."""
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]
