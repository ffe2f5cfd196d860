"""Tables and texts in a ZIP or a folder: which files are the table, which are parts of it, which are each a row. Their names are never paths."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.ingest.brat import FORMAT as BRAT
from bigmodel.data.ingest.brat import read_brat
from bigmodel.data.ingest.documents import FORMAT, read_documents
from bigmodel.data.ingest.joined import Part, read_tables
from bigmodel.data.ingest.slots import FORMAT as SLOTS
from bigmodel.data.ingest.slots import read_slots
from bigmodel.data.ingest.texts import TextFile, read_texts
from bigmodel.data.ingest.word import LOCK, WORD
from bigmodel.data.media.annotations.folders import by_folders
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import (
    FEWEST_FILES,
    OTHER_PICTURES,
    OTHER_SOUNDS,
    PACKED,
    PICTURES,
    SOUNDS,
    Item,
    is_junk,
)
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.parts import split_of
from bigmodel.data.tables.readers import find_readers
from bigmodel.data.tables.sniff import NAMED_WORKBOOKS, OFFICE_ENDINGS, is_binary
from bigmodel.data.tables.table import Target

MEDIA = PICTURES | SOUNDS | OTHER_PICTURES | OTHER_SOUNDS
OFFICE = {*OFFICE_ENDINGS, ".pdf", ".doc", ".ppt", ".rtf", ".epub"}
LOOSE = {".txt", ".text", ".md", ".asc", ".dat", ".prn"}  # of tables and of texts alike
BESIDE = ("readme", "license", "licence", "copying", "about", "changelog", "citation", "datasheet")
NO_CLASSES = ("media_no_classes", "media_no_table")
OF_THE_HUB = (
    "dataset_dict.json",
    "dataset_info.json",
    "dataset_infos.json",
    "state.json",
)  # beside saved tables
HEAD_BYTES = 4096
MOST_LISTS = 20  # files of lines that are a class each
FEWEST_LINES = 5
LONGEST_LINE = 400.0  # characters of a usual one, where each is a row


def read_bundle(
    entries: Sequence[Entry], target: Target, scratch: Path, *, level: int = 0
) -> tuple[str, int] | None:
    """Read the tables or texts among some files into a table.

    Returns:
        The format and the folder level of the classes (0: none), or None where the files are something else.

    Raises:
        DatasetError: `tables_many`, where it is open which table is meant; `media_level`; or as of a reader.
    """
    wanted = [entry for entry in entries if entry.parts and not is_junk(entry)]
    media = [entry for entry in wanted if entry.ending in MEDIA]
    if media and _speaks_of(media, wanted):
        return None
    is_packed = any(entry.ending in PACKED for entry in wanted)
    if is_packed or len(media) >= FEWEST_FILES or any(entry.text for entry in wanted):
        return None
    other = MEDIA | OFFICE - {WORD}
    told = [entry for entry in wanted if entry.ending not in other and not _is_note(entry)]
    sure = _table_endings()
    tables = [entry for entry in told if entry.ending in sure]
    texts = [entry for entry in told if entry.ending not in sure and _is_text(entry)]
    others = [entry for entry in wanted if entry not in (*tables, *texts)]
    if form := _marked(wanted, texts, target):
        return form, 0
    if not tables and len(texts) == 1 and texts[0].ending != WORD:
        tables, texts = texts, []
    if len(texts) >= max(2, FEWEST_FILES * bool(tables)) and (found := _classes(texts, level)):
        files, at = found
        left = [entry.name for entry in texts if entry.name not in {file.name for file in files}]
        _tell_others([*left, *(entry.name for entry in (*tables, *others))], target)
        read_texts(files, target, scratch)
        return "texts", at
    if not tables and (lists := _lists(texts)):
        tables = lists
    if not tables and len(texts) > 1:
        _tell_others([entry.name for entry in others], target)
        read_texts([TextFile(e, e.name, "", _part_of(e)) for e in texts], target, scratch)
        return "texts", 0
    if not tables:
        return None
    parts = _placed(tables, target, scratch)
    apart = [e for e in texts if e not in tables]
    if read_documents(apart, parts, target, scratch):
        _tell_others([entry.name for entry in others], target)
        return FORMAT, 0
    _tell_others([e.name for e in (*apart, *others)], target)
    return read_tables(parts, target, scratch), 0


def _marked(wanted: Sequence[Entry], texts: Sequence[Entry], target: Target) -> str:
    """Read texts whose marks stand in files of their own and return the format; "" where there are none."""
    form, found = BRAT, read_brat(wanted, texts, target)
    if found is None:
        form, found = SLOTS, read_slots(wanted, target)
    if found is not None:
        _tell_others([entry.name for entry in wanted if entry not in found], target)
        return form
    return ""


def _speaks_of(media: Sequence[Entry], wanted: Sequence[Entry]) -> bool:
    """Tell whether a table or text among few pictures or recordings names them, or is called like them."""
    stems = {entry.base.removesuffix(entry.ending) for entry in media}
    others = [e for e in wanted if e.ending in _table_endings() | LOOSE]
    if any(e.base.removesuffix(e.ending) in stems for e in others):
        return True
    names = [entry.base.encode() for entry in media]
    return any(name in _head(entry) for entry in others for name in names)


def _head(entry: Entry) -> bytes:
    with entry.open() as file:
        return file.read(HEAD_BYTES)


def _placed(tables: Sequence[Entry], target: Target, scratch: Path) -> list[Part]:
    """Return tables where their bytes can be read."""
    parts = []
    for number, entry in enumerate(tables):
        ending = entry.ending if entry.ending in _table_endings() else ".txt"
        place = scratch / f"table-{number}{ending}"
        limit = target.limits.max_text_mb
        if entry.size > limit * 2**20:
            raise DatasetError("file_big", mb=entry.size // 2**20, limit=limit)
        with entry.open() as came, place.open("wb") as file:
            shutil.copyfileobj(came, file)
        parts.append(Part(entry.name, place, _part_of(entry)))
    return parts


def _classes(texts: Sequence[Entry], level: int) -> tuple[list[TextFile], int] | None:
    """Return texts with the class and the part that their folders name, None where they name no classes."""
    try:
        items, at = by_folders([Item(entry) for entry in texts], "text", level)
    except DatasetError as error:
        if error.key in NO_CLASSES:
            return None
        raise
    if len({item.label for item in items} - {""}) < 2:
        return None
    deep = median(len(item.folders) for item in items if item.label)
    kept = [item for item in items if item.label or len(item.folders) >= deep]
    return [TextFile(i.entry, i.entry.name, i.label, i.split) for i in kept], at


def _lists(texts: Sequence[Entry]) -> list[Entry]:
    """Return files of which each line is a row: parts by their names, or a class each; none where each file is one text."""
    if not 2 <= len(texts) <= MOST_LISTS or any(entry.ending == WORD for entry in texts):
        return []
    lines = [_lines(entry) for entry in texts]
    are_lists = all(
        len(each) >= FEWEST_LINES and sum(map(len, each)) <= LONGEST_LINE * len(each)
        for each in lines
    )
    return list(texts) if are_lists else []


def _lines(entry: Entry) -> list[bytes]:
    with entry.open() as file:
        head = file.read(HEAD_BYTES)
    return [line for line in head.splitlines() if line.strip()]


def _part_of(entry: Entry) -> Split | None:
    """Return the part that the name of a file says, or one of its folders."""
    stem = entry.base.removesuffix(entry.ending) if entry.ending else entry.base
    names = (stem, *stem.split("."), *reversed(entry.parts[:-1]))  # of cnews.train.txt as well
    return next(filter(None, map(split_of, names)), None)


def _table_endings() -> set[str]:
    return {end for reader in find_readers() for end in reader.endings} - LOOSE | {*NAMED_WORKBOOKS}


def _is_text(entry: Entry) -> bool:
    if entry.ending == WORD:
        return not entry.base.startswith(LOCK)
    with entry.open() as file:
        return not is_binary(file.read(HEAD_BYTES))


def _is_note(entry: Entry) -> bool:
    return entry.base in OF_THE_HUB or entry.base.partition(".")[0].casefold() in BESIDE


def _tell_others(names: Sequence[str], target: Target) -> None:
    if names:
        target.findings.note(
            "files_apart", level="info", count=len(names), names=listed(list(names), 8)
        )
