"""Guesses how long a training takes on this machine, from sizes alone; it must never load torch.

The rates are rough and were set by trainings on two cores of a server (MiniLM on short messages,
140 rows a second and core with bf16): an estimate is meant to be right within a factor of about two.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bigmodel.core.model import Base
from bigmodel.core.task import Medium, Params
from bigmodel.training.loop.recipe import learned_side, picture_side

START_MINUTES = 0.1  # reading the data, loading the libraries
INSTANT_ROWS_PER_MINUTE = 60_000.0
FLOPS_PER_CORE = 35e9  # of a training step in fp32
FLOPS_PER_CORE_BF16 = 200e9  # where the processor multiplies bf16 itself
STEP_S = 0.02  # of each optimiser step, however small the model
PASSES = 6.0  # operations a parameter and token: forward 2, backward 4
FORWARD = 2.0
ENCODER_SHARE = {
    Medium.IMAGE: 1.0,
    Medium.AUDIO: 0.15,
    Medium.TEXT: 1.0,  # rows of several media, each with a picture perhaps
}  # of a base's parameters that a frozen encoder uses
HELD_OUT = 0.2  # of the rows
LOOKING = 1.1  # the held-out rows are read as well, forward only
CHARACTERS_PER_TOKEN = 2.5  # between Chinese (1 to 1.5) and English (4)
EMBEDDING_M = 12.0  # parameters of a usual table of words: looked up, not multiplied
PROCESSOR = Path("/proc/cpuinfo")
_BF16 = re.compile(r"\b(amx_bf16|avx512_bf16)\b")
# Pictures and sounds: operations of one forward pass, as far as the size of a network tells them.
MEDIA_PER_MINUTE = {
    Medium.IMAGE: 6_000.0,
    Medium.AUDIO: 12_000.0,
}  # of the instant model's features
PIXELS = 96  # side of a picture where no setting says it
SCRATCH_MEGA_A_PICTURE = (
    60.0  # multiplications of the small residual network at that side, in millions
)
SCRATCH_MEGA_A_SECOND = 25.0  # of the small network for sounds, a second of sound
PICTURE_MEGA_A_PARAMETER = 150.0  # of pre-trained bodies at 224 pixels, by millions of parameters
FRAMES_A_SECOND = 50.0  # of pre-trained bodies for sound
CONVOLUTION_SHARE = 0.5  # convolutions use a processor less well than large matrices


@dataclass(frozen=True)
class Amount:
    """How much there is to learn from. `length` is of a usual row, in the unit of `Summary.lengths`."""

    rows: int
    length: float
    medium: Medium = Medium.TEXT


def minutes(base: Base, params: Params, amount: Amount, cores: int) -> float:
    """Return the expected minutes of a training, the instant model included."""
    instant = START_MINUTES + amount.rows / MEDIA_PER_MINUTE.get(
        amount.medium, INSTANT_ROWS_PER_MINUTE
    )
    if base.kind == "instant":
        return instant
    settings = params.model_dump()
    if base.kind == "features":
        operations = FORWARD * ENCODER_SHARE[amount.medium] * _of_media(base, settings, amount)
        rate = (FLOPS_PER_CORE_BF16 if has_bf16() else FLOPS_PER_CORE) * max(1, cores)
        return float(instant + amount.rows * operations / CONVOLUTION_SHARE / rate / 60)
    examples = amount.rows * settings.get("epochs", 1)
    steps = examples / settings.get("batch_size", 16)
    if amount.medium == Medium.TEXT:
        tokens = min(settings.get("max_tokens", 128), 2 + amount.length / CHARACTERS_PER_TOKEN)
        an_example = _multiplied_m(base, amount.rows * amount.length) * 1e6 * tokens
    else:
        an_example = _of_media(base, settings, amount) / CONVOLUTION_SHARE
    if settings.get("as_it_is"):  # only held-out rows are read
        return float(instant + HELD_OUT * amount.rows * 2 * an_example / FLOPS_PER_CORE / 60)
    rate = (FLOPS_PER_CORE_BF16 if has_bf16() else FLOPS_PER_CORE) * max(1, cores)
    seconds = LOOKING * PASSES * an_example * examples / rate + STEP_S * steps
    return float(instant + seconds / 60)


def _of_media(base: Base, settings: dict[str, Any], amount: Amount) -> float:
    """Return the multiplications of one pass over one picture or recording."""
    size = base.parameters_m or base.size_mb / 4
    if amount.medium == Medium.IMAGE:
        asked = picture_side(settings.get("pixels", PIXELS), amount.rows)
        side = float(learned_side(asked, settings.get("crop_share", 1.0)))
        if base.kind == "scratch":
            return SCRATCH_MEGA_A_PICTURE * 1e6 * (side / PIXELS) ** 2
        return PICTURE_MEGA_A_PARAMETER * size * 1e6 * (side / 224) ** 2
    if amount.medium == Medium.TEXT:
        return PICTURE_MEGA_A_PARAMETER * size * 1e6
    seconds = float(settings.get("clip_s") or max(0.2, amount.length / 1000))
    if base.kind == "scratch":
        return SCRATCH_MEGA_A_SECOND * 1e6 * seconds
    return size * 1e6 * FRAMES_A_SECOND * seconds


def has_bf16() -> bool:
    """Tell whether the processor multiplies bf16 itself, where that can be read without loading anything."""
    try:
        return bool(_BF16.search(PROCESSOR.read_text("ascii", "ignore")))
    except OSError:
        return False


def _multiplied_m(base: Base, characters: float) -> float:
    """Return the millions of parameters that are multiplied for every token."""
    if base.kind == "scratch":  # as `training.scratch.size_for` chooses
        small, middle, large = 0.3, 0.9, 2.1
        return small if characters < 200_000 else middle if characters < 5_000_000 else large
    total = base.parameters_m or base.size_mb / 4
    return max(0.4 * total, total - EMBEDDING_M)
