"""Texts as parts that are tagged, and what a part looks like: words, marks, and Chinese characters one by one; it learns nothing."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

Place = tuple[int, int]
UNSPACED = r"\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0eff"
PART = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W\d_])+|\d+|[^\w\s]|_")
EDGE = "\u2402"  # stands for what is before and after a text
LONGEST_AFFIX = 4


def places_of(text: str) -> list[Place]:
    """Return where each part of a text stands; no blank is part of one."""
    return [match.span() for match in PART.finditer(text)]


def shape_of(word: str) -> str:
    """Return a word by kinds of letters, runs of one kind as one: "Ab12" is "Aa0"."""
    shape = ""
    for letter in word:
        kind = (
            "0"
            if letter.isdigit()
            else "A"
            if letter.isupper()
            else "a"
            if letter.isalpha()
            else letter
        )
        if not shape.endswith(kind):
            shape += kind
    return shape


def features_of(text: str, places: Sequence[Place]) -> Iterator[list[str]]:
    """Yield what is seen of each part: its letters and shape, its neighbours, and pairs of them."""
    words = [EDGE] * 2 + [text[start:end] for start, end in places] + [EDGE] * 2
    lower = [word.lower() for word in words]
    shapes = [shape_of(word) for word in words]
    is_glued = [False, *(a[1] == b[0] for a, b in pairwise(places)), False]
    for at in range(2, len(words) - 2):
        word, low = words[at], lower[at]
        before, after = lower[at - 1], lower[at + 1]
        seen = [
            "1", f"w={low}", f"s={shapes[at]}", f"W={word}",
            f"-1={before}", f"+1={after}", f"-2={lower[at - 2]}", f"+2={lower[at + 2]}",
            f"s-1={shapes[at - 1]}", f"s+1={shapes[at + 1]}",
            f"s-10={shapes[at - 1]}|{shapes[at]}", f"s01={shapes[at]}|{shapes[at + 1]}",
            f"s-101={shapes[at - 1]}|{shapes[at]}|{shapes[at + 1]}",
            f"-10={before}|{low}", f"01={low}|{after}", f"-11={before}|{after}",
            f"-2-1={lower[at - 2]}|{before}", f"12={after}|{lower[at + 2]}",
        ]  # fmt: skip
        if is_glued[at - 2]:
            seen.append("glued")
        if is_glued[at - 1]:
            seen.append("glues")
        for length in range(1, min(LONGEST_AFFIX, len(low) - 1) + 1):
            seen += (f"p={low[:length]}", f"x={low[-length:]}")
        yield seen
