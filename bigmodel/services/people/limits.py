"""What one person may take up where several share an installation; somebody alone at a computer has no limits here."""

from datetime import timedelta
from pathlib import Path

from bigmodel.core import clock
from bigmodel.core.errors import DatasetError, JobError
from bigmodel.core.job import Job
from bigmodel.settings import Settings
from bigmodel.store.base import Store

DAY = timedelta(days=1)
LOOKED_AT = 1_000  # newest jobs
MB = 2**20


class Limits:
    """Refuses what is more than a person's share, each with a sentence."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store

    def check_training(self, owner: str) -> None:
        """Refuse another training.

        Raises:
            JobError: `jobs_limited`, `minutes_limited`.
        """
        if not self._settings.sign_in:
            return
        jobs = self._store.jobs.list_all(owner, LOOKED_AT)
        if sum(not job.is_final for job in jobs) >= self._settings.person_jobs:
            raise JobError("jobs_limited", most=self._settings.person_jobs)
        if sum(map(_trained_today_s, jobs)) >= 60 * self._settings.person_minutes:
            raise JobError("minutes_limited", most=self._settings.person_minutes)

    def check_upload(self, owner: str, size: int = 0) -> None:
        """Refuse an upload of so many bytes that would be more than a person's share of the disk.

        Raises:
            DatasetError: `disk_limited`.
        """
        if not self._settings.sign_in:
            return
        datasets = [
            self._settings.datasets / each.id for each in self._store.datasets.list_all(owner)
        ]
        jobs = [self._settings.jobs / job.id for job in self._store.jobs.list_all(owner, LOOKED_AT)]
        used = sum(map(_size, (*datasets, *jobs)))
        most = self._settings.person_disk_mb
        if used + size > most * MB:
            raise DatasetError("disk_limited", used=round(used / MB), most=most)


def _trained_today_s(job: Job) -> float:
    """Return the seconds that a job trained within the last day."""
    if job.started_at is None:
        return 0.0
    end = job.ended_at or clock.now()
    return max(0.0, (end - max(job.started_at, clock.now() - DAY)).total_seconds())


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # gone meanwhile
            continue
    return total
