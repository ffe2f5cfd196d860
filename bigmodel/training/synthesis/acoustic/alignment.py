"""Which moments of a recording say which symbol of its text, learnt without being told (Badlani et al. 2022).

Every symbol has at least one moment, and they come in order: a monotonic path through a table of likelihoods.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Ints = NDArray[np.int64]
BLANK = -1.0  # of a moment that is no symbol's, against a usual one's


def usual_path(symbols: Tensor, frames: Tensor, size: tuple[int, int, int]) -> Tensor:
    """Return how likely each symbol is at each moment where nothing is known: near the diagonal (beta-binomial).

    Args:
        size: rows, frames and symbols of the table, -inf outside of a row's own.
    """
    last = (symbols[:, None, None] - 1).float()
    count = frames[:, None, None].float()
    moment = torch.arange(size[1], device=symbols.device)[None, :, None].float()
    place = torch.arange(size[2], device=symbols.device)[None, None].float()
    is_own = (moment < count) & (place <= last)
    place, moment = torch.minimum(place, last), torch.minimum(moment, count - 1)
    rise, fall = moment + 1, count - moment
    ways = torch.lgamma(last + 1) - torch.lgamma(place + 1) - torch.lgamma(last - place + 1)
    found = ways + _beta(place + rise, last - place + fall) - _beta(rise, fall)
    return found.masked_fill(~is_own, -torch.inf)


def _beta(a: Tensor, b: Tensor) -> Tensor:
    return torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)


def all_paths(likely: Tensor, symbols: Tensor, frames: Tensor) -> Tensor:
    """Return the mean loss of a moment over all paths: each symbol is a class of CTC that comes once."""
    with_blank = functional.pad(likely.clamp(min=-1e4), (1, 0), value=BLANK).log_softmax(-1)
    places = torch.arange(1, likely.shape[2] + 1, device=likely.device).repeat(len(likely), 1)
    losses = functional.ctc_loss(
        with_blank.transpose(0, 1), places, frames, symbols, reduction="none", zero_infinity=True
    )
    return (losses / frames).mean()


def likeliest_path(likely: Tensor, symbols: Tensor, frames: Tensor) -> Tensor:
    """Return how many moments each symbol has on the likeliest path, (rows, symbols)."""
    table = likely.detach().float().cpu().numpy()
    rows, longest, count = table.shape
    ends, lengths = symbols.cpu().numpy() - 1, frames.cpu().numpy()
    best = np.full((rows, count), -np.inf, np.float32)
    best[:, 0] = table[:, 0, 0]
    has_moved = np.zeros((longest, rows, count), bool)
    for moment in range(1, longest):
        before = np.pad(best[:, :-1], ((0, 0), (1, 0)), constant_values=-np.inf)
        has_moved[moment] = before > best
        best = np.maximum(before, best) + table[:, moment]
    found, place, every = np.zeros((rows, count), np.int64), ends.copy(), np.arange(rows)
    for moment in range(longest - 1, -1, -1):
        is_inside = moment < lengths
        found[every, place] += is_inside
        place -= is_inside & has_moved[moment, every, place]
    return torch.from_numpy(found).to(likely.device)
