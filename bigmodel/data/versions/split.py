"""Train, validation and test: 80/10/10, seeded, stratified, and the same text never on both sides."""

import numpy as np
from numpy.typing import NDArray

TRAIN, VALIDATION, TEST, NONE = 0, 1, 2, 3
NAMES = ("train", "validation", "test", "none")
FEWEST_ROWS = 50  # below this nothing is held out; the attempt measures by repeated folds
HELD_OUT = 0.1
ROWS_A_COARSE = (
    5  # groups of more rows than this on average are held out whole, whatever their classes
)
MOST_HELD_OUT = 0.34  # share of the rows that one group may have to be held out
ROUNDS = 50

Codes = NDArray[np.int32]
Groups = NDArray[np.uint64]


def assign(
    groups: Groups,
    strata: Codes,
    *,
    seed: int,
    parts: tuple[int, ...] = (TEST, VALIDATION),
    fewest: int = FEWEST_ROWS,
    is_grouped: bool = False,
) -> NDArray[np.int8]:
    """Return the split of each row.

    Args:
        groups: (rows,) content hash; rows that share it stay together.
        strata: (rows,) class or number bin, -1 for rows that cannot be used.
        seed: changes which rows are held out. The choice depends on content, not on row order, so
            rows added later leave the others where they are.
        parts: which parts to hold out; a part that rows are given for already is not among them.
        fewest: different contents below which nothing is held out.
        is_grouped: `groups` are more than contents; where they are few and large, whole ones are held out.
    """
    splits = np.full(len(groups), NONE, np.int8)
    usable = np.flatnonzero(strata >= 0)
    splits[usable] = TRAIN
    keys, first, inverse, sizes = np.unique(
        groups[usable], return_index=True, return_inverse=True, return_counts=True
    )
    if is_grouped and len(usable) >= fewest and len(keys) * ROWS_A_COARSE < len(usable):
        splits[usable] = _hold_out_groups(inverse, strata[usable], _mixed(keys, seed), parts)[
            inverse
        ]
        return splits
    if len(keys) < fewest:
        return splits
    stratum = strata[usable][first]  # a text with two labels counts for the one it has first
    chosen = np.full(len(keys), TRAIN, np.int8)
    order = np.argsort(_mixed(keys, seed), kind="stable")
    for code in np.unique(stratum):
        _hold_out(chosen, order[stratum[order] == code], sizes, parts)
    splits[usable] = chosen[inverse]
    return splits


def _hold_out(
    chosen: NDArray[np.int8],
    members: NDArray[np.intp],
    sizes: NDArray[np.intp],
    parts: tuple[int, ...],
) -> None:
    """Give about a tenth of the rows of one stratum to each held-out part, whole texts only.

    A text repeated so often that it alone would overfill a part stays in training.
    """
    rows = int(sizes[members].sum())
    wanted = max(1, round(HELD_OUT * rows))
    movable = members[sizes[members] <= max(1, wanted)]
    for number, part in enumerate(parts):
        if len(members) < 3 + number:
            return
        held = np.cumsum(sizes[movable]) <= wanted
        chosen[movable[held]] = part
        movable = movable[~held]


def _hold_out_groups(
    of: NDArray[np.intp], strata: Codes, order_keys: Groups, parts: tuple[int, ...]
) -> NDArray[np.int8]:
    """Return the part of each group: few large ones, whole, so that every class stays in training.

    Args:
        of: (rows,) the group of each row.
        strata: (rows,) class or number bin.
        order_keys: (groups,) by which they come into question, one after another.
    """
    sizes = np.bincount(of)
    chosen = np.full(len(sizes), TRAIN, np.int8)
    left = np.bincount(strata)
    wanted = HELD_OUT * len(of)
    for part in parts:
        held = 0
        order = np.argsort(order_keys, kind="stable")
        fitting = [g for g in order if sizes[g] <= 1.5 * wanted]
        for group in fitting or order[np.argsort(sizes[order], kind="stable")][:ROUNDS]:
            rows = np.bincount(strata[of == group], minlength=len(left))
            is_free = chosen[group] == TRAIN and not ((left > 0) & (left == rows)).any()
            if held >= wanted or (held and held + sizes[group] > 1.5 * wanted) or not is_free:
                continue
            if sizes[group] <= MOST_HELD_OUT * len(of):
                chosen[group], held, left = part, held + sizes[group], left - rows
    return chosen


def by_time(
    times: NDArray[np.float64], parts: tuple[int, ...] = (TEST, VALIDATION)
) -> NDArray[np.int8]:
    """Return the part of each row: the newest tenth is tested on, the tenth before it validated on.

    Rows of one moment stay together; rows without a time (NaN) are in training.
    """
    chosen = np.full(len(times), TRAIN, np.int8)
    known = np.sort(times[~np.isnan(times)])
    until = np.inf
    for number, part in enumerate(parts, start=1):
        start = known[min(len(known) - 1, round((1 - number * HELD_OUT) * len(known)))]
        chosen[(times >= start) & (times < until)] = part
        until = min(until, start)
    return chosen


def joined(contents: Groups, groups: NDArray[np.int64]) -> Groups:
    """Return what rows share that have the same content or the same group, directly or through others.

    Args:
        contents: (rows,) content hash.
        groups: (rows,) a number for each group, -1 for rows without one.
    """
    _, content = np.unique(contents, return_inverse=True)
    alone = groups < 0
    group = np.where(alone, np.arange(len(groups)) + groups.max(initial=0) + 1, groups)
    _, group = np.unique(group, return_inverse=True)
    least = contents.copy()
    for _ in range(ROUNDS):
        before = least
        for of in (content, group):
            found = np.full(int(of.max(initial=0)) + 1, np.iinfo(np.uint64).max, np.uint64)
            np.minimum.at(found, of, least)
            least = found[of]
        if (least == before).all():
            break
    return least


def _mixed(keys: Groups, seed: int) -> Groups:
    """Return the keys scrambled with the seed (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        x = keys + np.uint64((seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)
