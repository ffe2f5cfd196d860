"""A store that lives and dies with its process: the twin of SqlStore for tests and trials, never for people's work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bigmodel.core.errors import DatasetError, NotFoundError, PeopleError
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.message import Message
from bigmodel.core.people.person import Person, Share
from bigmodel.store import change
from bigmodel.store.memory_datasets import MemoryBaseModels, MemoryDatasets, MemoryLabels
from bigmodel.store.memory_jobs import MemoryCurves, MemoryJobs, MemoryModels
from bigmodel.store.memory_record import Memory, Part, Record, locked
from bigmodel.store.values import Inventory, Records


class MemoryPeople(Part):
    """`base.PeopleStore` in memory."""

    @locked
    def add(self, person: Person) -> None:
        if person.name and self.find(name=person.name) is not None:
            raise PeopleError("person_name_taken", name=person.name)
        self._memory.people[person.id] = person

    @locked
    def get(self, person_id: str) -> Person:
        if person_id not in self._memory.people:
            raise NotFoundError("person_unknown")
        return self._memory.people[person_id]

    @locked
    def find(self, *, name: str = "", secret: str = "") -> Person | None:
        known = self._memory.people.values()
        if name:
            return next((person for person in known if person.name == name), None)
        return next((person for person in known if secret and person.secret == secret), None)

    @locked
    def list_all(self) -> list[Person]:
        return sorted(self._memory.people.values(), key=lambda who: (who.created_at, who.id))

    @locked
    def set_secret(self, person_id: str, secret: str) -> None:
        self._memory.people[person_id] = replace(self.get(person_id), secret=secret)

    @locked
    def set_share(self, person_id: str, share: Share) -> None:
        values = {f"most_{name}": value for name, value in vars(share).items()}
        self._memory.people[person_id] = replace(self.get(person_id), **values)

    @locked
    def remove(self, person_id: str) -> None:
        self.get(person_id)
        self.end(person_id=person_id)
        del self._memory.people[person_id]

    @locked
    def begin(self, token: str, person_id: str, until: datetime) -> None:
        self.get(person_id)
        self._memory.sessions[token] = (person_id, until)

    @locked
    def session(self, token: str, at: datetime) -> Person | None:
        person_id, until = self._memory.sessions.get(token, ("", at))
        return self._memory.people.get(person_id) if until > at else None

    @locked
    def end(self, *, token: str = "", person_id: str = "", before: datetime | None = None) -> None:
        for key, (whose, until) in list(self._memory.sessions.items()):
            is_over = before is None or until <= before
            if (token or key) == key and (person_id or whose) == whose and is_over:
                del self._memory.sessions[key]


class MemoryRecords(Part):
    """`base.RecordStore` in memory."""

    @locked
    def export(self, owner: str, dataset_ids: Sequence[str]) -> Records:
        found = tuple(self._memory.dataset(owner, dataset_id) for dataset_id in dataset_ids)
        versions = [version for dataset in found for version in self._memory.versions[dataset.id]]
        jobs = [r for r in self._memory.records.values() if r.job.owner == owner]
        jobs.sort(key=lambda record: (record.job.created_at, record.job.id))
        carried = [r.carried() for d in found for r in jobs if r.job.dataset_id == d.id]
        begun = {d.id: self._memory.labels[d.id] for d in found if d.id in self._memory.labels}
        sortings = {key: sorting for key, sorting in begun.items() if sorting != Labelling()}
        return Records(found, tuple(versions), tuple(carried), sortings)

    @locked
    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        models = {m.id for record in self._memory.records.values() for m in record.models.values()}
        return frozenset(ids) & ({*self._memory.datasets, *self._memory.records} | models)

    @locked
    def add(self, owner: str, records: Records) -> None:
        if self.taken(change.ids_of(records)):
            raise DatasetError("project_taken")
        kept = (
            dict(self._memory.datasets),
            {key: list(v) for key, v in self._memory.versions.items()},
        )
        known = (dict(self._memory.records), dict(self._memory.bases), dict(self._memory.labels))
        try:
            self._put(owner, records)
        except BaseException:
            self._memory.datasets, self._memory.versions = kept
            self._memory.records, self._memory.bases, self._memory.labels = known
            raise

    def _put(self, owner: str, records: Records) -> None:
        for dataset in records.datasets:
            self._memory.datasets[dataset.id] = replace(dataset, owner=owner)
            self._memory.versions[dataset.id] = []
        fresh = {dataset.id for dataset in records.datasets}
        for version in records.versions:
            if version.dataset_id in fresh:
                self._memory.versions[version.dataset_id].append(version)
            else:
                MemoryDatasets(self._memory).add_version(owner, version)
        for dataset_id, sorting in records.sortings.items():
            self._memory.dataset(owner, dataset_id)
            self._memory.labels[dataset_id] = sorting
        self._memory.bases |= {(owner, name): dict(base) for name, base in records.bases.items()}
        for carried in records.jobs:
            job = change.carried(carried.job, owner)
            self._memory.version(owner, job.dataset_id, job.dataset_version)
            self._memory.submitted += 1
            self._memory.records[job.id] = Record.of(carried, job, self._memory.submitted)


class MemoryStore(Part):
    """All promises of `base.Store` but one: nothing here outlives the process."""

    def __init__(self) -> None:
        memory = Memory()
        super().__init__(memory)
        self.datasets = MemoryDatasets(memory)
        self.base_models = MemoryBaseModels(memory)
        self.labels = MemoryLabels(memory)
        self.jobs = MemoryJobs(memory)
        self.curves = MemoryCurves(memory)
        self.models = MemoryModels(memory)
        self.records = MemoryRecords(memory)
        self.people = MemoryPeople(memory)

    @locked
    def inventory(self) -> Inventory:
        folders = (version.folder for known in self._memory.versions.values() for version in known)
        jobs = {job_id: record.job for job_id, record in self._memory.records.items()}
        return Inventory(frozenset(self._memory.datasets), frozenset(folders), jobs)

    @locked
    def check(self) -> list[Message]:
        return []
