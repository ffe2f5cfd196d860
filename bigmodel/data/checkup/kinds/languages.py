"""Texts in another writing than most: a base model for one language reads little of another."""

import re
from collections.abc import Iterator

import numpy as np

from bigmodel.core.datasets.checkup import Finding
from bigmodel.core.message import Arg
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows

SCRIPTS = {
    "han": re.compile("[\u3400-\u9fff]"),
    "kana": re.compile("[\u3040-\u30ff]"),
    "hangul": re.compile("[\uac00-\ud7af]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "thai": re.compile("[\u0e00-\u0e7f]"),
}
LOOKED_AT = 300  # characters
LETTERS_A_HAN = 3.0  # a Chinese character says about as much as so many letters
FEWEST, SHARE = 5, 0.01


def _find(rows: CheckedRows) -> Iterator[Finding]:
    names = list(SCRIPTS)
    counts = np.array([_counted(text[:LOOKED_AT]) for text in rows.inputs], np.float64)
    if not len(counts):
        return
    counts[:, 0] *= LETTERS_A_HAN
    counts[:, 0] = np.where(counts[:, 1] > 0, 0, counts[:, 0])  # Han beside kana is Japanese
    top = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
    sizes = np.bincount(top[top >= 0], minlength=len(names))
    usual = int(sizes.argmax())
    others = np.flatnonzero((top >= 0) & (top != usual))
    if len(others) < max(FEWEST, SHARE * len(counts)):
        return
    listed = ", ".join(names[at] for at in np.argsort(-sizes) if sizes[at])
    args: dict[str, Arg] = {"percent": round(100 * len(others) / len(counts)), "scripts": listed}
    yield Finding("languages", 26, len(others), rows.examples(others), args)


def _counted(text: str) -> list[int]:
    if text.isascii():
        return [0, 0, 0, sum(map(str.isalpha, text)), 0, 0, 0, 0]
    return [len(script.findall(text)) for script in SCRIPTS.values()]


KIND = Kind(("text",), _find)
