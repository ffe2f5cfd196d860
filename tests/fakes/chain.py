"""The weights of the toy task: a number that tells every step there was, in order."""

import zlib

START = 0


def link(chain: int, step: int) -> int:
    """Return the weights after one more step."""
    return zlib.crc32(f"{chain} {step}".encode())
