"""Texts with signs that a base on this machine has no piece for: it reads each of them as the same blank."""

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

UNKNOWN = ("<unk>", "[UNK]")  # what tokenizers call what they do not know
FEWEST, SHARE = 3, 0.005  # of the rows
SHOWN = 8  # signs


def _find(rows: CheckedRows) -> Iterator[Finding]:
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
    if len(places) < max(FEWEST, SHARE * len(rows)):
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
