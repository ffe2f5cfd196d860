"""Class folders: each folder is a class, those called train, val and test are parts; it looks at names only.

Where the names leave a choice to the person, it asks (`media_level`) and never guesses. A folder that
is called like a part, or like what everything lies in ("images"), is never a class.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from bigmodel.core.datasets.dataset import Form, Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.files import IMAGE, Item, MediaFiles
from bigmodel.data.media.listing import SPEAKER, Context
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.parts import GAP, THINGS, split_of
from bigmodel.data.tables.table import Findings

UNSORTED = ("media_no_classes", "media_no_table")
SHOWN_FOLDERS = 8
MOST_SPLIT_SHARE = 0.9  # of the files lie in folders called like parts: then these are parts
NEUTRAL = re.compile(rf"(?:(?:{THINGS}){GAP})+\d*")
PEOPLE = re.compile(
    rf"(?:actor|speaker|spk|person|subject|user|participant|说话人|演员|人){GAP}\d+|id\d{{5}}"
)
HALVES = re.compile(
    r"(?:(?:seg\w*|binary|ground|train|val|test)[\s_-]?)?(?:masks?|truth|gt|segmentations?|annot(?:ation)?s?|contours?|depth|edges?)(?:[\s_-]?\w+)?"
    r"|lr|hr|low[\s_-]?res\w*|high[\s_-]?res\w*|noisy|clean|blurr?y?|sharp|掩码|掩膜|蒙版|模糊|清晰|噪声|干净"
)
UNLABELLED = re.compile(
    rf"(?:un|not|non|no){GAP}(?:labell?ed|labels?|annotated|classified|sorted|tagged)|未(?:标注|分类|标记)|无标签"
)
SAMPLES = "-samples"  # behind each class in what Teachable Machine saves
PART_AND_CLASS = re.compile(r"(?P<part>[A-Za-z]+)[\s_-]+(?P<of>\S.*)")
COPY = re.compile(
    r"(.+?)\s*(?:\(\d\d?\)|[-_ ]\s*(?:copy|kopie|copie|副本|拷贝)(?:\s*\(?\d\d?\)?)?)",
    re.IGNORECASE,
)
MOST_HALVES = 4  # more folders are classes, whatever one of them is called
MOST_MARKED = 0.5  # of the files
MASK = re.compile(
    r"(?P<of>.+)[\s_-](?:masks?|segs?|segmentation|gt|annot\w*|depth|edges?|contours?)(?:[\s_-]?\d+)?",
    re.IGNORECASE,
)
TRACED = re.compile(r"trimaps?|masks?|seg(?:mentation)?[\s_-]?masks?|掩码|掩膜")
TWO = re.compile(r"([^\W\d_]+)[\s_-]+([^\W\d_].*)")  # words of a name of a folder
GRID = 0.7  # of what two things could be called together
MOST_MASKS = 0.8  # of the files: each picture has a few at most
PIECES = re.compile(
    rf"(?:.*{GAP})??(?:fold|batch|part|chunk|disc|disk|session|批次?|第){GAP}\d+{GAP}(?:批|部分)?"
)


def _read(files: MediaFiles, context: Context) -> Annotated:
    usable = without_masks(_without_marked(files.items, context.findings), context.findings)
    try:
        items, level = by_folders(usable, files.medium, context.level, context.kind)
    except DatasetError as error:
        if error.key not in UNSORTED or not 0 < context.unsorted <= len(files.items):
            raise
        items, level = with_splits(files.items), 0
    items = without_copies(_without_unlabelled(items, context.findings), context.findings)
    _tell_names(items, context)
    return Annotated(Form.FOLDERS, tuple(items), level=level)


def _without_marked(items: Sequence[Item], findings: Findings) -> Sequence[Item]:
    """Return files without those in folders like `_background_noise_`: a line in front says that they are no class."""
    marked = {item.entry.name: item.folders[-1] for item in items if _is_marked(item.folders)}
    if not marked or len(marked) > MOST_MARKED * len(items):
        return items
    folders = sorted(set(marked.values()))
    findings.note("folders_marked", count=len(marked), names=listed(folders))
    return [item for item in items if item.entry.name not in marked]


def without_masks(items: Sequence[Item], findings: Findings) -> Sequence[Item]:
    """Return pictures without those that only mark something in another one: called like it and mask, depth or the like."""
    stems = {_stem(item) for item in items}
    masks = [i for i in items if (found := MASK.fullmatch(_stem(i))) and found["of"] in stems]
    if not masks or len(masks) > MOST_MASKS * len(items):
        return items
    names = {item.entry.name for item in masks}
    findings.note("masks_beside", count=len(names), names=listed(sorted(names), SHOWN_FOLDERS))
    return [item for item in items if item.entry.name not in names]


def without_traced(items: Sequence[Item], findings: Findings) -> Sequence[Item]:
    """Return pictures without those in folders of masks, each called like one in another folder (the trimaps of Oxford Pets)."""
    traced = [item for item in items if item.folders and TRACED.fullmatch(_plain(item.folders[-1]))]
    names = {item.entry.name for item in traced}
    stems = {_base(item) for item in items if item.entry.name not in names}
    if not traced or not {_base(item) for item in traced} <= stems:
        return items
    findings.note("masks_beside", count=len(names), names=listed(sorted(names), SHOWN_FOLDERS))
    return [item for item in items if item.entry.name not in names]


def _base(item: Item) -> str:
    return item.entry.base.removesuffix(item.entry.ending)


def _stem(item: Item) -> str:
    return item.entry.name.removesuffix(item.entry.ending) if item.entry.ending else item.entry.name


def _without_unlabelled(items: Sequence[Item], findings: Findings) -> list[Item]:
    """Return files without a class where their folder says that they have none."""
    none = {item.label for item in items if UNLABELLED.fullmatch(_plain(item.label))}
    if not none or none >= {item.label for item in items} - {""}:
        return list(items)
    count = sum(item.label in none for item in items)
    findings.note("folders_unlabelled", level="info", count=count, names=listed(sorted(none)))
    return [replace(item, label="") if item.label in none else item for item in items]


def without_copies(items: Sequence[Item], findings: Findings) -> list[Item]:
    """Return files with the class that the copy of a folder is of ("cat (1)", "cat - Copy"), and without "-samples" behind each.

    A folder counts as a copy only where the other one is there.
    """
    labels = {item.label for item in items} - {""}
    meant = {label: found[1] for label in labels if (found := COPY.fullmatch(label))}
    meant = {label: name for label, name in meant.items() if name in labels}
    if len(labels) > 1 and all(label.endswith(SAMPLES) and label != SAMPLES for label in labels):
        meant = {label: label.removesuffix(SAMPLES) for label in labels}
    if not meant:
        return list(items)
    pairs = [f"{label} → {name}" for label, name in sorted(meant.items())]
    findings.note("folders_copies", level="info", pairs=listed(pairs))
    return [replace(item, label=meant.get(item.label, item.label)) for item in items]


def _is_marked(folders: Sequence[str]) -> bool:
    return bool(folders) and folders[-1].startswith("_")


def _tell_names(items: Sequence[Item], context: Context) -> None:
    """Say where folders are called like something else than classes: people, or the other half of pairs."""
    names = sorted({item.label for item in items} - {""})
    if len(names) > 1 and context.kind != SPEAKER and are_people(names):
        context.findings.note("folders_people", names=listed(names, SHOWN_FOLDERS))
    if two := _two_things(names):
        first, second = (listed(sorted(each), SHOWN_FOLDERS) for each in two)
        context.findings.note("folders_two_things", first=first, second=second)
    halves = [name for name in names if HALVES.fullmatch(_plain(name))]
    if halves and len(names) <= MOST_HALVES:
        context.findings.note("folders_halves", names=listed(names, SHOWN_FOLDERS))


def _two_things(names: Sequence[str]) -> tuple[set[str], set[str]] | None:
    """Return the two things that folders are called by, where nearly each of one stands with each of the other (OAF_angry, YAF_angry)."""
    found = [TWO.fullmatch(_plain(name)) for name in names]
    first, second = ({each[at] for each in found if each} for at in (1, 2))
    is_grid = min(len(first), len(second)) > 1 and len(names) >= GRID * len(first) * len(second)
    return (first, second) if all(found) and is_grid else None


def are_people(names: Sequence[str]) -> bool:
    return bool(names) and all(PEOPLE.fullmatch(_plain(name)) for name in names)


def by_folders(
    items: Sequence[Item], medium: str, level: int = 0, kind: str = ""
) -> tuple[list[Item], int]:
    """Return files with the class and the part that their folders name, and the level of the classes; of people where these are wanted.

    Raises:
        DatasetError: `media_no_classes`, `media_no_table`, or `media_level` with `levels` to choose from.
    """
    items = with_splits(items)
    paths = _without_parts(_class_folders(items))
    names = {number: _names(paths, number) for number in range(1, max(map(len, paths)) + 1)}
    if not names:
        raise DatasetError("media_no_classes" if medium == IMAGE else "media_no_table")
    telling = [number for number, found in names.items() if len(found) > 1]
    if kind == SPEAKER and len(telling) > 1:
        telling = _of_people(items, paths, names) or telling
    if len(names) == 1:
        level = 1
    elif level not in names:
        if len(telling) != 1:
            raise _ask_level(names)
        level = telling[0]
    labels = [path[level - 1] if len(path) >= level else "" for path in paths]
    learned = {
        label
        for item, label in zip(items, labels, strict=True)
        if item.split in ("", Split.TRAIN) or not NEUTRAL.fullmatch(_plain(label))
    }
    return [
        replace(item, label=label if label in learned else "")
        for item, label in zip(items, labels, strict=True)
    ], level


def _of_people(
    items: Sequence[Item], paths: Sequence[tuple[str, ...]], names: dict[int, tuple[str, ...]]
) -> list[int]:
    """Return the level whose folders are called like people (VoxCeleb), or with which all file names begin (LibriSpeech)."""
    for number, found in names.items():
        is_first = all(
            len(path) >= number and re.match(rf"{re.escape(path[number - 1])}[-_]", item.entry.base)
            for item, path in zip(items, paths, strict=True)
        )
        if len(found) > 1 and (is_first or all(PEOPLE.fullmatch(_plain(name)) for name in found)):
            return [number]
    return []


def are_classes(files: MediaFiles) -> bool:
    """Tell whether the folders may well be classes."""
    try:
        items, _ = by_folders(files.items, files.medium)
    except DatasetError as error:
        return error.key == "media_level"
    return len({item.label for item in items} - {""}) > 1


def with_splits(items: Sequence[Item]) -> list[Item]:
    """Return files with the part that their folders name, where folders are called like parts."""
    if not _are_split(items):
        return _with_named_parts(items)
    found = [next(filter(None, map(split_of, item.folders)), Split.NONE) for item in items]
    if Split.TRAIN not in found:
        return list(items)
    return [
        item if split == Split.NONE or item.split else replace(item, split=split)
        for item, split in zip(items, found, strict=True)
    ]


def _split_in_name(folder: str) -> tuple[str, str]:
    """Return the part and the class of a folder called by both ("train_cat"), "" and its name of any other."""
    found = PART_AND_CLASS.fullmatch(folder)
    split = split_of(found["part"]) if found else None
    return (str(split), found["of"]) if found and split else ("", folder)


def _with_named_parts(items: Sequence[Item]) -> list[Item]:
    """Return files with the part that stands in the names of their classes ("train_cat", "test_cat"), where it does in all."""
    lasts = {item.folders[-1] for item in items if item.folders}
    told = [_split_in_name(folder) for folder in lasts]
    classes: dict[str, set[str]] = {}
    for split, name in told:
        classes.setdefault(name, set()).add(split)
    is_told = len(classes) > 1 and all(split for split, _ in told) and len(told) > len(classes)
    if not is_told or Split.TRAIN not in {split for split, _ in told}:
        return list(items)
    return [
        replace(item, split=item.split or _split_in_name(item.folders[-1])[0])
        if item.folders
        else item
        for item in items
    ]


def _without_parts(paths: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return folders without the part in their names, where all of one level are called by both."""
    lasts = {path[-1] for path in paths if path}
    told = {folder: _split_in_name(folder) for folder in lasts}
    is_told = lasts and all(split for split, _ in told.values())
    if not is_told or not 1 < len({name for _, name in told.values()}) < len(lasts):
        return list(paths)
    return [(*path[:-1], told[path[-1]][1]) if path else path for path in paths]


