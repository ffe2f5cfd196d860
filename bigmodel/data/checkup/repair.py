"""What a finding's button does to a version: the next one, or what it would look like; the one before stays as it is."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.callbacks import OnShare
from bigmodel.core.clock import now
from bigmodel.core.datasets.checkup import Finding, Repair, RepairPreview
from bigmodel.core.datasets.dataset import Version
from bigmodel.core.datasets.splits import GROUP
from bigmodel.core.ids import new_id
from bigmodel.core.task import Medium
from bigmodel.data.checkup.media_cleaning import preview_media, with_clean_media
from bigmodel.data.cleaning import clean_texts
from bigmodel.data.steps import in_order
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.versions.revise import renamed, split_by_groups, without_rows
from bigmodel.data.versions.versions import ITEMS
from bigmodel.settings import Settings

MADE = "repair.json"  # beside the rows of a version that a repair made
SHOWN_ROWS, SHOWN_CHARACTERS = 5, 300
MOST_PREVIEWED = 20_000  # rows that a preview cleans


def preview_repair(settings: Settings, version: Version, finding: Finding) -> RepairPreview:
    """Return what a repair would change."""
    folder = settings.home / version.folder
    if finding.repair == Repair.CLEAN:
        return replace(
            preview_cleaning(settings, version, _steps(version, finding)), finding=finding
        )
    count = version.summary.rows
    if finding.repair in (Repair.RELABEL, Repair.ANSWER):
        pairs = tuple(finding.relabel.items())[:SHOWN_ROWS]
        if finding.repair == Repair.ANSWER:  # a word that becomes a class stood for nothing before
            pairs = tuple(("" if name else label, name) for label, name in pairs)
        return RepairPreview(finding, count, finding.count, pairs)
    if finding.repair == Repair.SPLIT:
        return RepairPreview(finding, count, finding.count)
    rows = pq.read_table(folder / ITEMS, columns=["input", "name", "target"])
    shown = rows.take(list(finding.rows[:SHOWN_ROWS])).to_pylist()
    is_text = version.recipe.medium == "text"
    texts = [row["input"] if is_text else row["name"] for row in shown]
    return RepairPreview(
        finding, count - len(finding.rows), len(finding.rows),
        tuple((text[:SHOWN_CHARACTERS], "") for text in texts),
    )  # fmt: skip


def _steps(version: Version, finding: Finding) -> tuple[str, ...]:
    """Return the steps of a version and those of a finding."""
    return in_order((*version.recipe.cleaning, *finding.steps), version.recipe.medium)


def preview_cleaning(settings: Settings, version: Version, steps: Sequence[str]) -> RepairPreview:
    """Return how texts, pictures or recordings would change that are cleaned by these steps and no others.

    Raises:
        DatasetError: there is no such step, or it does not suit the data.
    """
    recipe = version.recipe
    steps = in_order(steps, recipe.medium)
    if recipe.medium != Medium.TEXT:
        return preview_media(settings, version, steps)
    column = pq.read_table(
        settings.home / version.folder / ITEMS, columns=[ORIGINAL + recipe.input]
    ).column(0)
    texts = [text.strip() for text in column.slice(0, MOST_PREVIEWED).to_pylist()]
    before, after = clean_texts(texts, recipe.cleaning), clean_texts(texts, steps)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    shown = tuple((a[:SHOWN_CHARACTERS], b[:SHOWN_CHARACTERS]) for a, b in changed[:SHOWN_ROWS])
    chosen = Finding("cleaning", 0, len(changed), repair=Repair.CLEAN, steps=tuple(steps))
    return RepairPreview(chosen, len(texts), len(changed), shown)


def with_cleaning(
    settings: Settings, version: Version, steps: Sequence[str], progress: OnShare | None = None
) -> Version:
    """Write the next version with texts, pictures or recordings cleaned by these steps and no others; rows stay in their part.

    Raises:
        DatasetError: there is no such step, it does not suit the data, or what is left cannot be trained on.
    """
    asked = in_order(steps, version.recipe.medium)
    if version.recipe.medium != Medium.TEXT:
        return with_clean_media(settings, version, asked, progress)
    recipe = replace(version.recipe, cleaning=asked)
    return renamed(settings, version, version.number + 1, recipe, {})


def make_repair(settings: Settings, version: Version, finding: Finding) -> Version:
    """Write the next version with what the finding's button does; renamed classes are not done here.

    Raises:
        DatasetError: what is left cannot be trained on.
    """
    number = version.number + 1
    make: dict[str, Callable[[], Version]] = {
        Repair.DROP: lambda: without_rows(
            settings, version, number, _row_ids(settings, version, finding)
        ),
        Repair.CLEAN: lambda: with_cleaning(settings, version, _steps(version, finding)),
        Repair.SPLIT: lambda: split_by_groups(
            settings, version, number, _groups(version, finding), name=_split_by(version, finding)
        ),
    }
    return make[finding.repair]()


def _split_by(version: Version, finding: Finding) -> str:
    """Return what the version will say it is parted by: a column, which rows added later keep to, else the finding."""
    column = finding.args.get("column")
    return f"{GROUP}:{column}" if column in version.summary.columns else finding.kind


def note_repair(settings: Settings, made: Version, kind: str, before: int) -> None:
    """Keep beside a version which repair made it of which other, so that it can be undone."""
    place = settings.home / made.folder / MADE
    place.write_text(json.dumps({"v": 1, "kind": kind, "before": before}), "utf-8")


def noted_repair(folder: Path) -> tuple[str, int]:
    """Return which repair made a version, and of which one; nothing where none did."""
    try:
        note = json.loads((folder / MADE).read_text("utf-8"))
        return str(note["kind"]), int(note["before"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", 0


def restored(settings: Settings, before: Version, number: int) -> Version:
    """Return an earlier version once more as the next one: the same rows in the same parts."""
    source = settings.home / before.folder
    folder = settings.datasets / before.dataset_id / f"{number}-{new_id()}"
    draft = folder.with_name(f".{folder.name}.tmp")
    shutil.copytree(source, draft, copy_function=_linked)
    draft.rename(folder)
    place = folder.relative_to(settings.home).as_posix()
    return replace(before, number=number, folder=place, created_at=now())


def _linked(source: str, target: str) -> str:
    """Give a file a second name, or copy it where the disk knows none: files of versions never change."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


def _row_ids(settings: Settings, version: Version, finding: Finding) -> list[str]:
    table = pq.read_table(settings.home / version.folder / ITEMS, columns=["row_id"])
    ids: list[str] = table.column(0).take(list(finding.rows)).to_pylist()
    return ids


def _groups(version: Version, finding: Finding) -> NDArray[np.int64]:
    """Return the group of each row of a version, -1 for a row that is alone."""
    groups = np.full(version.summary.rows, -1, np.int64)
    groups[list(finding.rows)] = finding.groups
    return groups
