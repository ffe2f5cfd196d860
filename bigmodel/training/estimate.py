"""Guesses how long a training takes on this machine, from sizes alone; it must never load torch.

The rates are rough and were set by trainings on two cores of a server (MiniLM on short messages,
140 rows a second and core with bf16): an estimate is meant to be right within a factor of about two.
"""

import re
from pathlib import Path

from bigmodel.core.model import Base
from bigmodel.core.task import Params

START_MINUTES = 0.1  # reading the data, loading the libraries
INSTANT_ROWS_PER_MINUTE = 60_000.0
FLOPS_PER_CORE = 35e9  # of a training step in fp32
FLOPS_PER_CORE_BF16 = 200e9  # where the processor multiplies bf16 itself
STEP_S = 0.02  # of each optimiser step, however small the model
PASSES = 6.0  # operations a parameter and token: forward 2, backward 4
LOOKING = 1.1  # the held-out rows are read as well, forward only
CHARACTERS_PER_TOKEN = 2.5  # between Chinese (1 to 1.5) and English (4)
EMBEDDING_M = 12.0  # parameters of a usual table of words: looked up, not multiplied
PROCESSOR = Path("/proc/cpuinfo")
_BF16 = re.compile(r"\b(amx_bf16|avx512_bf16)\b")


def minutes(base: Base, params: Params, rows: int, mean_characters: float, cores: int) -> float:
    """Return the expected minutes of a training, the instant model included."""
    instant = START_MINUTES + rows / INSTANT_ROWS_PER_MINUTE
    if base.kind == "instant":
        return instant
    settings = params.model_dump()
    tokens = min(settings.get("max_tokens", 128), 2 + mean_characters / CHARACTERS_PER_TOKEN)
    examples = rows * settings.get("epochs", 1)
    steps = examples / settings.get("batch_size", 16)
    multiplied = _multiplied_m(base, rows * mean_characters) * 1e6
    rate = (FLOPS_PER_CORE_BF16 if has_bf16() else FLOPS_PER_CORE) * max(1, cores)
    seconds = LOOKING * PASSES * multiplied * tokens * examples / rate + STEP_S * steps
    return float(instant + seconds / 60)


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
