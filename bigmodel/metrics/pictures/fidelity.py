"""How near a picture comes to the one that it should be: PSNR and SSIM on brightness, as the field compares enlargements; it reads no file.

Brightness is Y of BT.601 in 16 to 235, a rim as wide as the scale is left off (Timofte et al. 2018, NTIRE).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.results.comparison import Compared
from bigmodel.core.results.results import Measure
from bigmodel.metrics import intervals
from bigmodel.metrics.counts import Floats

MEASURES = ("psnr", "ssim", "bicubic_psnr", "bicubic_ssim")
MOST_DB = 100.0  # of two pictures that are the same
RADIUS, SIGMA = 5, 1.5  # of the window of SSIM (Wang et al. 2004)
STEADY = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)
Pixels = NDArray[np.uint8]  # (height, width, 3)


def luma(pixels: Pixels) -> Floats:
    """Return the brightness of each pixel, 16 to 235."""
    made: Floats = 16 + pixels.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255
    return made


def psnr(true: Pixels, made: Pixels, rim: int) -> float:
    """Return the peak signal-to-noise ratio in dB, of two pictures of the same size."""
    error = float(np.mean(_cut(luma(true) - luma(made), rim) ** 2))
    return min(MOST_DB, 10 * float(np.log10(255**2 / error))) if error else MOST_DB


def ssim(true: Pixels, made: Pixels, rim: int) -> float:
    """Return the mean structural similarity, at most 1; pictures smaller than its window count as one."""
    x, y = (_cut(luma(one), rim) for one in (true, made))
    if min(x.shape) <= 2 * RADIUS:
        return float(np.array_equal(x, y))
    mean_x, mean_y = _smooth(x), _smooth(y)
    vary_x, vary_y = _smooth(x * x) - mean_x**2, _smooth(y * y) - mean_y**2
    both = _smooth(x * y) - mean_x * mean_y
    light, detail = STEADY
    top = (2 * mean_x * mean_y + light) * (2 * both + detail)
    return float(np.mean(top / ((mean_x**2 + mean_y**2 + light) * (vary_x + vary_y + detail))))


def measured(true: Pixels, made: Pixels, plain: Pixels, rim: int) -> tuple[float, ...]:
    """Return `MEASURES` of a picture and of the plain one beside it."""
    sides = ((psnr(true, one, rim), ssim(true, one, rim)) for one in (made, plain))
    return tuple(value for side in sides for value in side)


def headline(rows: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return the mean of each measure and of the gain in dB; nothing for no rows."""
    if not rows:
        return {}
    means = _columns(rows).mean(axis=1, keepdims=True)
    return {name: float(value[0]) for name, value in _named(means).items()}


def measures(rows: Sequence[Sequence[float]]) -> dict[str, Measure]:
    """Return each mean with its interval over resamples of pictures."""
    return intervals.of_means(_columns(rows), _named)


def gains(rows: Sequence[Sequence[float]]) -> Floats:
    """Return by how many dB each picture comes nearer than the plain one."""
    columns = _columns(rows)
    found: Floats = columns[0] - columns[2]
    return found


def paired(new: Sequence[Sequence[float]], old: Sequence[Sequence[float]]) -> list[Compared]:
    """Return PSNR and SSIM of two models on the same pictures, with their difference."""
    found = intervals.compared(_columns(new), _columns(old), _named)
    return [found[name] for name in MEASURES[:2]]


def _columns(rows: Sequence[Sequence[float]]) -> Floats:
    return np.array(rows, np.float64).reshape(-1, len(MEASURES)).T


def _named(means: Floats) -> dict[str, Floats]:
    named: dict[str, Any] = dict(zip(MEASURES, means, strict=True))
    return {"psnr": named.pop("psnr"), "psnr_gain": means[0] - means[2], **named}


def _cut(values: Floats, rim: int) -> Floats:
    keeps = rim and min(values.shape) > 2 * rim
    return values[rim:-rim, rim:-rim] if keeps else values


def _smooth(values: Floats) -> Floats:
    """Return Gaussian means where the whole window lies inside."""
    weights = np.exp(-(np.arange(-RADIUS, RADIUS + 1) ** 2) / (2 * SIGMA**2))
    weights /= weights.sum()
    taps = len(weights)
    height, width = values.shape
    across: Any = sum(w * values[:, at : width - taps + 1 + at] for at, w in enumerate(weights))
    down: Any = sum(w * across[at : height - taps + 1 + at] for at, w in enumerate(weights))
    found: Floats = down
    return found
