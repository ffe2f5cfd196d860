"""Makes a next version of a dataset from its own rows: labelled, some left out, or split anew; no upload is read again."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Recipe, Version
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.data.tables.source import ORIGINAL, TEST, Source
from bigmodel.data.tables.table import READING
from bigmodel.data.versions.split import TEST as TEST_PART
from bigmodel.data.versions.split import VALIDATION, by_time
from bigmodel.data.versions.versions import ITEMS, own_source, own_test_source, write_version
from bigmodel.settings import Settings

OF_COLUMNS = (
    "labels_are_texts",
    "label_chosen",
    "labels_one_hot",
    "labels_shares",
    "amounts_unread",
    "columns_repeat_label",
    "pairs_found",
)
OF_LABELS = ("labels_no_answer", "labels_joined")


def without_rows(
    settings: Settings,
    version: Version,
    number: int,
    row_ids: Collection[str],
    *,
    labels: Mapping[str, str] | None = None,
) -> Version:
    """Return the next version without some rows; all others stay in the part they are in.

    `labels` are given by hand to rows that stay, by row id.

    Raises:
        DatasetError: what is left cannot be trained on.
    """
    rows = pq.read_table(settings.home / version.folder / ITEMS)
    kept = rows.filter(
        pc.invert(pc.is_in(rows.column("row_id"), pa.array(list(row_ids), pa.string())))
    )
    place = settings.scratch / f"rows-{new_id()}.parquet"
    try:
        pq.write_table(kept, place)
        sources = [Source(place, ORIGINAL, only="", keeps_split=True, hand=labels)]
        if version.recipe.test_name:
            sources.append(Source(place, ORIGINAL, origin=TEST, only=TEST))
        return written(settings, version, number, sources, version.recipe)
    finally:
        place.unlink(missing_ok=True)


def with_labels(
    settings: Settings,
    version: Version,
    number: int,
    labels: Mapping[str, str],
    *,
    relabel: Mapping[str, str] | None = None,
) -> Version:
    """Return the next version with labels given by hand, by row id ("" takes one back).

    Rows that were in a part stay in it; those that get their first label join one. `relabel` is what the
    labels stand for from now on that rows came with; without it they stay what they are.

    Raises:
        DatasetError: the rows cannot be trained on.
    """
    recipe = version.recipe if relabel is None else replace(version.recipe, relabel=dict(relabel))
    return renamed(settings, version, number, recipe, labels)


def renamed(
    settings: Settings, version: Version, number: int, recipe: Recipe, hand: Mapping[str, str]
) -> Version:
    """Return the next version under another recipe, with other labels by hand; every row stays in the part it is in.

    Raises:
        DatasetError: the rows cannot be trained on.
    """
    folder = settings.home / version.folder
    sources = [own_source(folder, keeps_split=True, hand=hand)]
    if recipe.test_name:
        sources.append(own_test_source(folder))
    return written(settings, version, number, sources, recipe)


def split_anew(settings: Settings, version: Version, number: int) -> Version:
    """Return the next version with the same rows, parted by another seed; only what is the same stays together.

    Raises:
        DatasetError: the rows cannot be trained on.
    """
    sources = own_sources(settings.home / version.folder, version.recipe)
    recipe = replace(version.recipe, seed=version.recipe.seed + 1, split_by="")
    return written(settings, version, number, sources, recipe)


def split_by_groups(
    settings: Settings, version: Version, number: int, groups: NDArray[np.int64], *, name: str
) -> Version:
    """Return the next version with the same rows, parted so that each group is in one part; `name` says by what.

    Args:
        groups: (rows,) a number for each group, -1 for rows without one.

    Raises:
        DatasetError: the rows cannot be trained on.
    """
    sources = own_sources(settings.home / version.folder, version.recipe)
    recipe = replace(version.recipe, split_by=name)
    return written(settings, version, number, sources, recipe, groups=groups)


def split_by_time(
    settings: Settings, version: Version, number: int, times: NDArray[np.float64], *, name: str
) -> Version:
    """Return the next version with the same rows, trained on the past and tried on what came later.

    Args:
        times: (rows,) when each row was, NaN for rows of which that is not known: they are learned from.

    Raises:
        DatasetError: the rows cannot be trained on.
    """
    held = (VALIDATION,) if version.recipe.test_name else (TEST_PART, VALIDATION)
    return split_as_bound(settings, version, number, by_time(times, held), name=name)


def split_as_bound(
    settings: Settings, version: Version, number: int, bound: NDArray[np.int8], *, name: str
) -> Version:
    """Return the next version with the same rows in the parts they are bound to; `name` says by what.

    Args:
        bound: (rows,) as of `split_rows`.

    Raises:
        DatasetError: the rows cannot be trained on.
    """
    sources = own_sources(settings.home / version.folder, version.recipe)
    recipe = replace(version.recipe, split_by=name)
    return written(settings, version, number, sources, recipe, bound=bound)


def own_sources(folder: Path, recipe: Recipe) -> list[Source]:
    """Return the rows that the version of a folder holds, and those of its test file."""
    test = [own_test_source(folder)] if recipe.test_name else []
    return [own_source(folder), *test]


def written(
    settings: Settings,
    version: Version,
    number: int,
    sources: list[Source],
    recipe: Recipe,
    *,
    groups: NDArray[np.int64] | None = None,
    bound: NDArray[np.int8] | None = None,
    media: Path | None = None,
) -> Version:
    """Return the next version, of rows that come from an earlier one; `media` as of `write_version`.

    Raises:
        DatasetError: the rows cannot be trained on.
    """
    return write_version(
        settings,
        dataset_id=version.dataset_id,
        number=number,
        sources=sources,
        recipe=recipe,
        problems=lasting(version, recipe),
        groups=groups,
        bound=bound,
        media=media,
    )


def lasting(version: Version, recipe: Recipe) -> list[Message]:
    """Return what was said of a version that stays true of one made from its rows by another recipe.

    What the reader left out stays left out; what the check says is said anew.
    """
    chosen, named = recipe.target == version.recipe.target, recipe.relabel == version.recipe.relabel
    keys = {*(OF_COLUMNS if chosen else ()), *(OF_LABELS if chosen and named else ())}
    return [
        told
        for told in version.summary.problems
        if told.key.startswith(READING) or told.key.removeprefix("data.problems.") in keys
    ]
