"""Where chance comes from in a training: one seed, and generator states that can be kept and set again."""

import random

import numpy as np
import torch
from torch import Tensor


def set_seed(seed: int) -> None:
    """Seed every generator that a training may draw from."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # third-party code draws from this old generator
    torch.manual_seed(seed)  # also seeds every GPU


def generator_states() -> dict[str, Tensor]:
    """Return the states of torch's generators by a name that stands in a checkpoint."""
    states = {"rng.cpu": torch.get_rng_state()}
    for number in range(torch.cuda.device_count()):
        states[f"rng.cuda.{number}"] = torch.cuda.get_rng_state(number)
    return states


def set_generator_states(states: dict[str, Tensor]) -> None:
    """Set generators back to stored states; a GPU that is no longer there is left out."""
    torch.set_rng_state(states["rng.cpu"])
    for number in range(torch.cuda.device_count()):
        if f"rng.cuda.{number}" in states:
            torch.cuda.set_rng_state(states[f"rng.cuda.{number}"], number)
