"""Pictures, and what each should look like: two folders of the same names, else clear photos that are their own; unasked, it looks at a few."""

import re
import unicodedata
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
TIMES = re.compile(r"x[1-4]$")  # as DIV2K ends the names of small pictures
SCALES = (1, 2, 3, 4)
Rows = list[tuple[Item, Kept]]


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
        partners = [replace(partner, label="") for _, partner in pairs]
        items = [replace(item, label=partner.entry.name) for item, partner in pairs]
        split = with_splits(items)
        return Annotated(Form.PICTURES, (*split, *partners), joiner=joined)
    _refuse_unnamed(files.items)
    own = tuple(replace(item, label=item.entry.name) for item in with_splits(files.items))
    return Annotated(Form.PICTURES, own, joiner=joined)


def _pairs(
    items: Sequence[Item], sides: Sequence[tuple[set[str], set[str]]]
) -> tuple[list[tuple[Item, Item]], list[Item]]:
    """Return (given, clear) pictures of the same name, and those without a partner."""
    found: dict[tuple[str, ...], dict[int, Item]] = {}
    alone: list[Item] = []
    for item in items:
        told = [(at, side) for at, name in enumerate(item.folders) if (side := _side(name, sides)) is not None]  # fmt: skip
        if not told:
            alone.append(item)
            continue
        at, side = told[-1]
        rest = item.folders[:at] + item.folders[at + 1 :]
        both = found.setdefault((*map(_plain, rest), _stem(item)), {})
        if side in both:
            alone.append(item)
        else:
            both[side] = item
    pairs = [(both[GIVEN], both[CLEAR]) for both in found.values() if len(both) == len(SIDES)]
    alone += [item for both in found.values() if len(both) < len(SIDES) for item in both.values()]
    return pairs, alone


def _side(name: str, sides: Sequence[tuple[set[str], set[str]]]) -> int | None:
    words = set(WORDS.findall(_plain(name)))
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

    Raises:
        DatasetError: `pairs_none`.
    """
    kept = {item.entry.name: found for item, found in rows}
    given = [(item, found) for item, found in rows if item.label]
    whole = [(item, found, kept[item.label]) for item, found in given if item.label in kept]
    fitting = [(item, found, clear) for item, found, clear in whole if _fits(found, clear)]
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


def _fits(given: Kept, clear: Kept) -> bool:
    """Tell whether a clear picture is one to four times as large, as it came and as it is kept."""
    ways = [
        next((times for times in SCALES if _is_times(small, large, times)), 0)
        for small, large in (
            ((given.width, given.height), (clear.width, clear.height)),
            (_came(given), _came(clear)),
        )
    ]
    return ways[0] > 0 and ways[0] == ways[1]


def _is_times(small: tuple[int, int], large: tuple[int, int], times: int) -> bool:
    return small == (large[0] // times, large[1] // times)


def _came(kept: Kept) -> tuple[int, int]:
    found = Transform.from_text(kept.transform)
    return found.upright if found else (kept.width, kept.height)


def _stem(item: Item) -> str:
    return TIMES.sub("", _plain(item.entry.base.rpartition(".")[0] or item.entry.base))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


FORMAT = AnnotationFormat("pairs", order=3, read=_read, kinds=(KIND,))
