"""When a text is a number, in one place; it never guesses a thousands separator."""

import math
import re

DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def as_number(text: str) -> float | None:
    """Return the number a text stands for ("3.5", "-2", "1e3", "3,5"), or None."""
    if NUMBER.fullmatch(text):
        value = float(text)
    elif DECIMAL_COMMA.fullmatch(text):
        value = float(text.replace(",", "."))
    else:
        return None
    return value if math.isfinite(value) else None
