"""One table beside media files: which column names them, which says their class or words."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import AUDIO, IMAGE, Item, MediaFiles
from bigmodel.data.media.naming.lists import ENDINGS as LISTS
from bigmodel.data.media.naming.lists import marked_columns
from bigmodel.data.media.naming.lookup import FileNames, listed
from bigmodel.data.parts import split_of
from bigmodel.data.tables.number import as_number
from bigmodel.data.tables.readers import find_readers
from bigmodel.data.tables.sniff import choose_reader
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.tables.table import Findings, Limits, Target

FILE_NAMES = re.compile(
    r"file|(.*[ _-])?file[ _-]?(name|path|id)?|path|(.*[ _-])path|audio|wav|recording|clip|audio[ _-]?(file|path|name|id)?"
    r"|image|picture|photo|(image|img)[ _-]?(file|path|name|id)?|文件|文件名|音频|音频文件|路径|录音|图片|照片|图像",
    re.IGNORECASE,
)
TEXT_NAMES = re.compile(
    r"text|transcript|transcription|transcripts|sentence|words|said|utterance|normali[sz]ed[ _-]?(text|transcript(ion)?)"
    r"|文本|文字|转写|内容|句子",
    re.IGNORECASE,
)
CLASS_NAMES = re.compile(
    r"class|label|labels|category|target|kind|type|species|breed|tag|emotion|diagnosis|sentiment|y"
    r"|(class|label|category)[ _-]?(name|id)|.+[ _-](label|class|category)|dx|status|choices?|类别|标签|分类|种类|情绪|情感",
    re.IGNORECASE,
)
SURE_NAMES = re.compile(r"label|class|categor|标签|类别", re.IGNORECASE)
SPEAKER_NAMES = re.compile(
    r"speakers?|speaker[ _-]?(id|name)|client[ _-]?id|person|voice|who|reader|talker|说话人|讲话人|发言人|朗读者|朗读人|人物",
    re.IGNORECASE,
)
LISTING = "listing.parquet"  # what was read of the table last, in the scratch folder
SPEAKER = "speaker"  # the target kind of columns called so
SPLIT_NAMES = re.compile(
    r"split|set|subset|partition|phase|part|fold_name|划分|数据集", re.IGNORECASE
)
BOXES = {"xmin", "ymin", "xmax", "bbox", "x_min", "x1", "boundingbox", "bounding_box"}
STARTS = re.compile(
    r"(start|begin|onset|from|t?_?min).*|开始.*|起始.*", re.IGNORECASE
)  # of a piece
ENDS = re.compile(
    r"(end|stop|offset|to|finish|duration|t?_?max).*|结束.*|终止.*|时长", re.IGNORECASE
)
AGAIN, TIMES = (
    1.2,
    0.9,
)  # rows for each file, from which on they are pieces of it; of its times are numbers
ENOUGH = 0.5  # of the rows name a file: then the column is the one with the files
EACH_OWN = 0.9  # of the cells of each class name a file
WORDS_OF_SPEECH = 2.5  # more words on average are no name of a class
ZERO_ONE = {"-1", "0", "1", "0.0", "1.0", "true", "false", ""}  # -1 is no, as CelebA has it


@dataclass(frozen=True)
class Context:
    """What reading a table may use: room, limits, where to tell what it found, and what a person answered.

    `file` and `text` are columns of a table, `level` is which folder names the class (0: not said),
    `name_part` which word of file names, `kind` is the target kind that somebody wants to learn. From `unsorted` files on, they may come
    without any class (0: they may not). `is_repeated`: the answers are those to an earlier upload.
    """

    scratch: Path
    limits: Limits
    findings: Findings
    file: str = ""
    text: str = ""
    level: int = 0
    kind: str = ""
    unsorted: int = 0
    name_part: str = ""
    is_repeated: bool = False


@dataclass(frozen=True)
class Listing:
    """A table with the columns that were found in it. `rows`: a file, its label, its part; `missing`: names of no file."""

    entry: Entry
    columns: tuple[str, ...]
    file: str = ""
    text: str = ""
    is_spoken: bool = False
    split: str = ""
    rows: tuple[tuple[Item, str, str], ...] = ()
    missing: tuple[str, ...] = ()
    names_files: bool = False
    findings: Findings = field(default_factory=Findings)

    @property
    def is_of_people(self) -> bool:
        """Whether it says who speaks."""
        return bool(SPEAKER_NAMES.fullmatch(self.text.strip()))

    @property
    def says(self) -> bool:
        """Whether it says what files are."""
        return bool(self.file and self.text)


def open_listing(entry: Entry, files: MediaFiles, context: Context) -> Listing:
    """Read a table and find its columns: those a person chose, else by their names and by what they hold.

    Raises:
        DatasetError: `transcripts_paths`, `media_boxes`, `media_pieces`, `labels_several`, or what reading a table can raise.
    """
    findings = Findings()
    marked = marked_columns(entry) if entry.ending in LISTS else {}
    columns = marked or read_columns(entry, context.scratch, context.limits, findings)
    by_name = FileNames(files.items, entry)
    if entry.ending == ".json":
        columns = _of_classes(_turned(columns, by_name), by_name)
    columns = _with_first_line(columns, by_name, findings)
    file = context.file if context.file in columns else _file_column(columns, by_name)
    if not file:
        return Listing(entry, tuple(columns))
    by_name = by_name.among(columns[file])
    by_name.refuse_outside(columns[file])
    by_name.tell(columns[file], findings)
    if files.medium == AUDIO and _is_in_pieces(columns, file, by_name):
        raise DatasetError("media_pieces", name=entry.base)
    names_files = any(by_name.find(name) for name in columns[file])
    if files.medium == IMAGE and len({name.casefold() for name in columns} & BOXES) > 1:
        raise DatasetError("media_boxes", found=entry.base)
    others = {name: values for name, values in columns.items() if name != file}
    text = (
        context.text
        if context.text in others
        else _label_column(others, files.medium, context.kind)
    )
    labels = others.get(text) or ([] if text else _one_hot(others, columns))
    if not labels:
        return Listing(entry, tuple(columns), file, names_files=names_files)
    is_spoken = files.medium != IMAGE and bool(text) and _is_spoken(text, labels)
    parts = _parts(others)
    rows, missing = [], []
    for name, label, part in zip(columns[file], labels, parts, strict=True):
        item = by_name.find(name)
        if item is not None:
            rows.append((item, label, part))
        elif name.strip():
            missing.append(name)
    return Listing(
        entry, tuple(columns), file, text or "0/1", is_spoken=is_spoken, rows=tuple(rows),
        missing=tuple(missing), names_files=names_files, findings=findings,
    )  # fmt: skip


def _is_in_pieces(columns: Mapping[str, Sequence[str]], file: str, by_name: FileNames) -> bool:
    """Tell rows that are pieces of recordings, from when to when, from rows that are one each."""
    times = [name.strip() for name, cells in columns.items() if _are_numbers(cells)]
    if not any(map(STARTS.fullmatch, times)) or not any(map(ENDS.fullmatch, times)):
        return False
    found = [item.entry.name for cell in columns[file] if (item := by_name.find(cell))]
    return len(found) > AGAIN * len(set(found))


def _are_numbers(cells: Sequence[str]) -> bool:
    numbers = sum(as_number(cell.strip()) is not None for cell in cells)
    return bool(cells) and numbers >= TIMES * len(cells)


def ask_columns(listing: Listing, medium: str) -> DatasetError:
    """Return the refusal that asks which column is which."""
    key = "labels_columns" if medium == IMAGE else "transcripts_columns"
    error = DatasetError(key, columns_found=listed(listing.columns))
    error.columns = listing.columns
    return error


def read_columns(
    entry: Entry, scratch: Path, limits: Limits, findings: Findings
) -> dict[str, list[str]]:
    """Return the cells of each column of a table that lies among the files."""
    found = scratch / LISTING
    place = scratch / f"listing{entry.ending}"  # a reader of workbooks asks for the ending
    with entry.open() as source, place.open("wb") as copy:
        while chunk := source.read(2**20):
            copy.write(chunk)
    reader = choose_reader(place, entry.base, find_readers(), findings)
    target = Target(found, limits, findings, lambda _share: None)
    reader.read(place, target)
    target.close()
    read = pq.read_table(found)
    return {name: read.column(ORIGINAL + name).to_pylist() for name in target.columns}


def _turned(columns: dict[str, list[str]], by_name: FileNames) -> dict[str, list[str]]:
    """Return the columns of an object of JSON that says the class of each file as `{"1.jpg": "cat"}`."""
    if len(columns) < 2 or any(len(values) != 1 for values in columns.values()):
        return columns
    if sum(by_name.find(name) is not None for name in columns) < ENOUGH * len(columns):
        return columns
    return {"file": list(columns), "label": [values[0] for values in columns.values()]}


def _of_classes(columns: dict[str, list[str]], by_name: FileNames) -> dict[str, list[str]]:
    """Return the columns of an object of JSON that lists the files of each class as `{"cat": ["1.jpg"], "dog": ["2.jpg"]}`."""
    told = [name for name, cells in columns.items() if by_name.share(cells) >= EACH_OWN]
    files = [cell for cells in columns.values() for cell in cells]
    if len(told) < max(2, len(columns)) or len(set(files)) < len(files):
        return columns
    return {"file": files, "label": [n for n, cells in columns.items() for _ in cells]}


def _with_first_line(
    columns: dict[str, list[str]], by_name: FileNames, findings: Findings
) -> dict[str, list[str]]:
    """Return the columns with their names as the first row, where a name is that of a file: there is no header."""
    if not any(by_name.find(name) for name in columns):
        return columns
    findings.note("header_missing")
    names = [re.sub(r" \(\d+\)$", "", name) for name in columns]
    return {
        f"column {number}": [name, *values]
        for number, (name, values) in enumerate(zip(names, columns.values(), strict=True), 1)
    }


def _file_column(columns: Mapping[str, Sequence[str]], by_name: FileNames) -> str:
    """Return the column that names files: the one that names most, else the one called so."""
    shares = {name: by_name.share(values) for name, values in columns.items()}
    called = next((name for name in columns if FILE_NAMES.fullmatch(name.strip())), "")
    best = max(shares, key=lambda x: (shares[x], x == called, len(set(columns[x]))))
    return best if shares[best] >= ENOUGH else called


def _label_column(columns: Mapping[str, Sequence[str]], medium: str, kind: str = "") -> str:
    """Return the column with classes, words or people: the one called so, else the only one that can be."""
    wanted = [CLASS_NAMES, TEXT_NAMES] if medium == IMAGE else [TEXT_NAMES, CLASS_NAMES]
    if medium != IMAGE:
        wanted.insert(0 if kind == SPEAKER else len(wanted), SPEAKER_NAMES)
    for pattern in wanted:
        called = [name for name in columns if pattern.fullmatch(name.strip())]
        if called and (medium != IMAGE or pattern is CLASS_NAMES):
            return max(called, key=lambda name: _as_label(name, columns[name]))
    if len(columns) == 1:
        return next(iter(columns))
    texts = [
        name for name, values in columns.items() if _is_worded(values) and not _is_split(values)
    ]
    spoken = [name for name in texts if _is_speech(columns[name])]
    if medium != IMAGE and spoken and all(n in spoken or _repeats(columns[n]) for n in texts):
        return spoken[-1]  # of LJSpeech: the one with numbers written out
    classes = [name for name in texts if _repeats(columns[name])]
    return classes[0] if len(classes) == 1 and len(texts) == 1 else ""


def _as_label(name: str, values: Sequence[str]) -> tuple[bool, bool, bool]:
    """Return what speaks for one of several columns that are called like classes, the weightiest first."""
    return len(set(values)) > 1, _is_worded(values), bool(SURE_NAMES.search(name))


def _one_hot(columns: Mapping[str, Sequence[str]], every: Collection[str]) -> list[str]:
    """Return the class of each row where every class has a column of 0 and 1; `every` are those that can be chosen.

    Raises:
        DatasetError: `media_several`, rows have more than one.
    """
    ones = [n for n, v in columns.items() if {x.strip().casefold() for x in v} <= ZERO_ONE]
    if len(ones) < 2:
        return []
    rows = [
        [
            name
            for name, value in zip(ones, row, strict=True)
            if value.strip().casefold() in ("1", "1.0", "true")
        ]
        for row in zip(*(columns[name] for name in ones), strict=True)
    ]
    if any(len(row) > 1 for row in rows):
        error = DatasetError("media_several", columns_found=listed(ones))
        error.columns = tuple(every)
        raise error
    return [row[0].strip() if row else "" for row in rows]


def _is_spoken(name: str, values: Sequence[str]) -> bool:
    """Tell transcripts from names of classes."""
    if TEXT_NAMES.fullmatch(name.strip()):
        return True
    if SPEAKER_NAMES.fullmatch(name.strip()):
        return False
    if CLASS_NAMES.fullmatch(name.strip()):
        return _is_speech(values) and not _repeats(values)
    return not _repeats(values)


def _is_speech(values: Sequence[str]) -> bool:
    filled = [value for value in values if value.strip()]
    words = sum(
        len(value.split()) + sum("\u4e00" <= c <= "\u9fff" for c in value) / 2 for value in filled
    )
    return words > WORDS_OF_SPEECH * len(filled)


def _repeats(values: Sequence[str]) -> bool:
    filled = [value.strip() for value in values if value.strip()]
    return len(set(filled)) <= 0.5 * len(filled)


def _is_worded(values: Sequence[str]) -> bool:
    filled = [value for value in values if value.strip()]
    return sum(as_number(value.strip()) is None for value in filled) > 0.5 * len(filled)


def _is_split(values: Sequence[str]) -> bool:
    return bool(values) and all(_split_of(value) for value in set(values))


def _parts(columns: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the part of each row, where a column says it."""
    for name, values in columns.items():
        if SPLIT_NAMES.fullmatch(name.strip()) and _is_split(values):
            found = [_split_of(value) for value in values]
            return found if "train" in found else [""] * len(found)
    return [""] * len(next(iter(columns.values())))


def _split_of(value: str) -> str:
    return str(split_of(value) or "")
