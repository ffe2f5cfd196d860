"""The same item several times or nearly so, and the same item under two classes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.checkup import EXAMPLES, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import SHOWN, CheckedRows, Places


def _find(rows: CheckedRows) -> Iterator[Finding]:
    torn = np.zeros(len(rows), np.bool_)
    is_filled = np.array(
        [bool(text) for text in rows.inputs], np.bool_
    )  # what is empty repeats nothing
    codes = np.where(is_filled, rows.codes, -1)
    if rows.labels:
        for kind, harm, groups in (("torn", 82, rows.contents), ("torn_near", 66, rows.near)):
            wrong = _outvoted(groups, codes) & ~torn
            if wrong.any():
                yield _torn(kind, harm, groups, wrong, rows)
            torn |= wrong
    repeated = _again(rows.contents, rows) & is_filled & ~torn
    if repeated.any():
        yield _repeated("duplicates", 50, repeated, rows.contents, rows)
    near = _again(rows.near, rows) & is_filled & ~repeated & ~torn
    if near.any():
        yield _repeated("duplicates_near", 46, near, rows.near, rows)


def _outvoted(groups: Places, codes: Places) -> NDArray[np.bool_]:
    """Return which rows of a group have another class than most of it; all of it where there is no majority."""
    labelled = np.flatnonzero(codes >= 0)
    if not len(labelled):
        return np.zeros(len(groups), np.bool_)
    _, of = np.unique(groups[labelled], return_inverse=True)
    pairs, inverse, counts = np.unique(
        of * (int(codes.max()) + 1) + codes[labelled], return_inverse=True, return_counts=True
    )
    owner = pairs // (int(codes.max()) + 1)
    most = np.zeros(int(of.max()) + 1, np.int64)
    np.maximum.at(most, owner, counts)
    leading = np.bincount(owner, weights=counts == most[owner], minlength=len(most))
    kinds = np.bincount(owner, minlength=len(most))
    is_wrong = (counts < most[owner]) | ((leading[owner] > 1) & (kinds[owner] > 1))
    found = np.zeros(len(groups), np.bool_)
    found[labelled] = is_wrong[inverse]
    return found


def _again(groups: Places, rows: CheckedRows) -> NDArray[np.bool_]:
    """Return which filled rows repeat one before them, rows with a class coming first."""
    has_target = np.array([bool(target) for target in rows.targets], np.bool_)
    order = np.lexsort((np.arange(len(rows)), ~has_target, groups))
    again = np.zeros(len(rows), np.bool_)
    again[order[1:]] = groups[order][1:] == groups[order][:-1]
    return again & rows.is_filled


def _torn(
    kind: str, harm: int, groups: Places, wrong: NDArray[np.bool_], rows: CheckedRows
) -> Finding:
    places = np.flatnonzero(wrong)
    firsts = [places[groups[places] == group][0] for group in np.unique(groups[places])[:EXAMPLES]]
    notes = []
    for at in firsts:
        same = np.flatnonzero(groups == groups[at])
        notes.append(" / ".join(dict.fromkeys(rows.targets[other] for other in same.tolist())))
    examples = rows.examples(np.array(firsts), notes)
    args = {"items": len(np.unique(groups[places]))}
    return Finding(
        kind, harm, len(places), examples, args, Repair.DROP, rows=tuple(places.tolist())
    )


def _repeated(
    kind: str, harm: int, again: NDArray[np.bool_], groups: Places, rows: CheckedRows
) -> Finding:
    places = np.flatnonzero(again)
    _, firsts, counts = np.unique(groups[places], return_index=True, return_counts=True)
    shown = places[firsts[np.argsort(-counts, kind="stable")[:EXAMPLES]]]
    notes = [_beside(int(at), groups, rows) for at in shown]
    return Finding(
        kind,
        harm,
        len(places),
        rows.examples(shown, notes),
        {},
        Repair.DROP,
        tuple(places.tolist()),
    )


def _beside(at: int, groups: Places, rows: CheckedRows) -> str:
    """Return what a row repeats: the other text or name, or how often it is there."""
    same = np.flatnonzero(groups == groups[at])
    other = int(same[same != at][0])
    if rows.medium == "text" and rows.inputs[other] == rows.inputs[at]:
        return f"× {len(same):,}"
    return (rows.inputs if rows.medium == "text" else rows.names)[other][:SHOWN]


KIND = Kind(("text", "image", "audio"), _find)
