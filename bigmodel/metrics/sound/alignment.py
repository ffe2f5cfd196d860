"""Two recordings of the same that did not begin at the same moment, brought in step; numpy alone, it reads no file."""

import numpy as np
from numpy.typing import NDArray

MOST_APART = (
    1_600  # samples, 0.1 s at 16 kHz, that one recorder may have begun later than the other
)

Floats = NDArray[np.float32]


def in_step(noisy: Floats, clean: Floats) -> tuple[Floats, Floats, int]:
    """Return both without what only one has, and by how many samples the noisy one was late (cross-correlation)."""
    by = _late(noisy, clean)
    if by > 0:
        noisy = noisy[by:]
    elif by < 0:
        clean = clean[-by:]
    count = min(len(noisy), len(clean))
    return noisy[:count], clean[:count], by


def _late(noisy: Floats, clean: Floats) -> int:
    count = max(len(noisy), len(clean))
    size = 1 << (count + MOST_APART).bit_length()
    product = np.fft.rfft(noisy, size) * np.conj(np.fft.rfft(clean, size))
    likeness = np.fft.irfft(product, size)
    near = np.concatenate([likeness[-MOST_APART:], likeness[: MOST_APART + 1]])
    best = int(near.argmax()) - MOST_APART
    return best if near.max() > 1.05 * likeness[0] else 0
