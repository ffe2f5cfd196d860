"""Labels that are stars ("5", "4 stars", "三星", "4/5", "★★★☆☆"): how many each stands for. It changes nothing."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

FEWEST, MOST = 3, 10  # steps of a scale
HAN = {name: number for number, name in enumerate("零一二三四五六七八九十")} | {"两": 2}
COUNTED = re.compile(
    r"(?P<number>\d{1,2})(?:\.0+)?\s*-?\s*"
    r"(?:/\s*(?P<top>\d{1,2})|out of\s*(?P<of>\d{1,2})(?:\s*stars?)?|stars?|\*|points?|颗?星级?|分|点)?",
    re.IGNORECASE,
)
SPELLED = re.compile(r"(?P<name>[零一二两三四五六七八九十])\s*(?:颗?星级?|分)")
DRAWN = re.compile(r"(?P<full>[★⭐🌟]+)[☆✩✰]*")
VARIANT = "\ufe0f"  # asks for a coloured star


def stars_of(labels: Iterable[str]) -> dict[str, int]:
    """Return the stars of each label, nothing unless every one is a step of one short scale.

    Two labels alone are no scale, and neither are whole numbers that begin above 2 or go beyond 10.
    """
    found: dict[str, int] = {}
    tops = set()
    for label in labels:
        read = _read(label)
        if read is None:
            return {}
        found[label], top = read
        tops.add(top)
    values = set(found.values())
    declared = max(tops, default=0)
    top = max(declared, max(values, default=0))
    is_scale = (
        FEWEST <= len(values) <= MOST + 1 and FEWEST <= top <= MOST and min(values) <= FEWEST - 1
    )
    return found if is_scale and len(tops - {0}) <= 1 else {}


def sorted_into(
    stars: Mapping[str, int], names: tuple[str, str, str], *, low_to: int, high_from: int
) -> dict[str, str]:
    """Return the class of each label: the first name up to `low_to` stars, the last from `high_from` on."""
    low, middle, high = names
    return {
        label: low if count <= low_to else high if count >= high_from else middle
        for label, count in stars.items()
    }


def _read(label: str) -> tuple[int, int] | None:
    """Return the stars a label stands for and the top it names (0 where it names none)."""
    drawn = DRAWN.fullmatch(label.replace(VARIANT, "").strip())
    if drawn:
        return len(drawn["full"]), 0
    text = unicodedata.normalize("NFKC", label).strip()
    counted = COUNTED.fullmatch(text)
    if counted:
        return int(counted["number"]), int(counted["top"] or counted["of"] or 0)
    spelled = SPELLED.fullmatch(text)
    return (HAN[spelled["name"]], 0) if spelled else None
