"""Labels given by hand in a store that lives and dies with its process; it must never answer for another owner."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import RLock

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.labels import SKIPPED, LabelEvent, Labelling


class MemorySortings(ABC):
    """The part of a store in memory that keeps sortings; `dataset` says whose a dataset is."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._sortings: dict[str, Labelling] = {}

    @abstractmethod
    def dataset(self, owner: str, dataset_id: str) -> Dataset:
        """Return a dataset of the owner."""

    def sorting(self, owner: str, dataset_id: str) -> Labelling:
        with self._lock:
            self.dataset(owner, dataset_id)
            return self._sortings.get(dataset_id, Labelling())

    def put_label(
        self, owner: str, dataset_id: str, row_id: str, label: str, *, is_even: bool = True
    ) -> int:
        with self._lock:
            before = self.sorting(owner, dataset_id)
            if label != SKIPPED and label not in before.classes:
                raise DatasetError("class_unknown", label=label)
            after = before.marked(row_id, label, is_even=is_even)
            self._sortings[dataset_id] = after
            return after.marks[-1].seq

    def take_back(self, owner: str, dataset_id: str) -> LabelEvent | None:
        with self._lock:
            before = self.sorting(owner, dataset_id)
            if not before.marks:
                return None
            self._sortings[dataset_id] = before.without_last()
            return before.marks[-1]

    def set_classes(
        self,
        owner: str,
        dataset_id: str,
        classes: Sequence[str],
        *,
        moved: Mapping[str, str] | None = None,
        relabel: Mapping[str, str] | None = None,
    ) -> None:
        with self._lock:
            after = self.sorting(owner, dataset_id).with_classes(classes, moved or {})
            self._sortings[dataset_id] = replace(after, relabel=dict(relabel or {}))

    def set_written(self, owner: str, dataset_id: str, change: int) -> None:
        with self._lock:
            before = self.sorting(owner, dataset_id)
            kept = {} if change == before.change else before.relabel
            self._sortings[dataset_id] = replace(before, written=change, relabel=kept)

    def replace_sorting(self, owner: str, dataset_id: str, sorting: Labelling) -> None:
        with self._lock:
            self.dataset(owner, dataset_id)
            self._sortings[dataset_id] = sorting

    def forget_sorting(self, dataset_id: str) -> None:
        """Forget what was said of a dataset that is deleted."""
        self._sortings.pop(dataset_id, None)
