"""Reads GGUF files: their settings, and their tensors in 32 bits or in blocks of 4 or 8; nothing else is understood.

The layout is the one of github.com/ggml-org/ggml, docs/gguf.md, version 3.
"""

import math
import struct
from typing import Any

import numpy as np
from torch import Tensor

from bigmodel.training.conversion.safe_folder import tensor

MAGIC = b"GGUF"
TEXT, LIST = 8, 9
KINDS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
FLOAT, FOUR_BITS, EIGHT_BITS = 0, 3, 8  # kinds of tensors: F32, Q4_1, Q8_0
BLOCK = 32  # numbers of a block
BLOCK_BYTES = {FOUR_BITS: 20, EIGHT_BITS: 34}
ALIGNMENT = 32
Numbers = np.ndarray[Any, Any]


class GgufFile:
    """What a GGUF file holds."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, len(MAGIC)
        if content[: len(MAGIC)] != MAGIC:
            raise ValueError("not a GGUF file")
        self._take("I")
        tensors, settings = self._take("Q"), self._take("Q")
        self.settings = {self._text(): self._value(self._take("I")) for _ in range(settings)}
        self._places = {self._text(): self._place() for _ in range(tensors)}
        self._start = -(-self._at // ALIGNMENT) * ALIGNMENT

    def tensors(self) -> dict[str, Tensor]:
        """Return every tensor by its name, with its slowest axis first."""
        return {
            name: tensor(self._numbers(kind, math.prod(shape), self._start + at).reshape(shape))
            for name, (shape, kind, at) in self._places.items()
        }

    def _take(self, kind: str) -> Any:  # Any: as the kind says
        (value,) = struct.unpack_from(f"<{kind}", self._content, self._at)
        self._at += struct.calcsize(kind)
        return value

    def _text(self) -> str:
        size = self._take("Q")
        self._at += size
        return self._content[self._at - size : self._at].decode("utf-8")

    def _value(self, kind: int) -> Any:  # Any: as the file says
        if kind == TEXT:
            return self._text()
        if kind == LIST:
            inner, count = self._take("I"), self._take("Q")
            return [self._value(inner) for _ in range(count)]
        return self._take(KINDS[kind])

    def _place(self) -> tuple[tuple[int, ...], int, int]:
        axes = [self._take("Q") for _ in range(self._take("I"))]
        return tuple(reversed(axes)), self._take("I"), self._take("Q")

    def _numbers(self, kind: int, count: int, start: int) -> Numbers:
        if kind == FLOAT:
            return np.frombuffer(self._content, "<f4", count, start)
        if kind not in BLOCK_BYTES or count % BLOCK:
            raise ValueError(f"tensors of kind {kind} are not read")
        size = BLOCK_BYTES[kind]
        blocks = np.frombuffer(self._content, np.uint8, count // BLOCK * size, start)
        blocks = blocks.reshape(-1, size)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        if kind == EIGHT_BITS:
            whole: Numbers = blocks[:, 2:].view(np.int8) * scale
        else:
            least = blocks[:, 2:4].copy().view("<f2").astype(np.float32)
            packed = blocks[:, 4:]
            whole = np.concatenate([packed & 15, packed >> 4], axis=1) * scale + least
        return whole.astype(np.float32).reshape(-1)
