"""Where rows go in a next version of one that is parted by groups or by time; it moves none that keeps its part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.splits import GIVEN, GROUP, NAME, TIME
from bigmodel.core.message import Message
from bigmodel.data.tables.source import ORIGINAL, Source
from bigmodel.data.versions.split import NAMES, NONE, TEST, TRAIN, VALIDATION, by_time
from bigmodel.data.versions.split_columns import bound_parts, moments, name_part, numbered

UNKNOWN = -1


@dataclass(frozen=True)
class Joining:
    """What binds rows of all sources, as `split_rows` takes it, and what is to be said of it."""

    groups: NDArray[np.int64] | None = None
    bound: NDArray[np.int8] | None = None
    told: tuple[Message, ...] = ()


def joining(sources: Sequence[Source], key: str) -> Joining:
    """Return what the choice by which a version is parted says of its rows and of those that join them.

    Where a column gives the parts, those that join go where it says.

    A row goes to the part where its group is. By time, one that is as new as the test or validation
    rows joins them, so that nothing of the time they are from is learned.
    """
    how, _, name = key.partition(":")
    if how not in (GROUP, NAME, TIME, GIVEN):
        return Joining()
    values, parts, is_fresh = _read(sources, how, name)
    if how == GIVEN:
        is_free = (parts < TRAIN) | (parts == NONE)
        bound = np.where(is_free, bound_parts(values, name), UNKNOWN)
        return Joining(bound=bound.astype(np.int8))
    keeps = any(source.keeps_split for source in sources)
    if how == TIME and not keeps:
        held = (VALIDATION,) if any(source.origin for source in sources) else (TEST, VALIDATION)
        times = moments(values)
        return Joining(bound=by_time(times, held) if (~np.isnan(times)).any() else None)
    if how == TIME:
        bound = _by_time(values, parts, is_fresh)
        late = int((bound > TRAIN).sum())
        told = Message("data.problems.added_late", {"count": late, "column": name}, "info")
        return Joining(bound=bound, told=(told,) if late else ())
    groups = np.where(np.array([bool(value) for value in values]), numbered(values), UNKNOWN)
    known = np.isin(groups, groups[~is_fresh & (groups >= 0)])
    met = int((known & is_fresh).sum())
    told = Message("data.problems.added_to_groups", {"count": met, "column": name}, "info")
    is_told = met and keeps and how == GROUP
    return Joining(groups=groups, told=(told,) if is_told else ())


def _read(
    sources: Sequence[Source], how: str, name: str
) -> tuple[list[str], NDArray[np.int8], NDArray[np.bool_]]:
    """Return the value, the part (-1: none yet) and whether it is new of each row of the sources."""
    values: list[str] = []
    parts: list[int] = []
    is_fresh: list[bool] = []
    for source in sources:
        for batch in source.batches(() if how == NAME else (name,)):
            count = batch.num_rows
            if how == NAME:
                values += name_part(batch.column("name").to_pylist(), int(name))
            else:
                values += [cell.strip() for cell in batch.column(ORIGINAL + name).to_pylist()]
            held = batch.column("split").to_pylist() if source.keeps_split else [""] * count
            parts += [NAMES.index(part) if part in NAMES else UNKNOWN for part in held]
            is_fresh += [not source.is_version] * count
    return values, np.array(parts, np.int8), np.array(is_fresh, np.bool_)


def _by_time(
    values: Sequence[str], parts: NDArray[np.int8], is_fresh: NDArray[np.bool_]
) -> NDArray[np.int8]:
    times = moments(values)
    bound = np.where(is_fresh, TRAIN, UNKNOWN).astype(np.int8)
    for part in (VALIDATION, TEST):
        held = times[(parts == part) & ~np.isnan(times)]
        if len(held):
            bound[is_fresh & (times >= held.min())] = part
    return bound
