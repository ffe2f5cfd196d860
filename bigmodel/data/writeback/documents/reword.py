"""A document said in other words and given back in its shape: passages out, words in, each through the limited child."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.callbacks import OnCount
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.data.writeback.order import PLACE, Column, Order
from bigmodel.data.writeback.writer import write_back
from bigmodel.settings import Settings

FORMATS = {".docx": "word", ".txt": "text", ".text": "text", ".md": "text"}
AT_ONCE = 64  # passages, after which is told how far it is
HEAD_BYTES = 2**16
FEWEST_ROWS = 5  # of a table in a text file, as far as it is known by commas
JSON = re.compile(rb"[\s\xef\xbb\xbf]*[\[{]\s*[\"{\[]")


@dataclass(frozen=True)
class Reworded:
    """How many passages there were, how many of them held no words, and the encoding of a text that was not UTF-8."""

    passages: int
    empty: int
    encoding: str = ""


Reword = Callable[[Sequence[str]], Sequence[str]]


def is_document(path: Path, out: Path | None = None) -> bool:
    """Tell whether a file is a document and comes back as one; a text whose lines all have as many separators is a table."""
    ending = path.suffix.lower()
    if out is not None and out.suffix.lower() != ending:
        return False
    kind = FORMATS.get(ending)
    if kind != "text" or not path.is_file():
        return kind is not None
    with path.open("rb") as file:
        lines = [line for line in file.read(HEAD_BYTES).splitlines() if line.strip()]
    whole = lines[:-1] if len(lines) > 2 else lines
    # A few lines of prose have a comma each.
    marks = b"\t,;|" if len(whole) >= FEWEST_ROWS else b"\t"
    counts = [{line.count(mark) for line in whole} for mark in marks]
    is_table = any(len(count) == 1 and count != {0} for count in counts)
    return not is_table and not any(map(JSON.match, lines[:1]))


def reword(settings: Settings, source: Path, out: Path, say: Reword, progress: OnCount) -> Reworded:
    """Write a document with its passages in other words, and return what it was.

    Raises:
        DatasetError: it cannot be read or written, or there is nothing in it to say otherwise (`document_empty`).
        OSError: the place cannot be written to.
    """
    if not source.is_file():
        raise DatasetError("file_missing", name=source.name)
    if source.stat().st_size > settings.max_upload_mb * 2**20:
        mb = source.stat().st_size // 2**20
        raise DatasetError("file_big", mb=mb, limit=settings.max_upload_mb)
    folder = settings.scratch / f"document-{new_id()}"
    folder.mkdir(mode=0o700, parents=True)
    order = Order(
        source=source.resolve(),
        out=folder / "passages.json",
        format=FORMATS[source.suffix.lower()],
        answers=folder / "words.parquet",
        columns=(),
    )
    try:
        told = json.loads(write_back(settings, order).read_text("utf-8"))
        passages: list[str] = told["words"]
        places = [place for place, words in enumerate(passages) if words]
        if not places:
            raise DatasetError("document_empty", name=source.name)
        said: list[str] = []
        for at in range(0, len(places), AT_ONCE):
            said += say([passages[place] for place in places[at : at + AT_ONCE]])
            progress(len(said), len(places))
        pq.write_table(pa.table({PLACE: places, "0": pa.array(said, pa.string())}), order.answers)
        write_back(settings, replace(order, out=out, columns=(Column("", "text"),)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Reworded(len(passages), len(passages) - len(places), told["encoding"])
