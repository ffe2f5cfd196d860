"""Labels given by hand in SQL, each function inside a transaction of its caller; it must never write for another owner."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.labels import SKIPPED, LabelEvent, Labelling
from bigmodel.store import sql_datasets
from bigmodel.store.tables import hand_labels, sortings


def get(connection: Connection, owner: str, dataset_id: str) -> Labelling:
    sql_datasets.get(connection, owner, dataset_id)
    row = connection.execute(select(sortings).where(_mine(dataset_id))).mappings().one_or_none()
    if row is None:
        return Labelling()
    query = select(hand_labels).where(hand_labels.c.dataset_id == dataset_id)
    marks = connection.execute(query.order_by(hand_labels.c.seq)).mappings()
    return Labelling(
        classes=tuple(row["classes"]),
        marks=tuple(LabelEvent(m["seq"], m["row_id"], m["label"], m["is_even"]) for m in marks),
        relabel=row["relabel"],
        change=row["change"],
        written=row["written"],
    )


def put(
    connection: Connection, owner: str, dataset_id: str, row_id: str, label: str, *, is_even: bool
) -> int:
    """Add a mark and return its number."""
    sql_datasets.get(connection, owner, dataset_id)
    if label != SKIPPED:
        classes = connection.scalar(select(sortings.c.classes).where(_mine(dataset_id))) or []
        if label not in classes:
            raise DatasetError("class_unknown", label=label)
    _changed(connection, dataset_id)
    seq = (_newest(connection, dataset_id) or 0) + 1
    values = {
        "dataset_id": dataset_id, "seq": seq, "row_id": row_id, "label": label, "is_even": is_even
    }  # fmt: skip
    connection.execute(insert(hand_labels).values(values))
    return seq


def take_back(connection: Connection, owner: str, dataset_id: str) -> LabelEvent | None:
    sql_datasets.get(connection, owner, dataset_id)
    seq = _newest(connection, dataset_id)
    if seq is None:
        return None
    mine = (hand_labels.c.dataset_id == dataset_id, hand_labels.c.seq == seq)
    mark = connection.execute(select(hand_labels).where(*mine)).mappings().one()
    connection.execute(delete(hand_labels).where(*mine))
    _changed(connection, dataset_id)
    return LabelEvent(mark["seq"], mark["row_id"], mark["label"], mark["is_even"])


def set_classes(
    connection: Connection,
    owner: str,
    dataset_id: str,
    classes: Sequence[str],
    moved: Mapping[str, str],
    relabel: Mapping[str, str],
) -> None:
    sql_datasets.get(connection, owner, dataset_id)
    changed = int(bool(moved))
    values = {"dataset_id": dataset_id, "change": changed, "written": 0}
    query = upsert(sortings).values(values | {"classes": list(classes), "relabel": dict(relabel)})
    fresh = {
        "classes": query.excluded.classes,
        "relabel": query.excluded.relabel,
        "change": sortings.c.change + changed,
    }
    connection.execute(query.on_conflict_do_update([sortings.c.dataset_id], set_=fresh))
    if moved:
        theirs = (hand_labels.c.dataset_id == dataset_id, hand_labels.c.label.in_(moved))
        to = case(dict(moved), value=hand_labels.c.label)
        connection.execute(update(hand_labels).where(*theirs).values(label=to))


def set_written(connection: Connection, owner: str, dataset_id: str, change: int) -> None:
    sql_datasets.get(connection, owner, dataset_id)
    values = {"written": change}
    connection.execute(update(sortings).where(_mine(dataset_id)).values(values))
    is_newest = sortings.c.change == change  # what was renamed meanwhile is not in that version
    query = update(sortings).where(_mine(dataset_id), is_newest)
    connection.execute(query.values(relabel={}))


def replace_all(connection: Connection, owner: str, dataset_id: str, sorting: Labelling) -> None:
    sql_datasets.get(connection, owner, dataset_id)
    connection.execute(delete(hand_labels).where(hand_labels.c.dataset_id == dataset_id))
    connection.execute(delete(sortings).where(_mine(dataset_id)))
    record = {
        "dataset_id": dataset_id,
        "classes": list(sorting.classes),
        "relabel": dict(sorting.relabel),
        "change": sorting.change,
        "written": sorting.written,
    }
    connection.execute(insert(sortings).values(record))
    if sorting.marks:
        rows = [{"dataset_id": dataset_id, **mark.__dict__} for mark in sorting.marks]
        connection.execute(insert(hand_labels), rows)


def _mine(dataset_id: str) -> ColumnElement[bool]:
    return sortings.c.dataset_id == dataset_id


def _newest(connection: Connection, dataset_id: str) -> int | None:
    query = select(func.max(hand_labels.c.seq)).where(hand_labels.c.dataset_id == dataset_id)
    newest: int | None = connection.scalar(query)
    return newest


def _changed(connection: Connection, dataset_id: str) -> None:
    """Note that a label was altered."""
    values = {"dataset_id": dataset_id, "classes": [], "relabel": {}, "change": 1, "written": 0}
    query = upsert(sortings).values(values)
    fresh = {"change": sortings.c.change + 1}
    connection.execute(query.on_conflict_do_update([sortings.c.dataset_id], set_=fresh))
