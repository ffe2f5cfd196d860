"""Reads and judges the header of a safetensors file; it must never load a tensor or trust a length it was told."""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

LENGTH_BYTES = 8
HEADER_CAP = 25_000_000
RANK_CAP = 8
# bytes an element, of the types that the safetensors format defines and a text encoder may use
WIDTHS = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "U16": 2, "F16": 2,
    "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8,
}  # fmt: skip


class HeaderError(ValueError):
    """The file is not a whole and honest safetensors file; the text says why, for the log."""


@dataclass(frozen=True)
class Tensor:
    """A tensor as the header describes it."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return math.prod(self.shape)


def read_header(path: Path) -> list[Tensor]:
    """Return the tensors of a safetensors file, their places checked: none outside, none overlapping, no holes.

    Raises:
        HeaderError: the file is cut, lies about a length, or is something else.
    """
    total = path.stat().st_size
    with path.open("rb") as file:
        prefix = file.read(LENGTH_BYTES)
        if len(prefix) < LENGTH_BYTES:
            raise HeaderError("shorter than its length field")
        (length,) = struct.unpack("<Q", prefix)
        if not 2 <= length <= min(HEADER_CAP, total - LENGTH_BYTES):
            raise HeaderError(f"header length {length} in a file of {total} bytes")
        raw = file.read(length)
    entries = _parse(raw)
    spans = [_span(name, about) for name, about in entries.items()]
    _require_seamless(sorted(spans), total - LENGTH_BYTES - length)
    return [Tensor(name, tuple(about["shape"])) for name, about in entries.items()]


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise HeaderError("header is not JSON") from error
    if not isinstance(entries, dict):
        raise HeaderError("header is not an object")
    entries.pop("__metadata__", None)
    if not entries:
        raise HeaderError("no tensors")
    return entries


def _span(name: str, about: object) -> tuple[int, int]:
    """Return the place (begin, end) of a tensor in the data, its size checked against type and shape."""
    if not isinstance(about, dict):
        raise HeaderError(f"{name!r} is not described")
    shape, offsets = about.get("shape"), about.get("data_offsets")
    if not _is_counts(shape) or not _is_counts(offsets) or len(shape) > RANK_CAP:
        raise HeaderError(f"{name!r} has no usable shape or place")
    width = WIDTHS.get(str(about.get("dtype")))
    if width is None or len(offsets) != 2:
        raise HeaderError(f"{name!r} has type {about.get('dtype')!r}")
    begin, end = offsets
    if end - begin != math.prod(shape) * width:
        raise HeaderError(f"{name!r} has a size unlike its shape")
    return begin, end


def _is_counts(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in value
    )


def _require_seamless(spans: list[tuple[int, int]], data: int) -> None:
    at = 0
    for begin, end in spans:
        if begin != at:
            raise HeaderError(f"hole or overlap at {at}")
        at = end
    if at != data:
        raise HeaderError(f"tensors end at {at} of {data} bytes")
