"""The part of every row of a version: those that a test file, folders or an earlier version bind, then the rest; it reads no rows."""

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Message
from bigmodel.data.tables.label import shown as shown_label
from bigmodel.data.targets.survey import Survey
from bigmodel.data.versions import split


def split_rows(
    found: Survey,
    seed: int,
    groups: NDArray[np.int64] | None = None,
    bound: NDArray[np.int8] | None = None,
) -> tuple[NDArray[np.int8], list[Message]]:
    """Return the split of every row, and what has to be said about rows that were given to a part.

    `groups` has a number for each row (-1: none): rows that share one get into the same part, that of
    those which keep theirs. `bound` has the part of rows as their time says (-1: it says none); those of
    a test file stay that.
    """
    remarks: list[Message] = []
    shared = np.unique(found.together[found.codes >= 0])
    if len(shared) < found.kind.fewest_together:
        remarks.append(found.remark("together_few", level="info", count=len(shared)))
        found.together = found.groups
    is_grouped = groups is not None or bool((found.together != found.groups).any())
    found.groups = found.together
    if groups is not None:
        found.groups = split.joined(found.groups, groups)
        if not found.keeps_split:
            found.given[~found.is_test] = -1
    if bound is not None:
        is_free = found.is_test | (bound < 0)
        found.given = np.where(is_free, found.given, bound).astype(np.int8)
    strata = found.kind.strata(found)
    given = _given(found)
    if (given < 0).all():
        fewest = found.kind.fewest_to_hold_out
        assigned = split.assign(
            found.groups, strata, seed=seed, fewest=fewest, is_grouped=is_grouped
        )
        return assigned, remarks
    leaks = _leaks(found, given)
    if leaks.any():
        remarks.append(found.remark("test_overlap", count=int(leaks.sum())))
    strata[leaks] = -1
    splits = _around(found, given, strata, seed, is_grouped=is_grouped)
    strange = found.kind.unknown(found, given == split.TEST, splits == split.TRAIN)
    if strange.any():
        splits[strange] = split.NONE
        codes = np.unique(found.codes[strange])[:5]
        names = ", ".join(shown_label(found.labels[code]) for code in codes)
        count = int(strange.sum())
        remarks.append(found.remark("test_labels_unknown", count=count, labels=names))
    return splits, remarks


def _given(found: Survey) -> NDArray[np.int8]:
    """Return the part each usable row is bound to (by a test file, by folders, or as before); -1 for none."""
    given = found.given.copy()
    if found.is_test.any():
        given[given == split.TEST] = -1
        given[found.is_test] = split.TEST
    given[found.codes < 0] = -1
    is_held_out = np.isin(given, (split.VALIDATION, split.TEST))
    if not is_held_out.any():
        return np.full_like(given, -1)
    if found.keeps_split:  # rows added later join what they repeat
        bound = np.flatnonzero((given >= 0) & ~found.is_test)
        groups, first = np.unique(found.groups[bound], return_index=True)
        free = np.flatnonzero((given < 0) & (found.codes >= 0))
        place = np.searchsorted(groups, found.groups[free]).clip(0, max(0, len(groups) - 1))
        is_known = groups[place] == found.groups[free] if len(groups) else np.zeros(0, np.bool_)
        given[free[is_known]] = given[bound[first[place[is_known]]]]
    return given


def _leaks(found: Survey, given: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which rows occur in a part that is held out from them, and thus are left out."""
    usable = found.codes >= 0
    is_test, is_validation = given == split.TEST, given == split.VALIDATION
    in_test = usable & ~is_test & np.isin(found.groups, found.groups[is_test])
    others = usable & ~is_test & ~is_validation
    leaks: NDArray[np.bool_] = in_test | others & np.isin(found.groups, found.groups[is_validation])
    return leaks


def _around(
    found: Survey,
    given: NDArray[np.int8],
    strata: NDArray[np.int32],
    seed: int,
    *,
    is_grouped: bool,
) -> NDArray[np.int8]:
    """Return the splits with bound rows where they are bound to, and the rest assigned.

    A part that rows were given to gets no others, unless they were added later.
    """
    taken = [part for part in (split.TEST, split.VALIDATION) if (given == part).any()]
    if found.keeps_split:
        taken = [split.TEST] if found.is_test.any() else []
        strata[found.is_test] = -1
    else:
        strata[given >= 0] = -1
    parts = tuple(part for part in (split.TEST, split.VALIDATION) if part not in taken)
    splits = split.assign(
        found.groups,
        strata,
        seed=seed,
        parts=parts,
        fewest=found.kind.fewest_to_hold_out,
        is_grouped=is_grouped and found.keeps_split,
    )
    is_bound = (given >= 0) & ~_leaks(found, given)
    splits[is_bound] = given[is_bound]
    return splits
