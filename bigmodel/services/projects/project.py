"""The door to taking work along: some datasets with all that came from them as one file, and such a file brought in.

It takes nothing of another owner along, and brings in all of a file or nothing.
"""

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bigmodel.answers import answer_type
from bigmodel.base_models import shelf
from bigmodel.core.callbacks import OnShare
from bigmodel.core.clock import now
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.core.model import Base, TrainedModel
from bigmodel.core.name import clean_name
from bigmodel.data.projects.judge import Columns
from bigmodel.data.projects.layout import ATTEMPT
from bigmodel.data.projects.read import SPARE_MB, Unpacked, unpack
from bigmodel.data.projects.record import JobRecord
from bigmodel.services.people.limits import Limits, size_of
from bigmodel.services.projects.check import check_model, is_tellable
from bigmodel.services.projects.install import Installer
from bigmodel.services.projects.plan import Here, Plan, make_plan
from bigmodel.services.projects.save import Content, ProjectCollector, write
from bigmodel.services.projects.upload import ProjectUploads
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.values import Carried, Records
from bigmodel.tasks import find_tasks
from bigmodel.words import Words

MB = 2**20
READ_SHARE = 0.8  # of the progress bar


@dataclass(frozen=True)
class Size:
    """What a project would hold, and what stays here."""

    mb: float
    datasets: int
    jobs: int
    models: int
    bases_mb: float  # of the base models that could go along, in `mb` if they do
    left_out: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """What came in. `copies` are datasets whose id was in use by something else.

    Of those that were here, `grown` got newer versions and `labelled` labels by hand.
    """

    datasets: tuple[str, ...]
    copies: tuple[str, ...]
    grown: tuple[str, ...]
    labelled: tuple[str, ...]
    jobs: int
    models: int
    bases: tuple[str, ...]
    here_datasets: int
    here_jobs: int
    left_out: tuple[Message, ...]
    first: str = ""  # id of a dataset to look at

    @property
    def lines(self) -> tuple[Message, ...]:
        """What there is to say of it, line by line."""

        def names(key: str, found: Sequence[str]) -> list[Message]:
            return [Message(key, {"names": ", ".join(found)})] if found else []

        lines = names("pages.project.came_datasets", self.datasets)
        lines += names("pages.project.came_grown", self.grown)
        lines += names("pages.project.came_labels", self.labelled)
        if self.jobs:
            counts = {"jobs": self.jobs, "models": self.models}
            lines.append(Message("pages.project.came_jobs", counts))
        lines += names("pages.project.came_bases", self.bases)
        if not lines:
            lines.append(Message("pages.project.came_nothing"))
        lines += names("pages.project.came_copies", self.copies)
        if self.here_datasets or self.here_jobs:
            here = {"datasets": self.here_datasets, "jobs": self.here_jobs}
            lines.append(Message("pages.project.came_here", here))
        return (*lines, *self.left_out)


