"""What this machine trains on and with which numbers; it must never change a training without saying so."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from accelerate.state import AcceleratorState  # type: ignore[import-untyped]
from torch import nn

from bigmodel.core.task import Reporter

log = logging.getLogger(__name__)

TURNS = 3
MEASURED_FROM = 1_000_000  # weights from which on the precision is measured
Precision = Literal["auto", "fp32", "bf16", "fp16"]


def make_accelerator(precision: Precision, report: Reporter) -> Accelerator:
    """Return a fresh Accelerator for this machine's best device and the precision asked for."""
    AcceleratorState._reset_state(reset_partial_state=True)  # a process may train more than once
    chosen = choose_precision(precision, report)
    return Accelerator(mixed_precision="no" if chosen == "fp32" else chosen)


def choose_precision(asked: Precision, report: Reporter) -> Literal["fp32", "bf16", "fp16"]:
    """Return the numbers to compute in: bf16 where the hardware multiplies it, otherwise fp32."""
    if asked == "fp32":
        return "fp32"
    if asked == "fp16":
        if torch.cuda.is_available():
            return "fp16"
        report.note("training.note.fp16_needs_gpu", level="warning")
        return "fp32"
    if has_fast_bf16():
        return "bf16"
    if asked == "bf16":
        report.note("training.note.bf16_is_slow_here", level="warning")
        return "bf16"
    return "fp32"


def has_fast_bf16() -> bool:
    """Tell whether the processor (AMX, AVX512-BF16) or the GPU multiplies bf16 in hardware."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if torch.backends.mps.is_available():
        return False
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def is_large(model: nn.Module) -> bool:
    """Tell whether a model is large enough for its precision to matter."""
    return sum(parameter.numel() for parameter in model.parameters()) >= MEASURED_FROM


def faster_precision(
    model: nn.Module, run: Callable[[], object], device: str = "cpu"
) -> Literal["fp32", "bf16"]:
    """Return which numbers a model runs faster with here: depthwise convolutions may be slower in bf16."""
    if not is_large(model) or not has_fast_bf16():
        return "fp32"
    seconds = {True: float("inf"), False: float("inf")}
    for turn in range(TURNS):
        for is_bf16 in seconds:
            began = time.perf_counter()
            with torch.autocast(device, torch.bfloat16, enabled=is_bf16):
                run()
            if turn:  # kernels are chosen in the first one
                seconds[is_bf16] = min(seconds[is_bf16], time.perf_counter() - began)
    log.info("seconds with bf16 %.3f, with fp32 %.3f", seconds[True], seconds[False])
    return "bf16" if seconds[True] < seconds[False] else "fp32"


def seconds_of(run: Callable[[], object]) -> float:
    """Return how long something takes the second time; the first one is slow."""
    run()
    began = time.monotonic()
    run()
    return time.monotonic() - began


def pass_in_fp32(model: nn.Module, inputs: Mapping[str, Any]) -> None:
    """Let a model answer in 32 bits, past the autocast that was put around its `forward` for training."""
    with torch.inference_mode():
        type(model).forward(model, **inputs)
