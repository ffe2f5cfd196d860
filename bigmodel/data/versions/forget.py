"""Takes the rows of one class out of every version of a dataset, with their files, for good; whoever is left stays where they were."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Recipe, Split, Summary, Version
from bigmodel.core.ids import new_id
from bigmodel.data.versions.versions import ITEMS, MEDIA, sealed, write_recipe
from bigmodel.settings import Settings


def rows_of(settings: Settings, versions: Sequence[Version], label: str) -> set[str]:
    """Return the rows that have a label in any version: a row may have had another name before."""
    found: set[str] = set()
    for version in versions:
        columns = ["row_id", "target"]
        table = pq.read_table(settings.home / version.folder / ITEMS, columns=columns)
        mine = pc.equal(table.column("target"), label)
        found |= set(table.filter(mine).column("row_id").to_pylist())
    return found


def forget_rows(
    settings: Settings, versions: Sequence[Version], row_ids: Collection[str], label: str
) -> list[Version]:
    """Write every version of a dataset anew without these rows, delete the files that only they name, and return the versions."""
    gone, kept, made = set[str](), set[str](), []
    for version in versions:
        folder = settings.home / version.folder
        table = pq.read_table(folder / ITEMS)
        mine = pc.is_in(table.column("row_id"), pa.array([*row_ids], pa.string()))
        rest = table.filter(pc.invert(mine))
        gone |= set(table.filter(mine).column("input").to_pylist())
        kept |= set(rest.column("input").to_pylist())
        made.append(_written(folder, version, rest, table.filter(mine), label))
    for name in gone - kept:
        (settings.datasets / versions[0].dataset_id / MEDIA / name).unlink(missing_ok=True)
    return made


def _written(folder: Path, version: Version, rest: pa.Table, gone: pa.Table, label: str) -> Version:
    draft = folder / f".{new_id()}.tmp"
    pq.write_table(rest, draft, compression="zstd")
    digest = sealed(draft)
    draft.replace(folder / ITEMS)
    recipe = _without(version.recipe, label)
    summary = _counted(version.summary, gone, label)
    write_recipe(folder, recipe, summary)
    return replace(version, digest=digest, recipe=recipe, summary=summary)


def _without(recipe: Recipe, label: str) -> Recipe:
    relabel = {old: new for old, new in recipe.relabel.items() if label not in (old, new)}
    return replace(recipe, relabel=relabel)


def _counted(summary: Summary, gone: pa.Table, label: str) -> Summary:
    """Return a summary without what it told of these rows; lengths are still those of all, since they name nobody."""
    splits: list[str] = gone.column("split").to_pylist()
    classes = Counter(dict(summary.classes))  # a row may have had another name in this version
    classes.subtract(gone.column("target").to_pylist())
    counts = {name: n - splits.count(name) for name, n in summary.split_rows.items()}
    usable = sum(split != Split.NONE for split in splits)
    return replace(
        summary,
        rows=summary.rows - len(splits),
        usable_rows=summary.usable_rows - usable,
        classes={name: n for name, n in classes.items() if n > 0},
        split_rows=counts,
        problems=tuple(p for p in summary.problems if label not in str(dict(p.args))),
    )
