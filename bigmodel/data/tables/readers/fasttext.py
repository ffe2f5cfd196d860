"""Lines as fastText trains from: `__label__` and a class, one or several, then the text."""

import re
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Target

MARK = "__label__"
LABELS = re.compile(rf"\s*((?:{MARK}\S+\s*)*)(.*)", re.DOTALL)
PROGRESS_ROWS = 20_000
BOM = b"\xef\xbb\xbf"


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    if encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    target.findings.note("fasttext", level="info")
    target.start(["text", "label"])
    size, characters = path.stat().st_size, 0
    for number, line in enumerate(read_lines(path, encoding, target.findings), 1):
        characters += len(line)
        if not line.strip():
            continue
        found = LABELS.fullmatch(line.rstrip("\r\n"))
        marks, text = found.groups() if found else ("", line)
        labels = [mark.removeprefix(MARK) for mark in marks.split()]
        target.add([text.strip(), ";".join(labels)], number)
        if number % PROGRESS_ROWS == 0:
            target.progress(min(0.95, characters / max(1, size)))
        if target.is_full:
            return


READER = Reader(
    name="fasttext",
    order=98,
    endings=(".txt", ".csv", ".tsv", ".tab"),
    claims=lambda head, path: head.removeprefix(BOM).lstrip().startswith(MARK.encode()),  # noqa: ARG005
    read=_read,
)
