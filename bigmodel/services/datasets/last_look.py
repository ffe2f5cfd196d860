"""Three rows as a model will read them, whether somebody called them right, and other ways to read the answers; nothing is trained."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Dataset, Split, Version
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.errors import DatasetError
from bigmodel.core.task import Medium
from bigmodel.data.tables.number import as_number, find_format
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.targets import target_kind
from bigmodel.data.targets.survey import NUMBER_SHARE
from bigmodel.data.versions.gallery import Item, items_of
from bigmodel.data.versions.revise import renamed, split_anew
from bigmodel.data.versions.versions import ITEMS, is_media
from bigmodel.services.datasets.classes import Settle
from bigmodel.services.datasets.keep import keep_version
from bigmodel.settings import Settings
from bigmodel.store.base import Store

ROWS = 3
SCANNED = 20_000  # rows in which one of each part is looked for
CONFIRMED = "confirmed"  # a file in the folder of a version whose rows somebody called right
PARTS = (Split.TRAIN, Split.VALIDATION, Split.TEST)
NAMES, COMMA, POINT = "names", "comma", "point"  # ways to read an answer
WHAT = {"label": "speaker", "speaker": "label"}  # what else the class of a recording may be


@dataclass(frozen=True)
class ReadRow:
    """A row as a model will read it. `texts` are by column; `item` is its picture or recording; `came` its answer in the file."""

    texts: tuple[tuple[str, str], ...]
    answer: str
    split: str
    came: str = ""
    item: Item | None = None


@dataclass(frozen=True)
class Reading:
    """A way to read the answers: as names, or as numbers whose decimals a comma or a point parts."""

    way: str
    text: str  # an answer as it came
    value: str  # what it is read as
    is_chosen: bool


@dataclass(frozen=True)
class LastLook:
    """What is looked at before training."""

    rows: tuple[ReadRow, ...]
    is_confirmed: bool = False
    readings: tuple[Reading, ...] = ()
    instead: str = ""  # what else the classes may be: people who speak, or kinds of sounds


class LastLookService:
    """Shows what will be learned, and takes yes or a better way for an answer."""

    def __init__(self, settings: Settings, store: Store, settle: Settle | None = None) -> None:
        self._settings, self._store = settings, store
        self._settle = settle or store.datasets.get

    def look(self, owner: str, dataset_id: str) -> LastLook:
        """Return a row of each part (more of one where there are fewer parts), and other ways to read its answers."""
        version = self._store.datasets.get(owner, dataset_id).version
        folder = self._settings.home / version.folder
        if not (folder / ITEMS).is_file() or not version.summary.usable_rows:
            return LastLook(())
        rows = tuple(
            _media_rows(folder, version) if is_media(folder) else _text_rows(folder, version)
        )
        readings = () if is_media(folder) else tuple(_readings(folder, version))
        instead = WHAT.get(version.summary.target, "")
        return LastLook(
            rows,
            (folder / CONFIRMED).is_file(),
            readings,
            instead if version.recipe.medium == Medium.AUDIO else "",
        )

    def confirm(self, owner: str, dataset_id: str) -> None:
        """Remember that the rows of the newest version are right."""
        version = self._store.datasets.get(owner, dataset_id).version
        (self._settings.home / version.folder / CONFIRMED).touch()

    def read_as(self, owner: str, dataset_id: str, way: str) -> Dataset:
        """Make a version that reads its answers another way; the rows stay in their part.

        Raises:
            DatasetError: `reading_unknown`; or the rows cannot be trained on that way.
        """
        dataset = self._settle(owner, dataset_id)
        folder = self._settings.home / dataset.version.folder
        if way and way == self.look(owner, dataset_id).instead:
            recipe = replace(dataset.version.recipe, kind=way)
        elif way in {reading.way for reading in _readings(folder, dataset.version)}:
            decimal = {COMMA: ",", POINT: "."}.get(way, "")
            kind = "number" if decimal else "label"
            recipe = replace(dataset.version.recipe, kind=kind, decimal=decimal)
        else:
            raise DatasetError("reading_unknown")
        number = dataset.version.number + 1
        made = renamed(self._settings, dataset.version, number, recipe, {})
        return keep_version(self._settings, self._store, owner, made)

    def split_anew(self, owner: str, dataset_id: str) -> Dataset:
        """Make a version with the same rows, parted by another seed."""
        dataset = self._settle(owner, dataset_id)
        made = split_anew(self._settings, dataset.version, dataset.version.number + 1)
        return keep_version(self._settings, self._store, owner, made)


def _text_rows(folder: Path, version: Version) -> Iterator[ReadRow]:
    recipe, kind = version.recipe, target_kind(version.summary.target)
    target = ORIGINAL + recipe.target
    names = ["split", "input", "target", *([target] if recipe.target else [])]
    with pq.ParquetFile(folder / ITEMS) as file:
        batch = next(file.iter_batches(SCANNED, columns=names))
    for row in _one_of_each(batch.to_pylist()):
        texts = zip(recipe.inputs, parts_of(row["input"]), strict=False)
        came = (row.get(target) or "").strip()
        is_whole = not kind.reads_inputs and not recipe.also  # the target is the cell itself
        is_other = is_whole and came not in (row["target"], "")
        answer = kind.said(row["target"])
        yield ReadRow(tuple(texts), answer, row["split"], came if is_other else "")


def _media_rows(folder: Path, version: Version) -> Iterator[ReadRow]:
    kind = target_kind(version.summary.target)
    items = items_of(folder, label=None, limit=SCANNED, offset=0)
    for row in _one_of_each([{"split": item.split, "item": item} for item in items]):
        item = row["item"]
        yield ReadRow((), kind.said(item.label), item.split, item=item)


def _one_of_each(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row of each part, filled up with further ones of the first, with different answers where there are."""
    by_part = {part: [row for row in rows if row["split"] == part] for part in PARTS}
    chosen: list[dict[str, Any]] = []
    for found in (*by_part.values(), *[by_part[Split.TRAIN]] * ROWS):
        left = [row for row in found if not any(row is one for one in chosen)]
        if left and len(chosen) < ROWS:
            seen = {_answer(row) for row in chosen}
            chosen.append(next((row for row in left if _answer(row) not in seen), left[0]))
    return sorted(chosen, key=lambda row: PARTS.index(Split(str(row["split"]))))


def _answer(row: dict[str, Any]) -> str:
    return str(row["item"].label if "item" in row else row["target"])


def _readings(folder: Path, version: Version) -> Iterator[Reading]:
    """Yield the ways the file leaves open; nothing where there is one only."""
    recipe = version.recipe
    if not recipe.target or recipe.also:
        return
    column = ORIGINAL + recipe.target
    table = pq.read_table(folder / ITEMS, columns=[column])
    cells = (text.strip() for text in table.column(column).unique().to_pylist())
    values = [text for text in cells if recipe.relabel.get(text, text)]
    numbers = [text for text in values if as_number(text) is not None]
    if any(recipe.relabel.values()) or len(numbers) < NUMBER_SHARE * max(1, len(values)):
        return
    found = find_format(values, delimiter=recipe.delimiter)
    decimal = recipe.decimal or found.decimal
    is_number = version.summary.target == "number"
    example = found.open_value or numbers[0]
    ways = {POINT: ".", COMMA: ","} if found.open_value else {}
    if not ways:
        ways = {COMMA if decimal == "," else POINT: decimal}
    for way, mark in ways.items():
        value = find_format((), decimal=mark).plain(example)
        yield Reading(way, example, value, is_number and mark == decimal)
    yield Reading(NAMES, example, f"“{example}”", not is_number)
