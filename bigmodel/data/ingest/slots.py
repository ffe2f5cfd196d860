"""Intents and slots in three files of lines (`seq.in`, `seq.out`, `label`), as sets like Snips and ATIS come; a folder is a part."""

from collections.abc import Sequence
from itertools import zip_longest

from bigmodel.core.datasets.spans import write_spans
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.parts import split_of, written
from bigmodel.data.tables.shapes.tagged import marked
from bigmodel.data.tables.table import Target

FORMAT = "slots"
FILES = ("seq.in", "seq.out", "label")


def read_slots(entries: Sequence[Entry], target: Target) -> list[Entry] | None:
    """Read such files into a table and return what was read; None where there are none.

    Raises:
        DatasetError: `parallel_lengths`, where one has more lines than another.
    """
    folders: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        if entry.base in FILES:
            folders.setdefault(entry.name.rpartition("/")[0], {})[entry.base] = entry
    whole = {name: files for name, files in folders.items() if len(files) == len(FILES)}
    if not whole:
        return None
    parts = {name: split_of(name.rpartition("/")[2]) for name in whole}
    is_parted = any(parts.values())
    target.start(("text", "intent", "entities", *(("split",) if is_parted else ())))
    target.encoding = "UTF-8"
    for name, files in whole.items():
        _add(files, [written(parts[name])] if is_parted else [], target)
    target.findings.note("slots", level="info", count=target.rows)
    return [entry for files in whole.values() for entry in files.values()]


def _add(files: dict[str, Entry], part: Sequence[str], target: Target) -> None:
    limit = target.limits.max_text_mb * 2**20
    sides = [text_of(files[name], limit).rstrip("\n").split("\n") for name in FILES]
    counts = list(map(len, sides))
    if other := next((n for n in (1, 2) if counts[n] != counts[0]), 0):
        first, second = files[FILES[0]].name, files[FILES[other]].name
        raise DatasetError(
            "parallel_lengths", first=first, second=second, first_lines=counts[0], second_lines=counts[other],
        )  # fmt: skip
    for number, (words, tags, intent) in enumerate(zip_longest(*sides, fillvalue=""), 1):
        text, spans = marked(words.split(), tags.split())
        target.add([text, intent.strip(), write_spans(spans), *part], number)
