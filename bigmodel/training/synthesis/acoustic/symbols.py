"""What a network reads of a text: letters of words, and of a Mandarin syllable its beginning, its rest and its tone; it must never import torch.

As an example, "Hi, you" is read as `_ h i , y o u _`, and 你好 as `_ n i 2 h ao 3 _`.
"""

import re
from collections.abc import Collection, Sequence

from bigmodel.training.synthesis.units import HAN_START, Unit, units_of

EDGE, BETWEEN, PAUSE = "_", " ", ","
SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?([a-zêü]*)([1-5])")


def read(text: str) -> list[Unit]:
    """Return what is said of a text, numbers in words."""
    return units_of(text, lambda _word: True)


def of_unit(unit: Unit) -> list[str]:
    """Return the symbols of a word or of a syllable."""
    if HAN_START.match(unit.written) and (found := SYLLABLE.fullmatch(unit.key)):
        return [part for part in found.groups() if part]
    return list(unit.key)


def symbols_of(units: Sequence[Unit], known: Collection[str] | None = None) -> list[str]:
    """Return the symbols of a text; a unit with one that is not known is left out."""
    found = [EDGE]
    for unit in units:
        mine = of_unit(unit)
        if known is not None and not set(mine) <= set(known):
            continue
        if len(found) > 1 and (gap := _gap(unit)):
            found.append(gap)
        found += mine
    return [*found, EDGE]


def missing(units: Sequence[Unit], known: Collection[str]) -> tuple[str, ...]:
    """Return what is written of units that have a symbol that is not known."""
    return tuple(dict.fromkeys(u.written for u in units if not set(of_unit(u)) <= set(known)))


def _gap(unit: Unit) -> str:
    """Return what stands before a unit: Mandarin syllables run on."""
    if unit.is_after_pause:
        return PAUSE
    return "" if HAN_START.match(unit.written) else BETWEEN
