"""Datasets, base models and labels given by hand in memory; they must never answer for another owner."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError, JobError
from bigmodel.core.labelling.labels import SKIPPED, LabelEvent, Labelling
from bigmodel.store import change
from bigmodel.store.memory_record import Part, locked
from bigmodel.store.values import Deleted


class MemoryDatasets(Part):
    """`base.DatasetStore` in memory."""

    @locked
    def add(self, dataset: Dataset) -> None:
        if dataset.id in self._memory.datasets:
            raise ValueError(f"dataset {dataset.id} is already stored")
        self._memory.datasets[dataset.id] = dataset
        self._memory.versions[dataset.id] = [dataset.version]

    @locked
    def add_version(self, owner: str, version: Version) -> None:
        dataset = self._memory.dataset(owner, version.dataset_id)
        if version.number != dataset.version.number + 1:
            raise DatasetError("dataset_changed", name=dataset.name)
        self._memory.versions[dataset.id].append(version)
        self._memory.datasets[dataset.id] = replace(dataset, version=version)

    @locked
    def get(self, owner: str, dataset_id: str) -> Dataset:
        return self._memory.dataset(owner, dataset_id)

    @locked
    def version(self, owner: str, dataset_id: str, number: int) -> Version:
        return self._memory.version(owner, dataset_id, number)

    @locked
    def rewrite(self, owner: str, version: Version) -> None:
        dataset = self._memory.dataset(owner, version.dataset_id)
        old = self._memory.version(owner, dataset.id, version.number)
        kept = self._memory.versions[dataset.id]
        kept[kept.index(old)] = version
        if dataset.version == old:
            self._memory.datasets[dataset.id] = replace(dataset, version=version)

    @locked
    def list_all(self, owner: str) -> list[Dataset]:
        own = [dataset for dataset in self._memory.datasets.values() if dataset.owner == owner]
        return sorted(own, key=lambda dataset: (dataset.created_at, dataset.id), reverse=True)

    @locked
    def rename(self, owner: str, dataset_id: str, name: str) -> None:
        self._memory.datasets[dataset_id] = replace(
            self._memory.dataset(owner, dataset_id), name=name
        )

    @locked
    def delete(self, owner: str, dataset_id: str) -> Deleted:
        dataset = self._memory.dataset(owner, dataset_id)
        using = [r.job for r in self._memory.records.values() if r.job.dataset_id == dataset_id]
        if busy := sum(not job.is_final for job in using):
            raise JobError("dataset_in_use", name=dataset.name, jobs=busy)
        gone = [self._memory.records.pop(job.id).deleted() for job in using]
        del self._memory.datasets[dataset_id]
        self._memory.labels.pop(dataset_id, None)
        versions = self._memory.versions.pop(dataset_id)
        return change.deleted_dataset(dataset_id, [version.folder for version in versions], gone)


class MemoryBaseModels(Part):
    """`base.BaseModelStore` in memory."""

    @locked
    def put(self, owner: str, name: str, record: Mapping[str, object]) -> None:
        self._memory.bases[owner, name] = dict(record)

    @locked
    def list_all(self, owner: str) -> dict[str, dict[str, object]]:
        return {
            name: dict(base)
            for (of, name), base in sorted(self._memory.bases.items())
            if of == owner
        }

    @locked
    def delete(self, owner: str, name: str) -> None:
        self._memory.bases.pop((owner, name), None)


class MemoryLabels(Part):
    """`base.LabelStore` in memory."""

    @locked
    def get(self, owner: str, dataset_id: str) -> Labelling:
        self._memory.dataset(owner, dataset_id)
        return self._memory.labels.get(dataset_id, Labelling())

    @locked
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
        before = self.get(owner, dataset_id)
        strange = (
            []
            if label == SKIPPED
            else [
                name
                for name in ([label] if classes is None else classes)
                if name not in before.classes
            ]
        )
        if strange:
            raise DatasetError("class_unknown", label=strange[0])
        after = before.marked(row_id, label, is_even=is_even)
        self._memory.labels[dataset_id] = after
        return after.marks[-1].seq

    @locked
    def take_back(self, owner: str, dataset_id: str) -> LabelEvent | None:
        before = self.get(owner, dataset_id)
        if not before.marks:
            return None
        self._memory.labels[dataset_id] = before.without_last()
        return before.marks[-1]

    @locked
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
        before = self.get(owner, dataset_id)
        if known is not None and not known.has_same_classes(before):
            return False
        after = before.with_classes(classes, moved or {})
        self._memory.labels[dataset_id] = replace(after, relabel=dict(relabel or {}))
        return True

    @locked
    def set_written(self, owner: str, dataset_id: str, change: int) -> None:
        before = self.get(owner, dataset_id)
        kept = {} if change == before.change else before.relabel
        self._memory.labels[dataset_id] = replace(before, written=change, relabel=kept)

    @locked
    def replace(self, owner: str, dataset_id: str, sorting: Labelling) -> None:
        self._memory.dataset(owner, dataset_id)
        self._memory.labels[dataset_id] = sorting
