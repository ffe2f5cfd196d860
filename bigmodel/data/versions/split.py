"""Train, validation and test: 80/10/10, seeded, stratified, and the same text never on both sides."""

import numpy as np
from numpy.typing import NDArray

TRAIN, VALIDATION, TEST, NONE = 0, 1, 2, 3
NAMES = ("train", "validation", "test", "none")
FEWEST_ROWS = 50  # below this nothing is held out; the attempt measures by repeated folds
HELD_OUT = 0.1

Codes = NDArray[np.int32]
Groups = NDArray[np.uint64]


def assign(
    groups: Groups,
    strata: Codes,
    *,
    seed: int,
    parts: tuple[int, ...] = (TEST, VALIDATION),
    fewest: int = FEWEST_ROWS,
) -> NDArray[np.int8]:
    """Return the split of each row.

    Args:
        groups: (rows,) content hash; rows that share it stay together.
        strata: (rows,) class or number bin, -1 for rows that cannot be used.
        seed: changes which rows are held out. The choice depends on content, not on row order, so
            rows added later leave the others where they are.
        parts: which parts to hold out; a part that rows are given for already is not among them.
        fewest: different contents below which nothing is held out.
    """
    splits = np.full(len(groups), NONE, np.int8)
    usable = np.flatnonzero(strata >= 0)
    splits[usable] = TRAIN
    keys, first, inverse, sizes = np.unique(
        groups[usable], return_index=True, return_inverse=True, return_counts=True
    )
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


def _mixed(keys: Groups, seed: int) -> Groups:
    """Return the keys scrambled with the seed (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        x = keys + np.uint64((seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)
