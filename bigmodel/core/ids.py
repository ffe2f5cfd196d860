"""Identifiers that sort by the time they were made; it must never encode anything about a person."""

import os
import time
from uuid import UUID


def new_id() -> str:
    """Return a fresh UUID version 7 in text form (RFC 9562: 48 bits of milliseconds, then randomness)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))


def is_id(text: str) -> bool:
    """Tell whether the text is an identifier of ours, so that it may stand in a path or an address."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
