"""The table that says what is spoken in each recording, or which class each picture is; a name in it is looked up among the files and never opened."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.layout import Item
from bigmodel.data.tables.readers import find_readers
from bigmodel.data.tables.sniff import choose_reader
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.tables.table import Findings, Limits, Target

FILE, TEXT = "file", "text"
FILE_NAMES = re.compile(
    r"file|file[ _-]?name|file[ _-]?path|path|audio|audio[ _-]?(file|path|name)?|wav|recording|clip|image|picture|photo|(image|img)[ _-]?(file|path|name|id)?"
    r"|文件|文件名|音频|音频文件|路径|录音|图片|照片",
    re.IGNORECASE,
)
TEXT_NAMES = re.compile(
    r"text|transcript|transcription|transcripts|sentence|words|said|label|文本|文字|转写|内容|句子",
    re.IGNORECASE,
)
CLASS_NAMES = re.compile(
    r"class|label|category|target|kind|species|breed|class[ _-]?name|类别|标签|分类|种类",
    re.IGNORECASE,
)
OUTSIDE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[A-Za-z]:/|/|~")
ENOUGH = 0.5  # of the rows name a file: then the column is the one with the files


@dataclass(frozen=True)
class Said:
    """What is spoken in one file, by the line of the table (the first row is line 2)."""

    item: Item
    text: str


def read_transcripts(
    table: Item,
    items: Sequence[Item],
    *,
    scratch: Path,
    limits: Limits,
    findings: Findings,
    file: str = "",
    text: str = "",
    of_pictures: bool = False,
) -> list[Said]:
    """Return the texts of a table beside the files they belong to; rows without a file are noted by name.

    Args:
        file: column that names the files, as a person chose it; else it is found.
        text: column with the texts or classes, likewise.
        of_pictures: the texts are classes.

    Raises:
        DatasetError: `transcripts_columns` or `labels_columns` with the columns to choose from,
            `transcripts_paths`, or
            what reading a table can raise.
    """
    columns = _columns(table, scratch, limits, findings)
    by_name = _by_name(items, table)
    file, text = _chosen(columns, by_name, file, text, of_pictures=of_pictures)
    _refuse_paths(columns[file])
    said, missing = [], []
    for name, words in zip(columns[file], columns[text], strict=True):
        item = by_name.get(_plain(name))
        if item is not None:
            said.append(Said(item, words.strip()))
        elif name.strip():
            missing.append(name)
    if missing:
        findings.note("files_missing", count=len(missing), names=listed(missing))
    return said


def _columns(
    table: Item, scratch: Path, limits: Limits, findings: Findings
) -> dict[str, list[str]]:
    place, found = scratch / "transcripts", scratch / "transcripts.parquet"
    with table.entry.open() as source, place.open("wb") as copy:
        while chunk := source.read(2**20):
            copy.write(chunk)
    reader = choose_reader(place, table.entry.base, find_readers(), findings)
    target = Target(found, limits, findings, lambda _share: None)
    reader.read(place, target)
    target.close()
    read = pq.read_table(found)
    return {name: read.column(ORIGINAL + name).to_pylist() for name in target.columns}


def _by_name(items: Sequence[Item], table: Item) -> Mapping[str, Item]:
    """Return the files by every name a table may use: from its own folder, from the top, or alone if only one is called so."""
    folder = "/".join(table.parts[:-1])
    names: dict[str, Item] = {}
    alone: dict[str, list[Item]] = {}
    for item in items:
        whole = "/".join(item.parts)
        for name in (item.parts[-1], item.parts[-1].rpartition(".")[0]):
            alone.setdefault(_plain(name), []).append(item)
        names[_plain(whole)] = item
        if folder and whole.startswith(f"{folder}/"):
            names[_plain(whole.removeprefix(f"{folder}/"))] = item
    single = {name: found[0] for name, found in alone.items() if len(found) == 1}
    return single | names


def _plain(name: str) -> str:
    return name.strip().replace("\\", "/").removeprefix("./").casefold()


def _chosen(
    columns: Mapping[str, Sequence[str]],
    by_name: Mapping[str, Item],
    file: str,
    text: str,
    *,
    of_pictures: bool,
) -> tuple[str, str]:
    """Return the columns of files and texts: those given, else by their headers, else by what they hold."""
    file = file if file in columns else _by_header(columns, FILE_NAMES)
    if not file:
        holds = [name for name in columns if _share(columns[name], by_name) >= ENOUGH]
        file = holds[0] if len(holds) == 1 else ""
    others = [name for name in columns if name != file]
    wanted = CLASS_NAMES if of_pictures else TEXT_NAMES
    text = text if text in others else _by_header(others, wanted)
    if not text and file and len(others) == 1:
        text = others[0]
    if file and text:
        return file, text
    key = "labels_columns" if of_pictures else "transcripts_columns"
    error = DatasetError(key, columns_found=listed(list(columns)))
    error.columns = tuple(columns)
    raise error


def _by_header(names: Sequence[str] | Mapping[str, object], pattern: re.Pattern[str]) -> str:
    return next((name for name in names if pattern.fullmatch(name.strip())), "")


def _share(values: Sequence[str], by_name: Mapping[str, Item]) -> float:
    return sum(_plain(value) in by_name for value in values) / max(1, len(values))


def _refuse_paths(names: Sequence[str]) -> None:
    """Refuse a table whose names lead out of the upload: such a table was made to try something."""
    strange = list(_strange(names))
    if strange:
        raise DatasetError(
            "transcripts_paths",
            rows=listed([str(line) for line, _ in strange]),
            name=strange[0][1][:80],
        )


def _strange(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    for line, raw in enumerate(names, 2):
        name = raw.strip().replace("\\", "/")
        if OUTSIDE.match(name) or ".." in name.split("/"):
            yield line, raw


def listed(names: Sequence[str], most: int = 20) -> str:
    """Return names for a sentence."""
    text = ", ".join(name[-80:] for name in names[:most])
    return f"{text} …" if len(names) > most else text
