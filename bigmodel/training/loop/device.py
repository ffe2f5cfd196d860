"""What this machine trains on and with which numbers; it must never change a training without saying so."""

import logging
from typing import Literal

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from accelerate.state import AcceleratorState  # type: ignore[import-untyped]

from bigmodel.core.task import Reporter

log = logging.getLogger(__name__)

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
