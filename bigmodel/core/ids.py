"""Identifiers that sort by the time they were made; it must never encode anything about a person."""

import os
import time
from uuid import UUID


def new_id() -> str:
    """Return a fresh UUID version 7 in text form (RFC 9562: milliseconds, 12 bits of a millisecond, randomness)."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    value = (milliseconds << 80) | (0x7 << 76) | (rest * 4096 // 1_000_000 << 64)
    value |= (0x2 << 62) | (int.from_bytes(os.urandom(8)) >> 2)
    return str(UUID(int=value))


def is_id(text: str) -> bool:
    """Tell whether the text is an identifier of ours, so that it may stand in a path or an address."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
