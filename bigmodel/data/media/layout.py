"""What the folders of an upload mean: classes, given splits, a table of transcripts or classes; it looks at names only.

Where the names leave a choice to the person, it asks (`media_level`) and never guesses.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bigmodel.core.datasets.dataset import Form, Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry

PICTURES = {
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".heic", ".heif", ".hif",
}  # fmt: skip
SOUNDS = {
    ".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".amr", ".webm",
    ".weba", ".mp4", ".3gp", ".mka",
}  # fmt: skip
TABLES = {".csv", ".tsv", ".txt", ".jsonl", ".xlsx", ".xls"}
TABLE_STEMS = {"transcripts", "transcript", "metadata", "labels", "classes"}
PACKED = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar"}
JUNK = {"thumbs.db", "desktop.ini", "__macosx"}
SPLITS = {
    "train": Split.TRAIN, "training": Split.TRAIN, "训练": Split.TRAIN, "训练集": Split.TRAIN,
    "val": Split.VALIDATION, "valid": Split.VALIDATION, "validation": Split.VALIDATION,
    "dev": Split.VALIDATION, "验证": Split.VALIDATION, "验证集": Split.VALIDATION,
    "test": Split.TEST, "testing": Split.TEST, "测试": Split.TEST, "测试集": Split.TEST,
}  # fmt: skip
SHOWN_FOLDERS = 8
IMAGE, AUDIO = "image", "audio"


@dataclass(frozen=True)
class Item:
    """One file and what the layout says of it: its class (or nothing), and its split if folders give one."""

    entry: Entry
    parts: tuple[str, ...]  # of its name, without what wraps everything
    label: str = ""
    split: str = ""


@dataclass(frozen=True)
class Layout:
    """An upload understood. `tables` hold transcripts, or classes of pictures; `others` are files that are no media and were passed by."""

    medium: str
    form: str
    items: tuple[Item, ...]
    tables: tuple[Item, ...] = ()
    others: tuple[str, ...] = ()
    level: int = 0


def understand(
    entries: Sequence[Entry], *, looks_like_media: Callable[[Entry], bool], level: int = 0
) -> Layout:
    """Return what the names of an upload mean.

    Args:
        entries: its files.
        looks_like_media: asked about files whose name has no ending.
        level: which folder names the class, counted from 1; 0 asks where there is a choice.

    Raises:
        DatasetError: `archive_empty`, `archive_nested`, `media_none`, `media_no_classes`,
            `media_no_table`, or `media_level` with `levels` to choose from.
    """
    wanted = [entry for entry in entries if entry.parts and not _is_junk(entry)]
    if not wanted:
        raise DatasetError("archive_empty")
    packed = [entry.name for entry in wanted if entry.ending in PACKED]
    if packed:
        raise DatasetError("archive_nested", name=packed[0][-80:], count=len(packed))
    medium, items, others = _sorted(wanted, looks_like_media)
    is_typed = any(item.entry.text for item in items)
    tables = [] if is_typed else _tables(others)
    if medium == IMAGE and len({item.parts[:-1] for item in items}) > 1:
        tables = []  # the folders are the classes
    items, tables = _unwrapped(items, tables)
    names = tuple(
        entry.name for entry in others if entry.name not in {t.entry.name for t in tables}
    )
    is_listed = bool(tables) or is_typed
    items = _with_splits(items, is_deep=not is_listed)
    if is_listed:
        form = Form.FOLDERS if medium == IMAGE else Form.TRANSCRIPTS
        return Layout(medium, form, tuple(items), tuple(tables), names)
    items, level = _with_classes(items, medium, level)
    return Layout(medium, Form.FOLDERS, tuple(items), (), names, level)


def _is_junk(entry: Entry) -> bool:
    """Tell what systems leave behind, in any folder."""
    return any(part.startswith(".") or part.casefold() in JUNK for part in entry.parts)


def _sorted(
    entries: Sequence[Entry], looks_like_media: Callable[[Entry], bool]
) -> tuple[str, list[Item], list[Entry]]:
    """Return the medium, its files (with those of the other medium, to be told about), and all others."""
    pictures = [entry for entry in entries if entry.ending in PICTURES]
    sounds = [entry for entry in entries if entry.ending in SOUNDS]
    if not pictures and not sounds:
        raise DatasetError("media_none", count=len(entries))
    medium = IMAGE if len(pictures) >= len(sounds) else AUDIO
    nameless = [entry for entry in entries if not entry.ending and looks_like_media(entry)]
    media = {id(entry) for entry in (*pictures, *sounds, *nameless)}
    items = [Item(entry, entry.parts) for entry in entries if id(entry) in media]
    return medium, items, [entry for entry in entries if id(entry) not in media]


def _tables(others: Sequence[Entry]) -> list[Item]:
    """Return the tables that speak of files: those called so, else the only one there is."""
    found = [entry for entry in others if entry.ending in TABLES]
    named = [entry for entry in found if entry.base.casefold().rpartition(".")[0] in TABLE_STEMS]
    sheets = [entry for entry in found if entry.ending != ".txt"]
    chosen = named or (sheets if len(sheets) == 1 else [])
    return [Item(entry, entry.parts) for entry in chosen]


def _unwrapped(items: list[Item], tables: list[Item]) -> tuple[list[Item], list[Item]]:
    """Take away folders that hold everything, but never the last one, which is a class."""
    least = 1 if tables else 2
    while items:
        first = items[0].parts[0]
        everything = [*items, *tables]
        if not all(item.parts[0] == first and len(item.parts) > 1 for item in everything):
            break
        if any(len(item.parts) - 1 < least for item in items):
            break
        items = [replace(item, parts=item.parts[1:]) for item in items]
        tables = [replace(item, parts=item.parts[1:]) for item in tables]
    return items, tables


def _with_splits(items: list[Item], *, is_deep: bool) -> list[Item]:
    """Take folders called train, val and test as the split, where every file lies in one of them.

    Where folders are classes as well (`is_deep`), they are below these.
    """
    least = 3 if is_deep else 2
    tops = {_plain(item.parts[0]) for item in items if len(item.parts) >= least}
    given = {SPLITS.get(top, "") for top in tops}
    is_split = len(given) > 1 and Split.TRAIN in given and "" not in given
    if not is_split or any(len(item.parts) < least for item in items):
        return items
    return [
        replace(
            item,
            parts=item.parts[1:] if is_deep else item.parts,
            split=SPLITS[_plain(item.parts[0])],
        )
        for item in items
    ]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _with_classes(items: list[Item], medium: str, level: int) -> tuple[list[Item], int]:
    depths = Counter(len(item.parts) - 1 for item in items)
    deepest = max(depths)
    if deepest == 0:
        raise DatasetError("media_no_classes" if medium == IMAGE else "media_no_table")
    if deepest == 1:
        level = 1
    elif not 1 <= level <= deepest:
        raise _ask_level(items)
    return [_classed(item, level) for item in items], level


def _classed(item: Item, level: int) -> Item:
    return replace(item, label=item.parts[level - 1] if len(item.parts) > level else "")


def _ask_level(items: Sequence[Item]) -> DatasetError:
    levels: Mapping[int, tuple[str, ...]] = {
        level: tuple(
            dict.fromkeys(item.parts[level - 1] for item in items if len(item.parts) > level)
        )
        for level in (1, 2)
    }
    error = DatasetError("media_level", level1=_listed(levels[1]), level2=_listed(levels[2]))
    error.levels = levels
    return error


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(names[:SHOWN_FOLDERS])
    return f"{text} …" if len(names) > SHOWN_FOLDERS else text
