"""What one person may take up where several share an installation; somebody alone at a computer has no limits here."""

import time
from collections.abc import Callable
from datetime import timedelta
from math import ceil
from pathlib import Path

from bigmodel.core import clock
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.core.job import Job
from bigmodel.core.people.person import Share
from bigmodel.settings import Settings
from bigmodel.store.base import Store

DAY = timedelta(days=1)
LOOKED_AT = 1_000  # newest jobs
MEASURED_S = 5.0  # for which a size on disk is believed: a folder comes as thousands of small files
MOST_MEASURED = 1_000  # people
MB = 2**20


class Limits:
    """Refuses what is more than a person's share, each with a sentence.

    `held` are measures of what lies in no dataset or job yet, by name: each returns bytes of an owner.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self.held: dict[str, Callable[[str], int]] = {}
        self._measured: dict[str, tuple[float, int]] = {}

    def check_training(self, owner: str, key: str = "") -> None:
        """Refuse another training; one that was submitted with this key already is no other.

        Raises:
            JobError: `jobs_limited`, `minutes_limited`, `demo_only`.
        """
        if self._settings.demo_only:
            raise JobError("demo_only")
        if not self._settings.sign_in:
            return
        jobs, share = self._store.jobs.list_all(owner, LOOKED_AT), self.share(owner)
        if key and any(_is_of(job, key) for job in jobs):
            return
        if sum(not job.is_final for job in jobs) >= share.jobs:
            raise JobError("jobs_limited", most=share.jobs)
        if self.trained_s(owner) >= 60 * share.minutes:
            raise JobError("minutes_limited", most=share.minutes)

    def share(self, owner: str) -> Share:
        """Return what a person may take up: their own share, else that of the settings."""
        settings = self._settings
        try:
            own = self._store.people.get(owner).share
        except NotFoundError:
            own = Share()
        return Share(
            own.jobs or settings.person_jobs,
            own.minutes or settings.person_minutes,
            own.disk_mb or settings.person_disk_mb,
        )

    def trained_s(self, owner: str) -> float:
        """Return the seconds that a person's jobs trained within the last day."""
        return sum(map(_trained_today_s, self._store.jobs.list_all(owner, LOOKED_AT)))

    def check_upload(self, owner: str, size: int = 0) -> None:
        """Refuse so many bytes more, where that would be more than a person's share of the disk.

        Raises:
            DatasetError: `disk_limited`, `demo_only`.
        """
        if self._settings.demo_only:
            raise DatasetError("demo_only")
        self.check_share(owner, size)

    def check_share(self, owner: str, size: int = 0) -> None:
        """Refuse so many bytes more, also of what is no data: a question to a demo.

        Raises:
            DatasetError: `disk_limited`.
        """
        if not self._settings.sign_in or self._settings.demo_only:
            return
        used, most = self.used(owner), self.share(owner).disk_mb
        if used + size > most * MB:
            raise DatasetError("disk_limited", used=round(used / MB), most=most)

    def check_kept(self, owner: str, folder: Path) -> None:
        """Refuse what was made of an upload and lies in a folder that is nobody's yet: it can be far more than was sent.

        Raises:
            DatasetError: `disk_grown`.
        """
        if not self._settings.sign_in:
            return
        used, most, need = self.used(owner), self.share(owner).disk_mb, size_of(folder)
        if used + need > most * MB:
            raise DatasetError("disk_grown", need=ceil(need / MB), used=round(used / MB), most=most)

    def used(self, owner: str) -> int:
        """Return the bytes that a person takes up: datasets, jobs and base models, and what is still on its way in."""
        return self._stored(owner) + self.held_bytes(owner)

    def held_bytes(self, owner: str) -> int:
        """Return the bytes that lie in no dataset or job."""
        return sum(measure(owner) for measure in self.held.values())

    def _stored(self, owner: str) -> int:
        until, size = self._measured.get(owner, (0.0, 0))
        if time.monotonic() < until:
            return size
        settings, store = self._settings, self._store
        folders = [settings.datasets / each.id for each in store.datasets.list_all(owner)]
        folders += [settings.jobs / job.id for job in store.jobs.list_all(owner, LOOKED_AT)]
        size = sum(map(size_of, folders)) + bases_bytes(store, owner)
        if len(self._measured) >= MOST_MEASURED:
            self._measured.clear()
        self._measured[owner] = (time.monotonic() + MEASURED_S, size)
        return size


def bases_bytes(store: Store, owner: str) -> int:
    """Return the bytes of the base models that a person brought."""
    records = store.base_models.list_all(owner).values()
    return round(sum(float(str(record.get("size_mb", 0))) for record in records) * 1e6)


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # gone meanwhile
            continue
    return total


def _is_of(job: Job, key: str) -> bool:
    """Return whether a job was submitted with a key, or with one that counts it on and has not ended."""
    return job.key == key or (job.key.startswith(f"{key}:") and not job.is_final)


def _trained_today_s(job: Job) -> float:
    """Return the seconds that a job trained within the last day."""
    if job.started_at is None:
        return 0.0
    end = job.ended_at or clock.now()
    return max(0.0, (end - max(job.started_at, clock.now() - DAY)).total_seconds())
