"""Columns of a row as blocks of numbers that weigh alike; numpy only, so that it is also written into downloaded programs. It reads no file.

A block is brought to mean 0 and spread 1 by the training rows, cut at five spreads and scaled to the same energy, so that
thousands of letter groups do not drown two numbers. What a row lacks is 0 everywhere, and a flag says so.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.data.tables.number import as_number, find_format

TEXT, NUMBER, PICTURE, SOUND = "text", "number", "picture", "sound"
MEDIA = (TEXT, NUMBER, PICTURE, SOUND)
TERMS, READ, VALUES, VECTORS = "terms", "read", "values", "vectors"  # kinds of blocks
MOST_TERMS, FEWEST_TERMS = 4_000, 200  # groups of letters of a column
MOST_CELLS = 16_000_000  # of a block: beyond it, fewer groups of letters
MOST_READ = 8  # numbers read out of a text
CHARACTERS = 2_000  # of a text that are read
UNSPACED = re.compile(r"[\u3040-\u9fff\u0e00-\u0e7f]")
DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
ENERGY, CUT = 10.0, 5.0

Floats = NDArray[np.float32]
Cells = Sequence[
    Sequence[str]
]  # of each row, "" where it lacks one; of pictures and sounds what names their vector
Parts = Mapping[str, Sequence[int]]  # by medium
Vectors = Mapping[str, Floats]  # of files, by cell; what cannot be read has none


@dataclass(frozen=True)
class Column:
    """A column that is read: what it is called, and what it holds."""

    name: str
    medium: str


@dataclass(frozen=True)
class Block:
    """Some numbers of one medium. `columns` are their places among the columns; `terms` groups of letters with their rarity.

    `decimals` are the marks of the decimals in each column that numbers are read of, as the training rows write them.
    Of vectors, `start` to `stop` are taken: what is of another nature, such as edges and colours, weighs for itself.
    """

    medium: str
    kind: str
    columns: tuple[int, ...]
    width: int
    terms: tuple[str, ...] = ()
    rarity: tuple[float, ...] = ()
    start: int = 0
    stop: int = 0
    decimals: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def block_of(record: Mapping[str, Any]) -> Block:
    """Return a block as `to_json` wrote it."""
    names = ("columns", "terms", "rarity", "decimals")
    lists = {name: tuple(record[name]) for name in names if name in record}
    return Block(**{**record, **lists})


def number_in(text: str, decimal: str = ".") -> float:
    """Return the number of a cell, NaN where it is none; `decimal` parts decimals where a number leaves it open: 9,000."""
    value = as_number(text.strip(), decimal)
    return math.nan if value is None else value


def numbers_in(text: str, decimal: str = ".") -> list[float]:
    """Return the first numbers that stand in a text, as logarithms: 4 bedrooms, 1,200 square feet."""
    values = (number_in(one, decimal) for one in _digits_in(text))
    return [math.log1p(value) for value in values if not math.isnan(value)]


def _digits_in(text: str) -> list[str]:
    found: list[str] = DIGITS.findall(text[:CHARACTERS])
    return found[:MOST_READ]


def groups_in(text: str) -> Iterator[str]:
    """Yield the groups of letters of a text: two to five within words, one to three of scripts without spaces."""
    for word in text[:CHARACTERS].lower().split():
        shortest, longest = (1, 3) if UNSPACED.search(word) else (2, 5)
        framed = f" {word} "
        for size in range(shortest, longest + 1):
            for start in range(len(framed) - size + 1):
                yield framed[start : start + size]


def make_blocks(columns: Sequence[Column], cells: Cells, parts: Parts) -> list[Block]:
    """Return the blocks that suit the training rows; `parts` are the widths that vectors of a medium consist of."""
    made: list[Block] = []
    for place, column in enumerate(columns):
        if column.medium == TEXT:
            texts = [row[place] for row in cells]
            terms, rarity = _terms(texts)
            if terms:
                made.append(Block(TEXT, TERMS, (place,), len(terms), terms, rarity))
            decimal = find_format(one for text in texts for one in _digits_in(text)).decimal
            counts = [len(numbers_in(text, decimal)) for text in texts if text]
            if counts and (most := int(np.quantile(counts, 0.9))):
                made.append(Block(TEXT, READ, (place,), most, decimals=(decimal,)))
            for part in parts.get(TEXT, ()):  # of an encoder that reads, beside the letters
                made.append(Block(TEXT, VECTORS, (place,), part + 1, stop=part))
    of_numbers = tuple(at for at, column in enumerate(columns) if column.medium == NUMBER)
    if of_numbers:
        marks = tuple(find_format(row[at].strip() for row in cells).decimal for at in of_numbers)
        made.append(Block(NUMBER, VALUES, of_numbers, 3 * len(of_numbers), decimals=marks))
    for medium in (PICTURE, SOUND):
        places = tuple(at for at, column in enumerate(columns) if column.medium == medium)
        start = 0
        for part in parts.get(medium, ()) if places else ():
            width, stop = len(places) * (part + 1), start + part
            made.append(Block(medium, VECTORS, places, width, start=start, stop=stop))
            start = stop
    return made


def raw_block(block: Block, cells: Cells, vectors: Vectors) -> Floats:
    """Return a block of some rows before it is brought to scale, (rows, width); what they lack is NaN."""
    made = np.full((len(cells), block.width), np.nan, np.float32)
    if block.kind == TERMS:
        _fill_terms(block, [row[block.columns[0]] for row in cells], made)
    decimals = block.decimals or (".",) * len(block.columns)
    for number, row in enumerate(cells):
        if block.kind == READ:
            found = numbers_in(row[block.columns[0]], decimals[0])[: block.width]
            made[number, : len(found)] = found
        elif block.kind == VALUES:
            for at, place in enumerate(block.columns):
                made[number, 3 * at : 3 * at + 3] = _value(number_in(row[place], decimals[at]))
        elif block.kind == VECTORS:
            size = block.width // len(block.columns)
            for at, place in enumerate(block.columns):
                vector = vectors.get(row[place])
                made[number, at * size] = vector is None
                if vector is not None:
                    made[number, at * size + 1 : (at + 1) * size] = vector[block.start : block.stop]
    return made


def scale_of(raw: Floats) -> tuple[Floats, Floats]:
    """Return mean and spread of every number over the rows that have it; one that never varies has no end of spread."""
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, raw, 0).astype(np.float64)
    mean = filled.sum(axis=0) / count
    spread = np.sqrt((np.where(known, filled - mean, 0) ** 2).sum(axis=0) / count)
    return mean.astype(np.float32), np.where(spread > 1e-6, spread, np.inf).astype(np.float32)


def scaled(raw: Floats, mean: Floats, spread: Floats) -> Floats:
    """Return a block at the energy that all blocks have; what is lacking is 0."""
    even = np.clip(np.nan_to_num((raw - mean) / spread, nan=0.0), -CUT, CUT)
    varied = max(1, int(np.isfinite(spread).sum()))
    made: Floats = (even * np.float32(ENERGY / math.sqrt(varied))).astype(np.float32)
    return made


def _terms(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the groups of letters that most rows have, with how rare each is."""
    rows = Counter(group for text in texts for group in set(groups_in(text)))
    least = 2 if len(texts) >= 20 else 1
    most = min(MOST_TERMS, max(FEWEST_TERMS, MOST_CELLS // max(1, len(texts))))
    common = sorted((-count, group) for group, count in rows.items() if count >= least)[:most]
    terms = tuple(group for _, group in common)
    rarity = tuple(math.log((1 + len(texts)) / (1 - count)) + 1 for count, _ in common)
    return terms, rarity


def _fill_terms(block: Block, texts: Sequence[str], made: Floats) -> None:
    """Write sublinear counts weighted by rarity, of length 1 a row (TF-IDF, Salton and Buckley 1988)."""
    places = {term: at for at, term in enumerate(block.terms)}
    for number, text in enumerate(texts):
        if not text:
            continue
        made[number] = 0
        counts = Counter(places[group] for group in groups_in(text) if group in places)
        at = np.fromiter(counts, np.int64, len(counts))
        weights = 1 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))
        weights *= np.asarray(block.rarity)[at]
        made[number, at] = weights / max(1e-9, float(np.linalg.norm(weights)))


def _value(value: float) -> tuple[float, float, float]:
    """Return a number, its logarithm where it has one, and whether it is lacking."""
    if math.isnan(value):
        return math.nan, math.nan, 1.0
    return value, math.copysign(math.log1p(abs(value)), value), 0.0
