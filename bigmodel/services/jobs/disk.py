"""What the data folder takes up, by kind and by job, and what of it can go; it never removes data, models or a job."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.job import Job
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.artifacts import Artifacts, job_name
from bigmodel.services.people.limits import Limits, bases_bytes
from bigmodel.settings import Settings
from bigmodel.store.base import Store

CHECKPOINTS = "checkpoints"
ALL_JOBS = 10_000
MB = 2**20


@dataclass(frozen=True)
class JobDisk:
    """What one job takes up, in MB. `spare_mb` is what a clean-up would remove."""

    job: Job
    models_mb: float
    spare_mb: float

    @property
    def total_mb(self) -> float:
        return self.models_mb + self.spare_mb


@dataclass(frozen=True)
class DiskUse:
    """What the data folder takes up, in MB, the largest jobs first."""

    free_mb: float
    datasets_mb: float
    bases_mb: float
    backups_mb: float
    scratch_mb: float
    jobs: tuple[JobDisk, ...]

    @property
    def jobs_mb(self) -> float:
        return sum(each.total_mb for each in self.jobs)

    @property
    def spare_mb(self) -> float:
        return sum(each.spare_mb for each in self.jobs)


class DiskService:
    """Measures, and cleans up when asked."""

    def __init__(self, settings: Settings, store: Store, limits: Limits | None = None) -> None:
        self._settings, self._store = settings, store
        self._limits = limits or Limits(settings, store)
        self._artifacts = Artifacts(settings.home)

    def use(self, owner: str) -> DiskUse:
        """Return what everything takes up; where several share an installation, what this owner does and may."""
        settings = self._settings
        measured = [self._of_job(job) for job in self._store.jobs.list_all(owner, ALL_JOBS)]
        jobs = tuple(sorted(measured, key=lambda each: -each.total_mb))
        if settings.sign_in:
            own = [settings.datasets / each.id for each in self._store.datasets.list_all(owner)]
            left = self._limits.share(owner).disk_mb - self._limits.used(owner) / MB
            return DiskUse(
                free_mb=max(0.0, min(left, shutil.disk_usage(settings.home).free / MB)),
                datasets_mb=_size_mb(own),
                bases_mb=bases_bytes(self._store, owner) / MB,
                backups_mb=0.0,
                scratch_mb=self._limits.held_bytes(owner) / MB,
                jobs=jobs,
            )
        return DiskUse(
            free_mb=shutil.disk_usage(settings.home).free / MB,
            datasets_mb=_size_mb([settings.datasets]),
            bases_mb=_size_mb([settings.bases]),
            backups_mb=_size_mb([settings.home / "backups"]),
            scratch_mb=_size_mb([settings.scratch]),
            jobs=jobs,
        )

    def clean(self, owner: str, job_id: str = "") -> float:
        """Remove what finished jobs no longer need (of one job, or of all); return the MB that became free.

        Models, curves and results stay; a job without its checkpoint cannot be trained further.

        Raises:
            NotFoundError: no such job.
        """
        jobs = (
            [self._store.jobs.get(owner, job_id)]
            if job_id
            else self._store.jobs.list_all(owner, ALL_JOBS)
        )
        spare = [path for job in jobs if job.is_final for path in self._spare(job)]
        freed = _size_mb(spare)
        for path in spare:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        return freed

    def _of_job(self, job: Job) -> JobDisk:
        spare = _size_mb(self._spare(job)) if job.is_final else 0.0
        return JobDisk(job, _size_mb([self._artifacts.path(job_name(job.id))]) - spare, spare)

    def _spare(self, job: Job) -> Sequence[Path]:
        """Return what a finished job can do without: checkpoints, and the lines of its workers that the database holds."""
        names = (CHECKPOINTS, attempt_folder.EVENTS)
        return [path for name in names for path in self._artifacts.find(job.id, f"*/{name}")]


def _size_mb(places: Iterable[Path]) -> float:
    """Return what files and folders take up; what vanishes meanwhile counts nothing."""
    total = 0
    for place in places:
        for path in (place, *place.rglob("*")):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except OSError:
                continue
    return total / MB
