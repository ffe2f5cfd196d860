"""Tables without a text: measurements, pixels of pictures written as numbers. A model of words would learn nonsense from them; it opens no file."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import isqrt, sqrt

from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.tables.header import is_sure_name
from bigmodel.data.tables.label import is_no_answer
from bigmodel.data.tables.number import as_number

NUMBERS = 0.95  # share of the filled cells
FEWEST = 3  # columns of numbers that are measurements and no texts
LEAST_PIXELS = 64
COLOURS = 3
PLACE = re.compile(r"[\d._x-]*\d$")  # what tells columns of pixels apart: "pixel12", "1x2"
PLACES = re.compile(r"(\d+):")
FEATURES = re.compile(r"[-+]?[\d.]+(?:\s+\d+:[-+\d.eE]+)+")  # as LIBSVM writes a row
PIXELS = re.compile(r"\[?\s*\d{1,3}(?:[\s,;]+\d{1,3}){63,}\s*\]?")


def require_words(
    sample: Mapping[str, Sequence[str]], text: str, label: str
) -> tuple[Message, ...]:
    """Return what is to be said of the column that was taken for the text, where it holds numbers alone.

    A column whose few words come again and again is no text either, beside columns of numbers.

    Raises:
        DatasetError: `table_pixels`, `table_numbers`: no column holds words, and several hold numbers.
    """
    filled = [value.strip() for value in sample[text] if value.strip()]
    if filled and all(map(PIXELS.fullmatch, filled[:20])):
        raise _pixels(Counter(len(re.findall(r"\d+", v)) for v in filled).most_common(1)[0][0])
    if filled and all(map(FEATURES.fullmatch, filled)):
        raise _numbers(sorted({place for v in filled for place in PLACES.findall(v)}, key=int))
    is_named = is_sure_name(text)
    if not _are_numbers(filled) and (is_named or not _are_few(filled)):
        return ()
    others = [name for name in sample if _are_numbers(sample[name])]
    if len(others) < FEWEST and not _are_numbers(filled):
        return ()
    if len(others) < FEWEST or is_named:
        return (Message("data.problems.text_numbers", {"column": text}, "warning"),)
    kin = Counter(PLACE.sub("", name) for name in others if name != label).most_common(1)[0][1]
    if _side(kin):
        raise _pixels(kin)
    raise _numbers(others)


def _numbers(columns: Sequence[str]) -> DatasetError:
    names = ", ".join(columns[:5]) + (" …" if len(columns) > 5 else "")
    return DatasetError("table_numbers", count=len(columns), columns=names)


def _are_numbers(values: Collection[str]) -> bool:
    told = (value.strip() for value in values if value.strip())
    filled = [value for value in told if not is_no_answer(value)]
    return bool(filled) and sum(as_number(v) is not None for v in filled) >= NUMBERS * len(filled)


def _are_few(values: Collection[str]) -> bool:
    """Tell names that come again and again, as classes do, from texts."""
    return len(set(values)) <= min(0.5 * len(values), max(20.0, sqrt(len(values))))


def _pixels(count: int) -> DatasetError:
    side = _side(count)
    shape = f"{side} × {side}" if side else "?"
    if side and side * side != count:
        shape += f" × {COLOURS}"
    return DatasetError("table_pixels", count=count, shape=shape)


def _side(count: int) -> int:
    """Return the side of a square picture of so many numbers, grey or in colours, 0 where there is none."""
    for colours in (1, COLOURS):
        side = isqrt(count // colours)
        if count >= LEAST_PIXELS and side * side * colours == count:
            return side
    return 0