class ProjectService:
    """Projects of all owners."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        words: Words,
        handouts: Downloads,
        limits: Limits | None = None,
    ) -> None:
        self._settings, self._store, self._words = settings, store, words
        self.handouts = handouts
        self.uploads = ProjectUploads(settings, limits)
        self._limits = limits or Limits(settings, store)

    # taking along -------------------------------------------------------------------------------

    def measure(self, owner: str, dataset_ids: Sequence[str], *, with_bases: bool) -> Size:
        """Return what would go along with these datasets; no ids stand for everything."""
        content = self._content(owner, dataset_ids, with_bases=True, is_final_look=False)
        bases = sum(size for name, size in content.sizes.items() if name.startswith("bases/"))
        total = content.bytes - (0 if with_bases else bases)
        records = content.records
        return Size(
            mb=total / MB,
            datasets=len(records.datasets),
            jobs=len(records.jobs),
            models=sum(len(job.models) for job in records.jobs),
            bases_mb=bases / MB,
            left_out=content.left_out,
        )

    def save(
        self,
        owner: str,
        dataset_ids: Sequence[str],
        out: Path,
        *,
        with_bases: bool = False,
        progress: OnShare = lambda _: None,
    ) -> Size:
        """Write a project; no ids stand for everything. The file appears when it is whole.

        Raises:
            DatasetError: `project_empty`, `project_disk_short`, `project_folder_missing`, or what keeps the
                data from going along.
        """
        content = self._content(owner, dataset_ids, with_bases=with_bases, is_final_look=True)
        if not content.records.datasets:
            raise DatasetError("project_empty")
        if not out.resolve().parent.is_dir():
            raise DatasetError("project_folder_missing", name=str(out.parent))
        free = shutil.disk_usage(out.resolve().parent).free // MB
        need = content.bytes // MB + SPARE_MB
        if need > free:
            raise DatasetError("project_disk_short", need=need, free=free)
        write(content, out, self._store, owner, progress)
        records = content.records
        models = sum(len(job.models) for job in records.jobs)
        size = out.stat().st_size / MB
        return Size(size, len(records.datasets), len(records.jobs), models, 0.0, content.left_out)

    def save_download(
        self,
        owner: str,
        dataset_ids: Sequence[str],
        *,
        with_bases: bool = False,
        progress: OnShare = lambda _: None,
    ) -> tuple[str, Size]:
        """Write a project for the browser; return the key under which it is handed out."""
        with self.handouts.make(owner, f"bigmodel-project-{now():%Y%m%d-%H%M}.zip") as (key, out):
            size = self.save(owner, dataset_ids, out, with_bases=with_bases, progress=progress)
        return key, size

    def _content(
        self, owner: str, dataset_ids: Sequence[str], *, with_bases: bool, is_final_look: bool
    ) -> Content:
        ids = list(dict.fromkeys(dataset_ids)) or [
            d.id for d in self._store.datasets.list_all(owner)
        ]
        names: Collection[str] = ()
        if with_bases and dataset_ids:
            jobs = self._store.records.export(owner, ids).jobs
            names = {carried.job.base for carried in jobs}
        elif with_bases:
            names = self._store.base_models.list_all(owner).keys()
        gatherer = ProjectCollector(self._settings, self._store, owner)
        return gatherer.gather(ids, base_names=names, is_final_look=is_final_look)

    # bringing in --------------------------------------------------------------------------------

    def load(self, owner: str, path: Path, progress: OnShare = lambda _: None) -> Loaded:
        """Bring a project in as the owner's; what is here with the same content is left alone.

        Raises:
            DatasetError: it cannot be used, or there is no room; nothing came in.
            ModelError: a base model in it is not safe; nothing came in.
        """
        tasks = find_tasks(self._settings.task_folders)
        kinds = {name: answer_type(task) for name, task in tasks.items()}
        columns = {name: Columns.of(kind.fields, kind.per_label) for name, kind in kinds.items()}
        unpacked = unpack(path, self._settings, columns, lambda at: progress(READ_SHARE * at))
        try:
            progress(READ_SHARE)
            self._limits.check_upload(owner, size_of(unpacked.files))
            for job in unpacked.jobs:
                for model in job.models:
                    folder = unpacked.files / "jobs" / job.id / "models" / model.kind
                    check_model(folder, job.name)
            plan = self._plan(owner, unpacked)
            places = Installer(self._settings, unpacked, plan)
            try:
                bases = places.run()
                progress(0.95)
                records = self._records(owner, unpacked, plan, bases)
                self._store.records.add(owner, records)
            except BaseException:
                places.undo()
                raise
        finally:
            unpacked.discard()
        progress(1.0)
        return _summary(unpacked, plan, records)

    def _plan(self, owner: str, unpacked: Unpacked) -> Plan:
        ids = [d.id for d in unpacked.datasets] + [j.id for j in unpacked.jobs]
        ids += [model.id for job in unpacked.jobs for model in job.models]
        mine = {dataset.id: dataset for dataset in self._store.datasets.list_all(owner)}
        same = [d.id for d in unpacked.datasets if d.id in mine]
        here = Here(
            records=self._store.records.export(owner, same),
            taken=self._store.records.taken(ids),
            names={dataset.name for dataset in mine.values()},
            bases=self._shelf(owner, [base.name for base in unpacked.bases]),
        )
        return make_plan(unpacked.datasets, unpacked.jobs, unpacked.bases, here, self._refuse)

    def _shelf(self, owner: str, names: Sequence[str]) -> dict[str, dict[str, str] | None]:
        """Return the digests of base models whose places on the shelf are in use; of another's, None."""
        found: dict[str, dict[str, str] | None] = {}
        mine = self._store.base_models.list_all(owner)
        for name in names:
            digests = shelf.digests(self._settings.bases, name)
            if digests is not None or shelf.place(self._settings.bases, name).exists():
                found[name] = digests if name in mine else None
        return found

    def _refuse(self, job: JobRecord) -> Message | None:
        """Return why a job cannot come in: its task is not one of this app, or its settings are not the task's."""
        task = find_tasks(self._settings.task_folders).get(job.task)
        if task is None:
            return Message("project.left_task", {"name": job.name, "task": job.task})
        try:
            task.params.model_validate(job.params)
        except ValueError:
            return Message("project.left_settings", {"name": job.name})
        return None

    def _records(
        self, owner: str, unpacked: Unpacked, plan: Plan, bases: dict[str, Base]
    ) -> Records:
        versions = [
            version.version(plan.datasets[dataset.id])
            for dataset in unpacked.datasets
            for version in dataset.versions
            if dataset.id in plan.names or version.number in plan.more.get(dataset.id, ())
        ]
        datasets = [
            dataset.dataset(plan.datasets[dataset.id], owner, plan.names[dataset.id])
            for dataset in unpacked.datasets
            if dataset.id in plan.names
        ]
        places = unpacked.points()
        jobs = [
            replace(
                self._carried(job, owner, plan), points=unpacked.points_at(places.get(job.id, ()))
            )
            for job in unpacked.jobs
            if job.id in plan.jobs
        ]
        said = {name: shelf.to_record(base) for name, base in bases.items()}
        sortings = {plan.datasets[there]: sorting for there, sorting in plan.sortings.items()}
        return Records(tuple(datasets), tuple(versions), tuple(jobs), sortings, said)

    def _carried(self, job: JobRecord, owner: str, plan: Plan) -> Carried:
        made = job.job(
            job_id=plan.jobs[job.id],
            owner=owner,
            dataset_id=plan.datasets[job.dataset],
            base=plan.base_names.get(job.base, job.base),
            continues=plan.known_jobs.get(job.continues, ""),
        )
        if made.message and not is_tellable(made.message, self._words):
            made = replace(made, message=None)
        made = replace(made, name=clean_name(made.name) or made.id)
        told = [event.event(seq) for seq, event in enumerate(job.history, 1)]
        return Carried(
            job=made,
            history=tuple(event for event in told if is_tellable(event.message, self._words)),
            models=tuple(
                TrainedModel(
                    id=plan.models[model.id],
                    kind=model.kind,
                    task=model.task,
                    base=plan.base_names.get(model.base, model.base),
                    folder=f"jobs/{made.id}/{ATTEMPT}/models/{model.kind}",
                    digest=model.digest,
                    size_mb=model.size_mb,
                    labels=model.labels,
                    metrics=model.metrics,
                    kept=model.kept,
                    owner=owner,
                    job_id=made.id,
                    name=made.name,
                    created_at=model.created_at or made.created_at,
                )
                for model in job.models
            ),
        )


def _summary(unpacked: Unpacked, plan: Plan, records: Records) -> Loaded:
    names = {dataset.id: dataset.name for dataset in unpacked.datasets}
    firsts = [plan.datasets[i] for i in names if i in plan.names or i in plan.more]
    return Loaded(
        datasets=tuple(plan.names.values()),
        copies=tuple(plan.names[i] for i in names if i in plan.copies),
        grown=tuple(names[i] for i in names if i in plan.more),
        labelled=tuple(names[i] for i in names if i in plan.sortings and i not in plan.names),
        jobs=len(records.jobs),
        models=sum(len(job.models) for job in records.jobs),
        bases=tuple(records.bases),
        here_datasets=plan.here_datasets,
        here_jobs=plan.here_jobs,
        left_out=tuple(plan.left_out),
        first=(firsts or [*plan.datasets.values(), ""])[0],
    )
