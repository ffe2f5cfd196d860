"""Pictures, and what each should look like: two folders of the same names, else clear photos that are their own; unasked, it looks at a few."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.annotations.likeness import show_the_same
from bigmodel.data.media.files import FEWEST_FILES, IMAGE, Item, MediaFiles
from bigmodel.data.media.keep import Kept
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.media.transform import Transform
from bigmodel.data.tables.table import Findings

KIND = "picture"
GIVEN, CLEAR = 0, 1
# Words of folders that say which side a picture stands on; the first of each are said of nothing else.
SIDES = (
    (
        {"low", "lr", "noisy", "blurry", "blurred", "模糊", "有噪", "低清", "低分辨率", "退化"},
        {"high", "hr", "clean", "sharp", "清晰", "干净", "高清", "高分辨率", "无噪"},
    ),
    (
        {"blur", "noise", "noised", "input", "bad", "degraded", "damaged", "dark", "jpeg", "噪声", "损坏", "输入"},
        {"clear", "gt", "target", "truth", "original", "good", "label", "labels", "原图", "目标"},
    ),
)  # fmt: skip
CLASSES = {"low", "high", "sharp", "blurry"}  # as well: unasked, these say nothing
UNASKED = ((SIDES[0][0] - CLASSES, SIDES[0][1] - CLASSES),)
WORDS = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")
TIMES = re.compile(r"x[1-4]$")  # as DIV2K ends the names of small pictures, and calls their folders
SAID = "|".join(sorted(word for sides in SIDES for side in sides for word in side))
# Ends of names that say the side or the scale once more.
ENDS = re.compile(rf"(?<=.)(?:[\s_.-]*x[1-4]|[\s_.-]+(?:{SAID}))+$")
SCALES = (1, 2, 3, 4)
Rows = list[tuple[Item, Kept]]
Sides = Sequence[tuple[set[str], set[str]]]


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    is_asked = context.kind == KIND
    if files.medium != IMAGE or not (is_asked or context.kind == ""):
        return None
    pairs, alone = _pairs(files.items, SIDES if is_asked else UNASKED)
    if not is_asked and (alone or len(pairs) < FEWEST_FILES):
        return None
    if not is_asked and not show_the_same([(one.entry, other.entry) for one, other in pairs]):
        return None
    if pairs:
        if alone:
            names = listed([item.entry.name for item in alone])
            context.findings.note("pairs_alone", "warning", count=len(alone), names=names)
        partners = {partner.entry.name: replace(partner, label="") for _, partner in pairs}
        items = [replace(item, label=partner.entry.name) for item, partner in pairs]
        return Annotated(Form.PICTURES, (*with_splits(items), *partners.values()), joiner=joined)
    if {GIVEN, CLEAR} <= {_placed(item, SIDES)[1] for item in files.items}:
        raise DatasetError("pairs_none", count=len(files.items))
    _refuse_unnamed(files.items)
    own = tuple(replace(item, label=item.entry.name) for item in with_splits(files.items))
    return Annotated(Form.PICTURES, own, joiner=joined)


def _pairs(items: Sequence[Item], sides: Sides) -> tuple[list[tuple[Item, Item]], list[Item]]:
    """Return (given, clear) pictures of the same name, then of names that differ by side and scale, and those without a partner."""
    pairs, alone = _matched(items, sides, is_loose=False)
    more, alone = _matched(alone, sides, is_loose=True)
    return pairs + more, alone


def _matched(
    items: Sequence[Item], sides: Sides, *, is_loose: bool
) -> tuple[list[tuple[Item, Item]], list[Item]]:
    """Return pairs and the rest. Of one clear picture there may be one given picture of each scale."""
    found: dict[tuple[str, ...], tuple[dict[str, Item], dict[str, Item]]] = {}
    for item in items:
        rest, side = _placed(item, sides)
        if side is None:
            continue
        key = (*map(_plain, rest), _stem(item))
        if is_loose:
            key = (*(f for f in key[:-1] if not TIMES.fullmatch(f)), ENDS.sub("", _name(item)))
        found.setdefault(key, ({}, {}))[side].setdefault(_times(item), item)
    pairs = [
        (item, clear)
        for given, clears in found.values()
        for times, item in given.items()
        if (clear := clears.get(times) or next(iter(clears.values()), None))
    ]
    paired = {item.entry.name for pair in pairs for item in pair}
    return pairs, [item for item in items if item.entry.name not in paired]


def _placed(item: Item, sides: Sides) -> tuple[tuple[str, ...], int | None]:
    """Return the folders of a picture without the one that says its side, and that side."""
    for at in reversed(range(len(item.folders))):
        if (side := _side(item.folders[at], sides)) is not None:
            return item.folders[:at] + item.folders[at + 1 :], side
    return item.folders, None


def _times(item: Item) -> str:
    """Return the scale that the name of a picture or of a folder ends with, "" for none."""
    names = (*map(_plain, item.folders), _name(item))
    return next((found[0] for name in names if (found := TIMES.search(name))), "")


def _side(name: str, sides: Sides) -> int | None:
    words = set(WORDS.findall(TIMES.sub("", _plain(name))))
    for given, clear in sides:
        if bool(words & given) != bool(words & clear):
            return GIVEN if words & given else CLEAR
    return None


def _refuse_unnamed(items: Sequence[Item]) -> None:
    """Refuse two folders of the same names of which nothing says which is the clear one.

    Raises:
        DatasetError: `pairs_unnamed`.
    """
    folders: dict[str, set[str]] = {}
    for item in with_splits(items):
        folders.setdefault(item.folders[-1] if item.folders else "", set()).add(_stem(item))
    if len(folders) == 2 and len(set(map(frozenset, folders.values()))) == 1:
        raise DatasetError("pairs_unnamed", folders=listed(list(folders)))


def joined(rows: Sequence[tuple[Item, Kept]], findings: Findings) -> Rows:
    """Return a row for each picture with its clear one, whose file becomes its label; what does not fit is left out and told.

    All pairs are of one scale, since a model makes one: that of most, of as many the smaller.

    Raises:
        DatasetError: `pairs_none`.
    """
    kept = {item.entry.name: found for item, found in rows}
    given = [(item, found) for item, found in rows if item.label]
    whole = [(item, found, kept[item.label]) for item, found in given if item.label in kept]
    scales = [_scale(found, clear) for _, found, clear in whole]
    [(most, _)] = Counter(sorted(filter(None, scales))).most_common(1) or [(0, 0)]
    fitting = [row for row, scale in zip(whole, scales, strict=True) if scale and scale == most]
    _tell(findings, "pairs_lost", [i for i, _ in given], [i for i, *_ in whole])
    _tell(findings, "pairs_sizes", [i for i, *_ in whole], [i for i, *_ in fitting])
    if not fitting:
        raise DatasetError("pairs_none", count=len(given))
    paired = sum(item.label != item.entry.name for item, *_ in fitting)
    if paired:
        findings.note("pairs_read", "info", count=paired)
    smaller = sum(_came(found) != (found.width, found.height) for _, found, _ in fitting)
    if smaller:
        findings.note("pictures_made_smaller", "info", count=smaller)
    return [(replace(item, label=clear.file), found) for item, found, clear in fitting]


def _tell(findings: Findings, key: str, before: Sequence[Item], after: Sequence[Item]) -> None:
    kept = set(map(id, after))
    names = [item.entry.name for item in before if id(item) not in kept]
    if names:
        findings.note(key, "warning", count=len(names), names=listed(names))


def _scale(given: Kept, clear: Kept) -> int:
    """Return how many times as large a clear picture is, as it came and as it is kept; 0 where it does not fit."""
    ways = [
        next((times for times in SCALES if _is_times(small, large, times)), 0)
        for small, large in (
            ((given.width, given.height), (clear.width, clear.height)),
            (_came(given), _came(clear)),
        )
    ]
    return ways[0] if ways[0] == ways[1] else 0


def _is_times(small: tuple[int, int], large: tuple[int, int], times: int) -> bool:
    return small == (large[0] // times, large[1] // times)


def _came(kept: Kept) -> tuple[int, int]:
    found = Transform.from_text(kept.transform)
    return found.upright if found else (kept.width, kept.height)


def _stem(item: Item) -> str:
    return TIMES.sub("", _name(item))


def _name(item: Item) -> str:
    return _plain(item.entry.base.rpartition(".")[0] or item.entry.base)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


FORMAT = AnnotationFormat("pairs", order=3, read=_read, kinds=(KIND,))
