"""Texts in another writing than most, or with signs that a base on this machine has no piece for: it reads each of those as the same blank."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

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
NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalpha())
UNKNOWN = ("<unk>", "[UNK]")  # what tokenizers call what they do not know
LEAST_UNREAD, SHARE_UNREAD = 3, 0.005  # of the rows
SHOWN = 8  # signs


def _find(rows: CheckedRows) -> Iterator[Finding]:
    yield from _foreign(rows)
    yield from _unread(rows)


def _foreign(rows: CheckedRows) -> Iterator[Finding]:
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
        return [0, 0, 0, len(text.encode().translate(None, NO_LETTERS)), 0, 0, 0, 0]
    return [len(script.findall(text)) for script in SCRIPTS.values()]


def _unread(rows: CheckedRows) -> Iterator[Finding]:
    signs = {
        sign for sign in set().union(*rows.inputs) if unicodedata.category(sign)[0] not in "CZ"
    }
    found = [(name, _unknown(Path(file), signs)) for name, file in rows.tokenizers.items()]
    name, unknown = max(found, key=lambda each: len(each[1]), default=("", set()))
    if not unknown:
        return
    pattern = re.compile("[" + "".join(map(re.escape, sorted(unknown))) + "]")
    counts = Counter[str]()
    places = []
    for place, text in enumerate(rows.inputs):
        if held := set(pattern.findall(text)):
            places.append(place)
            counts.update(held)
    if len(places) < max(LEAST_UNREAD, SHARE_UNREAD * len(rows)):
        return
    shown = " ".join(sign for sign, _ in counts.most_common(SHOWN))
    percent = round(100 * len(places) / len(rows), 1)
    args: dict[str, Arg] = {"base": name, "signs": shown, "percent": percent}
    yield Finding("unknown_signs", 27, len(places), rows.examples(np.array(places)), args)


def _unknown(file: Path, signs: Collection[str]) -> set[str]:
    """Return the signs that a tokenizer has no piece for; one that falls back to bytes knows all."""
    tokenizer = Tokenizer.from_file(str(file))
    ids = {tokenizer.token_to_id(name) for name in UNKNOWN} - {None}
    return {sign for sign in signs if ids & {*tokenizer.encode(sign, add_special_tokens=False).ids}}


KIND = Kind(("text",), _find)
