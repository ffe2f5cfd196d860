"""Which kind of table or document is written back by which module; a kind that is not listed cannot come back as it was."""

import json
from collections.abc import Callable

import pyarrow.parquet as pq

from bigmodel.data.writeback.documents.passages import (
    Passage,
    encoding_of,
    text_passages,
    write_text,
)
from bigmodel.data.writeback.documents.word import word_passages, write_word
from bigmodel.data.writeback.lines import write_lines
from bigmodel.data.writeback.old import write_old
from bigmodel.data.writeback.order import PLACE, Order, Rows
from bigmodel.data.writeback.workbook import write_workbook

Write = Callable[[Order, Rows, Callable[[float], None]], None]
WRITERS: dict[str, Write] = {
    "xlsx": write_workbook,
    "xls": write_old,
    "csv": write_lines,
    "text": write_text,
    "word": write_word,
}
READERS: dict[str, Callable[[Order], list[Passage]]] = {
    "text": text_passages,
    "word": word_passages,
}


def write(order: Order, progress: Callable[[float], None]) -> None:
    """Write the table or document of an order; where nothing is to be added, the words of a document's passages and its encoding, as JSON."""
    if not order.columns:
        words = [passage.words for passage in READERS[order.format](order)]
        encoding = encoding_of(order) if order.format == "text" else ""
        order.out.write_text(json.dumps({"words": words, "encoding": encoding}), "utf-8")
        return
    WRITERS[order.format](order, read_answers(order), progress)


def read_answers(order: Order) -> Rows:
    """Return the values to add, by the row of the file."""
    table = pq.read_table(order.answers)
    columns = [table.column(str(number)).to_pylist() for number in range(len(order.columns))]
    places = table.column(PLACE).to_pylist()
    return dict(zip(places, zip(*columns, strict=True), strict=True))
