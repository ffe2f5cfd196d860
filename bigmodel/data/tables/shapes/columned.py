"""Tables whose columns are classes, each full of its own texts: such columns become rows of a text and its class."""

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.data.tables.number import as_number
from bigmodel.data.tables.source import ORIGINAL, PLACE
from bigmodel.data.tables.table import Target

TEXT, LABEL = "text", "label"
# What people call columns of texts that are all of one class; other names may be any columns.
CLASSES = re.compile(
    r"positives?|negatives?|neutrals?|mixed|pos|neg|neu|good|bad|spam|ham|not[ _-]?spam|yes|no|true|false|fake|real"
    r"|happy|sad|angry|(?:non|not)?[ _-]?toxic|praise|complaints?|compliments?|clickbait|(?:not|non)[ _-]clickbait"
    r"|正面|负面|中性|正向|负向|积极|消极|好评|差评|中评|垃圾|正常|是|否|真|假",
    re.IGNORECASE,
)
SHORTEST = 8.0  # characters of a usual text; wide letters count twice
TEXTS = 0.9  # of the cells are no numbers


def are_classes(names: Sequence[str]) -> bool:
    """Tell names that are classes and nothing else."""
    different = {name.strip().casefold() for name in names}
    return 1 < len(names) == len(different) and all(CLASSES.fullmatch(name) for name in different)


def part_by_class(target: Target) -> None:
    """Make a row of each text of a table that was closed, where its columns are classes; say so."""
    if not are_classes(target.columns) or not (rows := _rewritten(target.path, target.columns)):
        return
    target.findings.note("columns_classes", level="info", names=", ".join(target.columns))
    target.columns, target.rows = (TEXT, LABEL), rows


def _rewritten(path: Path, names: Sequence[str]) -> int:
    """Write a table of a column for each class anew, a row for each text; return how many, 0 where cells are no texts."""
    table = pq.read_table(path)
    places = table.column(PLACE).to_pylist()
    columns = {name: table.column(ORIGINAL + name).to_pylist() for name in names}
    rows = [
        (cell.strip(), name, place)
        for at, place in enumerate(places)
        for name in names
        if (cell := columns[name][at] or "").strip()
    ]
    texts = [text for text, _, _ in rows]
    size = sum(len(text) + sum(letter > "\u2e80" for letter in text) for text in texts)
    words = sum(as_number(text) is None for text in texts)
    if not texts or size < SHORTEST * len(texts) or words < TEXTS * len(texts):
        return 0
    names = [ORIGINAL + TEXT, ORIGINAL + LABEL, PLACE]
    schema = pa.schema([(name, pa.string()) for name in names])
    arrays = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")
    return len(rows)
