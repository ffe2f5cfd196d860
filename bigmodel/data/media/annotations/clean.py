"""Recordings with a clean twin each: pairs in folders called noisy and clean, or clean ones that a noise is mixed into here.

Noise is that of a folder noise/, else made by rule. What is held out gets noise that no other recording got. It
decodes nothing itself: a mixture is an entry like any other, made when it is opened.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from bigmodel.core.datasets.dataset import Form, Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import IMAGE, Item, MediaFiles
from bigmodel.data.media.keep import Kept
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.media.noise.mixing import Mixer, unit_of
from bigmodel.data.parts import split_of
from bigmodel.data.tables.table import Findings

KIND = "clean"
CLEAN = re.compile(r"(.*[ _-])?(clean|clear)([ _-].*)?|干净.*|纯净.*|清晰.*", re.IGNORECASE)
NOISY = re.compile(r"(.*[ _-])?noisy([ _-].*)?|带噪.*|含噪.*|有噪.*|嘈杂.*", re.IGNORECASE)
NOISE = re.compile(r"(background[ _-])?noises?|噪声|噪音|背景噪声|背景噪音", re.IGNORECASE)
ENOUGH = 0.5  # of the noisy recordings have a twin: then they are pairs
FEWEST_TO_HOLD_OUT = 20
HELD_NOISE = 0.3  # of the noises, for recordings that are held out
MOST_APART_S = 0.1  # in length of two recordings that say the same
HELD = (
    (0.1, Split.TEST),
    (0.2, Split.VALIDATION),
)  # by a number from 0 to 1 that hangs on the file

Twins = tuple[Item, Entry]  # a noisy recording, and the clean one
Rows = Sequence[tuple[Item, Kept]]


@dataclass(frozen=True)
class Sorted:
    """The files of an upload by what their folders say: noisy, clean, noise, and all others."""

    noisy: tuple[Item, ...]
    clean: tuple[Item, ...]
    noise: tuple[Item, ...]
    others: tuple[Item, ...]


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    if files.medium == IMAGE:
        return None
    found = _sorted(with_splits(files.items))
    is_asked = context.kind == KIND
    if found.noisy and found.clean:
        pairs = _pairs(found)
        if is_asked or len(pairs) >= ENOUGH * len(found.noisy):
            return _annotated(_told_pairs(pairs, found, context))
    if is_asked or _are_for_noise(found):
        return _annotated(_mixtures(found, context))
    return None


def _annotated(pairs: Sequence[Twins]) -> Annotated:
    """Return both files of each pair: a clean one has the name of the noisy one as its label, until both are kept."""
    noisy = [item for item, _ in pairs]
    clean = [Item(twin, label=item.entry.name) for item, twin in pairs]
    return Annotated(Form.PAIRED, (*noisy, *clean), kind=KIND, joiner=joined)


def joined(rows: Rows, findings: Findings) -> list[tuple[Item, Kept]]:
    """Return a row for each noisy recording with the stored name of its clean twin; what does not fit has none, and is told."""
    twins = {item.label: kept for item, kept in rows if item.label}
    found, uneven = [], []
    for item, kept in rows:
        if item.label:
            continue
        twin = twins.get(item.entry.name)
        is_even = twin is not None and abs(twin.seconds - kept.seconds) <= MOST_APART_S
        if not is_even:
            uneven.append(item.entry.name)
        found.append((replace(item, label=twin.file if twin and is_even else ""), kept))
    if uneven:
        findings.note("twins_uneven", count=len(uneven), names=listed(uneven))
    return found


def _sorted(items: Sequence[Item]) -> Sorted:
    def lies_in(pattern: re.Pattern[str], item: Item) -> bool:
        return any(pattern.fullmatch(name.strip()) for name in item.folders)

    groups: dict[str, list[Item]] = {"noisy": [], "clean": [], "noise": [], "others": []}
    for item in items:
        kinds = (("noise", NOISE), ("noisy", NOISY), ("clean", CLEAN))
        name = next((name for name, pattern in kinds if lies_in(pattern, item)), "others")
        groups[name].append(item)
    return Sorted(*(tuple(groups[name]) for name in ("noisy", "clean", "noise", "others")))


def _are_for_noise(found: Sorted) -> bool:
    """Tell whether nobody who brings such files means classes: noise lies beside the clean ones, or these lie in one folder alone."""
    if found.noisy or found.others or not found.clean:
        return False
    named = [[name.strip() for name in item.folders] for item in found.clean]
    places = {tuple(name for name in names if split_of(name) is None) for names in named}
    last = [next(n for n in reversed(names) if CLEAN.fullmatch(n) or not split_of(n)) for names in named]  # fmt: skip
    return bool(found.noise) or (len(places) == 1 and all(map(CLEAN.fullmatch, last)))


def _pairs(found: Sorted) -> list[Twins]:
    """Return noisy recordings with the clean one of the same name."""
    twins = {_key(item, CLEAN): item.entry for item in found.clean}
    known = ((item, twins.get(_key(item, NOISY))) for item in found.noisy)
    return [(item, twin) for item, twin in known if twin is not None]


def _key(item: Item, role: re.Pattern[str]) -> tuple[str, ...]:
    """Return the name of a file without its ending and without the folder that says what it is."""
    folders = [name.casefold() for name in item.folders if not role.fullmatch(name.strip())]
    stem = item.entry.base.rpartition(".")[0] or item.entry.base
    return (*folders, stem.casefold())


def _told_pairs(pairs: Sequence[Twins], found: Sorted, context: Context) -> Sequence[Twins]:
    if not pairs:
        raise DatasetError("twins_none", noisy=len(found.noisy), clean=len(found.clean))
    note = context.findings.note
    note("twins_read", level="info", count=len(pairs))
    paired = {id(entry) for item, twin in pairs for entry in (item.entry, twin)}
    alone = [i.entry.name for i in (*found.noisy, *found.clean) if id(i.entry) not in paired]
    if alone:
        note("twins_alone", count=len(alone), names=listed(alone))
    _tell_left([*found.noise, *found.others], context)
    return pairs


def _mixtures(found: Sorted, context: Context) -> Sequence[Twins]:
    """Return clean recordings as mixtures with noise, each with itself as its twin."""
    clean = found.clean or found.others
    if not clean:
        raise DatasetError("clean_none")
    note = context.findings.note
    if found.noise:
        note("noise_own", level="info", count=len(clean), noises=len(found.noise))
    else:
        note("noise_made", level="info", count=len(clean))
    _tell_left([*found.noisy, *(found.others if found.clean else ())], context)
    parted = _parted(clean)
    noises = [item.entry for item in found.noise]
    return [_mixture(item, parted, noises) for item in parted]


def _tell_left(items: Sequence[Item], context: Context) -> None:
    if items:
        names = [item.entry.name for item in items]
        context.findings.note("twins_left", count=len(names), names=listed(names))


def _parted(items: Sequence[Item]) -> list[Item]:
    """Return recordings with the part they are in: that of their folders, else by their names."""
    if any(item.split for item in items) or len(items) < FEWEST_TO_HOLD_OUT:
        return list(items)
    order = sorted(items, key=lambda item: unit_of(item.entry.name, "part"))
    place = {id(item): number / len(items) for number, item in enumerate(order)}
    return [
        replace(item, split=next((p for end, p in HELD if place[id(item)] < end), Split.TRAIN))
        for item in items
    ]


def _mixture(item: Item, items: Sequence[Item], noises: Sequence[Entry]) -> Twins:
    """Return a recording that is mixed when it is opened: with noise of its own part alone."""
    is_held = item.split in (Split.TEST, Split.VALIDATION)
    mine = [other.entry for other in items if other.split == item.split and other is not item]
    voices = mine or [other.entry for other in items]
    half = ("late" if is_held else "early") if len(noises) == 1 and item.split else ""
    chosen = _of_part(noises, is_held=is_held) if item.split else noises
    mixer = Mixer(item.entry, tuple(chosen), tuple(voices), half)
    noisy = replace(item, entry=_made(item.entry, mixer.noisy))
    return noisy, _made(item.entry, mixer.clean)


def _of_part(noises: Sequence[Entry], *, is_held: bool) -> Sequence[Entry]:
    """Return the noises of a part: about three tenths of several are held out, at least one."""
    if len(noises) < 2:
        return noises
    order = sorted(noises, key=lambda noise: unit_of(noise.name, "noise"))
    border = max(1, round(HELD_NOISE * len(order)))
    return order[:border] if is_held else order[border:]


def _made(entry: Entry, write: Callable[[], bytes]) -> Entry:
    return replace(entry, open=lambda: BytesIO(write()))


FORMAT = AnnotationFormat("clean", order=1, read=_read, kinds=(KIND,))
