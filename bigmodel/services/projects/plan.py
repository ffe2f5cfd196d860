"""What of a project comes in, and under which ids and names: pure, it moves and stores nothing.

What is here with the same content stays as it is; what has the id of something else comes in under a new one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bigmodel.core.ids import new_id
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.message import Message
from bigmodel.core.name import clean_name
from bigmodel.data.projects.record import BaseRecord, DatasetRecord, JobRecord
from bigmodel.store.values import Carried, Records

Refuse = Callable[[JobRecord], Message | None]


@dataclass(frozen=True)
class Here:
    """What is here already: the owner's records of the same ids, every id in use, names, and base models."""

    records: Records
    taken: Collection[str]
    names: Collection[str]
    bases: Mapping[str, Mapping[str, str] | None]  # name on the shelf → digests of its files


@dataclass
class Plan:
    """Ids and names, there → here. Versions in `more` go on from those of a dataset that is here."""

    datasets: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of the datasets that are new here
    more: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sortings: dict[str, Labelling] = field(default_factory=dict)  # by dataset there
    copies: set[str] = field(default_factory=set)  # whose id was in use by something else
    here_datasets: int = 0
    jobs: dict[str, str] = field(default_factory=dict)  # of those that come in
    known_jobs: dict[str, str] = field(default_factory=dict)
    here_jobs: int = 0
    models: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)  # of those that come in
    base_names: dict[str, str] = field(default_factory=dict)
    left_out: list[Message] = field(default_factory=list)


def make_plan(
    datasets: Sequence[DatasetRecord],
    jobs: Sequence[JobRecord],
    bases: Sequence[BaseRecord],
    here: Here,
    refuse: Refuse,
) -> Plan:
    """Return the plan; `refuse` says of a job why it cannot come in, if it cannot."""
    plan = Plan()
    for base in bases:
        _base(plan, base, here)
    for dataset in datasets:
        _dataset(plan, dataset, here)
    own = {carried.job.id: carried for carried in here.records.jobs}
    for job in jobs:
        reason = refuse(job)
        if reason:
            plan.left_out.append(reason)
        else:
            _job(plan, job, own.get(job.id), here)
    return plan


def _base(plan: Plan, base: BaseRecord, here: Here) -> None:
    if base.name in here.bases and here.bases[base.name] == base.files:
        return
    name = base.name
    if name in here.bases:
        name = _free(name.replace("/", "-"), here.bases)
        plan.base_names[base.name] = name
    plan.bases[base.name] = name


def _dataset(plan: Plan, dataset: DatasetRecord, here: Here) -> None:
    own = {v.number: v.digest for v in here.records.versions if v.dataset_id == dataset.id}
    shared = [v for v in dataset.versions if v.number in own]
    if own and all(own[version.number] == version.digest for version in shared):
        plan.datasets[dataset.id] = dataset.id
        _sorting(plan, dataset, here)
        more = tuple(v.number for v in dataset.versions if v.number not in own)
        if more:
            plan.more[dataset.id] = more
        elif dataset.id not in plan.sortings:
            plan.here_datasets += 1
        return
    name = clean_name(dataset.name) or dataset.id
    if dataset.id in here.taken:
        plan.copies.add(dataset.id)
        name = _free(name, {*here.names, *plan.names.values()})
    plan.datasets[dataset.id] = new_id() if dataset.id in here.taken else dataset.id
    plan.names[dataset.id] = name
    if dataset.sorting:
        plan.sortings[dataset.id] = dataset.sorting.sorting()


def _sorting(plan: Plan, dataset: DatasetRecord, here: Here) -> None:
    """Take labels by hand that go on from those that are here; where both went on, those here stay."""
    if dataset.sorting is None:
        return
    theirs = dataset.sorting.sorting()
    mine = here.records.sortings.get(dataset.id, Labelling())
    if theirs == mine:
        return
    if theirs.change >= mine.change and theirs.marks[: len(mine.marks)] == mine.marks:
        plan.sortings[dataset.id] = theirs
    else:
        plan.left_out.append(Message("project.left_labels", {"name": dataset.name}))


def _job(plan: Plan, job: JobRecord, own: Carried | None, here: Here) -> None:
    if own and _is_same(job, own, plan.datasets[job.dataset]):
        plan.here_jobs += 1
        plan.known_jobs[job.id] = job.id
        return
    plan.jobs[job.id] = new_id() if job.id in here.taken else job.id
    plan.known_jobs[job.id] = plan.jobs[job.id]
    for model in job.models:
        is_taken = job.id in here.taken or model.id in here.taken
        plan.models[model.id] = new_id() if is_taken else model.id


def _is_same(job: JobRecord, own: Carried, dataset_id: str) -> bool:
    there = (dataset_id, job.version, job.task, job.created_at, job.state)
    mine = own.job
    same = (mine.dataset_id, mine.dataset_version, mine.task, mine.created_at, mine.state.value)
    digests = {model.kind: model.digest for model in own.models}
    return there == same and digests == {model.kind: model.digest for model in job.models}


def _free(name: str, taken: Collection[str]) -> str:
    """Return the name with the first number that makes it new."""
    number = 2
    while (found := f"{name} ({number})") in taken:
        number += 1
    return found
