"""From noise to pictures, by whatever computes the network: torch here, ONNX in programs; it knows neither."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from bigmodel.data.media.made import Squares

Array = Any  # numpy arrays of numbers
Ask = Callable[
    ..., list[Array]
]  # pictures, moments and classes to directions; or noise and classes to pictures


def flow_drawn(
    ask: Ask,
    classes: Sequence[int],
    seeds: Sequence[Sequence[int]],
    side: int,
    *,
    nothing: int,
    guidance: float,
    steps: int,
) -> Iterator[Squares]:
    """Yield pictures from noise to the end, (rows, side, side, 3), one set a step (Heun's method).

    Args:
        classes: the class of each picture, `nothing` for none.
        seeds: what the noise of each picture hangs on, and nothing else.
        guidance: how much more the class counts than it would: 1 is as learned.
    """
    x = noise_rows(seeds, (3, side, side))
    asked = np.array(classes, np.int64)

    def way(x: Array, moment: float) -> Array:
        if guidance == 1 or nothing == 0:
            return ask(x, np.full(len(x), moment, np.float32), asked)[0]
        both = np.concatenate([asked, np.full_like(asked, nothing)])
        moments = np.full(2 * len(x), moment, np.float32)
        told, untold = np.split(ask(np.concatenate([x, x]), moments, both)[0], 2)
        return untold + np.float32(guidance) * (told - untold)

    for step in range(steps):
        now, then = step / steps, (step + 1) / steps
        first = way(x, now)
        if step < steps - 1:
            first = (first + way(x + first / np.float32(steps), then)) / np.float32(2)
        x = x + first / np.float32(steps)
        yield squares_of(x)


def pair_drawn(
    ask: Ask, classes: Sequence[int], seeds: Sequence[Sequence[int]], width: int
) -> Squares:
    """Return pictures of a generator, (rows, side, side, 3), each from so many numbers of noise."""
    return squares_of(ask(noise_rows(seeds, (width,)), np.array(classes, np.int64))[0])


def noise_rows(seeds: Sequence[Sequence[int]], shape: tuple[int, ...]) -> Array:
    """Return Gaussian noise, (rows, *shape), each row by its own seed."""
    rows = [np.random.default_rng(list(one)).standard_normal(shape, np.float32) for one in seeds]
    return np.stack(rows) if rows else np.empty((0, *shape), np.float32)


def squares_of(pictures: Array) -> Squares:
    """Return pictures from −1 to 1, (rows, 3, side, side), as bytes, (rows, side, side, 3)."""
    scaled = np.rint((pictures + 1) * np.float32(127.5)).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(scaled.transpose(0, 2, 3, 1))