def _are_split(items: Sequence[Item]) -> bool:
    """Tell whether folders called like parts are parts: nearly all files lie in such, or all of one level are."""
    inside = [[split_of(name) for name in item.folders] for item in items]
    kinds = {split for splits in inside for split in splits if split}
    share = sum(any(splits) for splits in inside) / max(1, len(items))
    return share == 1 or (share >= MOST_SPLIT_SHARE and len(kinds) > 1)


def _class_folders(items: Sequence[Item]) -> list[tuple[str, ...]]:
    """Return the folders of each file that may be its class: no parts, no doubled ones, nothing that holds everything."""
    is_split = _are_split(items)
    paths = [
        tuple(
            name
            for name, _ in groupby(item.folders)
            if not (is_split and split_of(name) is not None)
        )
        for item in items
    ]
    while (holder := _holder(paths)) is not None:
        paths = [path[1:] if path[:1] == (holder,) else path for path in paths]
    tops = _names(paths, 1)
    if tops and all(PIECES.fullmatch(_plain(name)) for name in tops):
        return [path[1:] for path in paths]
    return paths


def _holder(paths: Sequence[tuple[str, ...]]) -> str | None:
    """Return a folder that holds everything that lies in a folder, but never the last one, which is a class.

    One that is called like what everything lies in is none.
    """
    tops = _names(paths, 1)
    if len(tops) != 1:
        return None
    is_last = any(len(path) == 1 for path in paths)
    if is_last and not NEUTRAL.fullmatch(_plain(tops[0])):
        return None
    if not is_last and not all(paths):
        return tops[0] if NEUTRAL.fullmatch(_plain(tops[0])) else None
    return tops[0]


def _names(paths: Sequence[tuple[str, ...]], level: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path[level - 1] for path in paths if len(path) >= level))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _ask_level(names: dict[int, tuple[str, ...]]) -> DatasetError:
    shown = " · ".join(f"{level}: {_listed(found)}" for level, found in names.items())
    error = DatasetError("media_level", levels=shown)
    error.levels = names
    return error


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(names[:SHOWN_FOLDERS])
    return f"{text} …" if len(names) > SHOWN_FOLDERS else text


FORMAT = AnnotationFormat("folders", order=9, read=_read, kinds=("label", SPEAKER))
