"""Labels given by hand in SQL; it must never write for another owner."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update

from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.labels import SKIPPED, LabelEvent, Labelling
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.datasets import SqlDatasets
from bigmodel.store.sql.dialect import upsert
from bigmodel.store.sql.tables import hand_labels, sortings


class SqlLabels:
    """Labels given by hand, and the classes of a dataset."""

    def __init__(self, database: Database, datasets: SqlDatasets) -> None:
        self._database = database
        self._datasets = datasets

    def get(self, owner: str, dataset_id: str) -> Labelling:
        """Return classes and labels given by hand, empty where nobody began."""
        with self._database.read() as connection:
            self._datasets.get(owner, dataset_id)
            query = select(sortings).where(_mine(dataset_id))
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return Labelling()
            every = select(hand_labels).where(hand_labels.c.dataset_id == dataset_id)
            marks = connection.execute(every.order_by(hand_labels.c.seq)).all()
        return Labelling(
            classes=tuple(row["classes"]),
            marks=tuple(LabelEvent(m.seq, m.row_id, m.label, m.is_even) for m in marks),
            relabel=row["relabel"],
            change=row["change"],
            written=row["written"],
        )

    def put(
        self,
        owner: str,
        dataset_id: str,
        row_id: str,
        label: str,
        *,
        is_even: bool = True,
        classes: Sequence[str] | None = None,
    ) -> int:
        """Say which class a row is, or `SKIPPED`, and return the number of that mark.

        `classes` are those that the label names, where it is more than one class itself, as boxes are.
        What was said of the row before stays below it, and comes back when this is taken back.

        Raises:
            DatasetError: `class_unknown`, when nobody made that class or it was merged meanwhile.
        """
        with self._database.write() as connection:
            self._datasets.get(owner, dataset_id)
            if label != SKIPPED:
                query = select(sortings.c.classes).where(_mine(dataset_id))
                known = connection.scalar(query) or []
                strange = [
                    name for name in ([label] if classes is None else classes) if name not in known
                ]
                if strange:
                    raise DatasetError("class_unknown", label=strange[0])
            _count_change(connection, dataset_id)
            seq = (_newest(connection, dataset_id) or 0) + 1
            mark = LabelEvent(seq, row_id, label, is_even)
            values = {"dataset_id": dataset_id, **mark.__dict__}
            connection.execute(insert(hand_labels).values(values))
            return seq

    def take_back(self, owner: str, dataset_id: str) -> LabelEvent | None:
        """Take the newest mark away and return it, None where there is none left."""
        with self._database.write() as connection:
            self._datasets.get(owner, dataset_id)
            seq = _newest(connection, dataset_id)
            if seq is None:
                return None
            mine = (hand_labels.c.dataset_id == dataset_id, hand_labels.c.seq == seq)
            mark = connection.execute(select(hand_labels).where(*mine)).one()
            connection.execute(delete(hand_labels).where(*mine))
            _count_change(connection, dataset_id)
            return LabelEvent(mark.seq, mark.row_id, mark.label, mark.is_even)

    def set_classes(
        self,
        owner: str,
        dataset_id: str,
        classes: Sequence[str],
        *,
        known: Labelling | None = None,
        moved: Mapping[str, str] | None = None,
        relabel: Mapping[str, str] | None = None,
    ) -> bool:
        """Set the classes in order; every mark of a class in `moved` follows, in the same transaction.

        `relabel` is what becomes of the labels that came with the file. Returns False, and writes nothing, when
        classes or `relabel` are no longer those of `known`, from which the caller worked out the new ones.
        """
        with self._database.write() as connection:
            if known is not None and not known.has_same_classes(self.get(owner, dataset_id)):
                return False
            self._datasets.get(owner, dataset_id)
            values = {"dataset_id": dataset_id, "change": int(bool(moved)), "written": 0}
            values |= {"classes": list(classes), "relabel": dict(relabel or {})}
            query = upsert(connection, sortings).values(values)
            fresh = {
                "classes": query.excluded.classes,
                "relabel": query.excluded.relabel,
                "change": sortings.c.change + int(bool(moved)),
            }
            connection.execute(
                query.on_conflict_do_update(index_elements=[sortings.c.dataset_id], set_=fresh)
            )
            if moved:
                theirs = (hand_labels.c.dataset_id == dataset_id, hand_labels.c.label.in_(moved))
                to = case(dict(moved), value=hand_labels.c.label)
                connection.execute(update(hand_labels).where(*theirs).values(label=to))
            return True

    def set_written(self, owner: str, dataset_id: str, change: int) -> None:
        """Note that a version holds the labels as they were at this change, and what became of the file's own."""
        with self._database.write() as connection:
            self._datasets.get(owner, dataset_id)
            query = update(sortings).where(_mine(dataset_id))
            connection.execute(query.values(written=change))
            # what was renamed meanwhile is not in that version
            connection.execute(query.where(sortings.c.change == change).values(relabel={}))

    def replace(self, owner: str, dataset_id: str, labelling: Labelling) -> None:
        """Put a sorting as a whole in the place of another, as when a project comes back from elsewhere."""
        with self._database.write() as connection:
            self._datasets.get(owner, dataset_id)
            connection.execute(delete(hand_labels).where(hand_labels.c.dataset_id == dataset_id))
            connection.execute(delete(sortings).where(_mine(dataset_id)))
            record = {
                "dataset_id": dataset_id,
                "classes": list(labelling.classes),
                "relabel": dict(labelling.relabel),
                "change": labelling.change,
                "written": labelling.written,
            }
            connection.execute(insert(sortings).values(record))
            if labelling.marks:
                rows = [{"dataset_id": dataset_id, **mark.__dict__} for mark in labelling.marks]
                connection.execute(insert(hand_labels), rows)


def _mine(dataset_id: str) -> ColumnElement[bool]:
    return sortings.c.dataset_id == dataset_id


def _newest(connection: Connection, dataset_id: str) -> int | None:
    query = select(func.max(hand_labels.c.seq)).where(hand_labels.c.dataset_id == dataset_id)
    newest: int | None = connection.scalar(query)
    return newest


def _count_change(connection: Connection, dataset_id: str) -> None:
    """Note that a label was altered."""
    values = {"dataset_id": dataset_id, "classes": [], "relabel": {}, "change": 1, "written": 0}
    query = upsert(connection, sortings).values(values)
    fresh = {"change": sortings.c.change + 1}
    connection.execute(
        query.on_conflict_do_update(index_elements=[sortings.c.dataset_id], set_=fresh)
    )
