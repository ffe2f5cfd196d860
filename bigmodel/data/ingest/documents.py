"""Documents with a table of questions on them: each question gets the document, or of a long one the part that holds its answer. It keeps no file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.data.ingest.joined import Part, read_tables
from bigmodel.data.ingest.texts import text_of
from bigmodel.data.media.entry import Entry
from bigmodel.data.tables.pairs.passages import ANSWERS, PASSAGES, QUESTIONS
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.tables.table import Findings, Target

FORMAT = "documents"
CONTEXT = "context"  # the column of passages
LONGEST = 30_000  # characters of a document that is read whole; of a longer one, of a part
NAMED = 0.9  # share of the cells that name documents, in the column that says which is meant
MOST_DOCUMENTS = 1_000
BREAK = re.compile(r"\n\s*\n|\n|(?<=[.!?。！？])")  # where a long document may be cut


def read_documents(
    texts: Sequence[Entry], tables: Sequence[Part], target: Target, scratch: Path
) -> bool:
    """Read documents and the questions on them into a table of passages; False where the table asks nothing of them."""
    if not texts or len(texts) > MOST_DOCUMENTS:
        return False
    own = Target(scratch / "asked", target.limits, Findings(), lambda _: None, asked=target.asked)
    read_tables(tables, own, scratch)
    own.close()
    if not _asks(own.columns):
        return False
    with pq.ParquetFile(own.path) as file:
        table = file.read([ORIGINAL + name for name in own.columns])
    columns = {name: table.column(ORIGINAL + name).to_pylist() for name in own.columns}
    naming = _naming(columns, texts)
    if naming is None and len(texts) > 1:
        return False
    documents = {entry.name: _text(entry, target, scratch) for entry in texts}
    of = _by_names(texts)
    target.findings.merge(own.findings)
    target.encoding = own.encoding
    target.start([CONTEXT, *own.columns])
    answer = next(name for name in own.columns if ANSWERS.fullmatch(name.strip()))
    parted = {name: list(_parts(text)) for name, text in documents.items()}
    for number in range(table.num_rows):
        row = [columns[name][number] or "" for name in own.columns]
        meant = of.get(_key(columns[naming][number] or ""), "") if naming else texts[0].name
        passage = _holding(parted.get(meant, [""]), columns[answer][number] or "")
        target.add([passage, *row], number + 1)
    _tell(parted, table.num_rows, target)
    return True


def _asks(names: Sequence[str]) -> bool:
    """Tell whether a table has questions and answers but no passages."""
    held = [
        any(kind.fullmatch(name.strip()) for name in names)
        for kind in (QUESTIONS, ANSWERS, PASSAGES)
    ]
    return held[0] and held[1] and not held[2]


def _naming(columns: Mapping[str, Sequence[str]], texts: Sequence[Entry]) -> str | None:
    """Return the column whose cells name documents, None where none does."""
    known = _by_names(texts)
    for name, cells in columns.items():
        filled = [cell for cell in cells if (cell or "").strip()]
        if filled and sum(_key(cell) in known for cell in filled) >= NAMED * len(filled):
            return name
    return None


def _by_names(texts: Sequence[Entry]) -> dict[str, str]:
    """Return each document by what a table may call it: its path, its name, its name without ending."""
    found: dict[str, str] = {}
    for entry in texts:
        for name in (entry.name, entry.base, entry.base.removesuffix(entry.ending)):
            found.setdefault(_key(name), entry.name)
    return found


def _key(name: str) -> str:
    return name.strip().casefold()


def _text(entry: Entry, target: Target, scratch: Path) -> str:
    text, encoding = text_of(entry, target, scratch)
    if encoding is not None and encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    return text


def _parts(text: str) -> Iterator[str]:
    """Yield a document in parts that overlap by half, so that an answer and what is around it stand in one of them."""
    begins = [0, *(m.end() for m in BREAK.finditer(text))]
    start = 0
    while True:
        end = start + LONGEST
        yield text[start:end].strip()
        if end >= len(text):
            return
        middle = start + LONGEST // 2
        start = next((place for place in begins if start < place and place >= middle), middle)


def _holding(parts: Sequence[str], answer: str) -> str:
    """Return the first part that holds an answer, the first of all where none does."""
    words = answer.strip()
    return next((part for part in parts if words and words in part), parts[0])


def _tell(parted: Mapping[str, Sequence[str]], rows: int, target: Target) -> None:
    count = len(parted)
    target.findings.note("documents_asked", level="info", count=count, rows=rows)
    if long := sum(len(parts) > 1 for parts in parted.values()):
        target.findings.note("documents_long", level="info", count=long, characters=LONGEST)
