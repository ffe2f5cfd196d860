"""Jobs as pages and commands see them: look, ask for a cancel, rename, delete; it never moves a state itself."""

import logging
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bigmodel.answers import metrics_of
from bigmodel.children import start
from bigmodel.core import clock
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.job import Job, JobEvent, State, Wish
from bigmodel.core.metric import Metric
from bigmodel.core.name import clean_name
from bigmodel.environment import environment
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.artifacts import Artifacts, attempt_name
from bigmodel.jobs.platform.process import terminate_group
from bigmodel.jobs.presence import Presence
from bigmodel.jobs.redact import redacted
from bigmodel.jobs.transport import LocalFolder
from bigmodel.services.datasets.erase import erase
from bigmodel.services.jobs.samples import Sample, samples_of
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.values import Curve, Deleted, Order
from bigmodel.tasks import get_task

__all__ = ["JobService", "Order", "Turn"]

log = logging.getLogger(__name__)

BEAT_S = 15.0  # of an app that stays open
LOG_BYTES = 64_000
MOST_LOG_BYTES = 1_000_000  # of the supervisor's log before a new one is begun
START_S = 10.0  # until a supervisor that was started shows up


@dataclass(frozen=True)
class Turn:
    """When a queued job's turn comes: its place in line (1 is next), and the time expected for its start."""

    place: int
    starts_at: datetime | None = None


class JobService:
    """Everything about jobs but their submission, which is with the trainings."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._presence = Presence(settings)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = -1e9
        self._is_beating = False

    def all(self, owner: str, limit: int = 200, offset: int = 0) -> list[Job]:
        """Return jobs, newest first."""
        return self._store.jobs.list_all(owner, limit, offset)

    def get(self, owner: str, job_id: str) -> Job:
        return self._store.jobs.get(owner, job_id)

    def place(self, owner: str, job_id: str) -> int:
        """Return the place in line of a queued job (1 is next), 0 for any other."""
        return self._store.jobs.place(owner, job_id)

    def find(
        self,
        owner: str,
        *,
        text: str = "",
        states: Sequence[State] = (),
        order: Order = "newest",
        limit: int = 50,
    ) -> tuple[list[Job], int]:
        """Return jobs by a part of their name and by state, and how many there are in all."""
        return self._store.jobs.find(owner, text=text, states=states, order=order, limit=limit)

    def turns(self, owner: str) -> dict[str, Turn]:
        """Return when the turn of each waiting job comes."""
        now = clock.now()
        return {
            job_id: Turn(place, None if seconds is None else now + timedelta(seconds=seconds))
            for job_id, (place, seconds) in self._store.jobs.line(
                owner, self._settings.workers, now
            ).items()
        }

    def put_first(self, owner: str, job_id: str) -> Job:
        """Let a waiting job go before all others of its owner, also those that were put first earlier.

        Raises:
            JobError: `job_not_waiting`.
        """
        return self._store.jobs.set_priority(owner, job_id, int(clock.now().timestamp()))

    def cancel(self, owner: str, job_id: str, *, by_admin: bool = False) -> Job:
        """Ask a job to end; one that waits is cancelled at once. Asking again changes nothing."""
        job = self._store.jobs.wish(owner, job_id, Wish.END if by_admin else Wish.CANCEL)
        self._presence.poke()
        if not job.is_final:
            self.wake()
        return job

    def rename(self, owner: str, job_id: str, name: str) -> None:
        """Change the name people see.

        Raises:
            DatasetError: `name_empty`.
        """
        if not (cleaned := clean_name(name)):
            raise DatasetError("name_empty")
        self._store.jobs.rename(owner, job_id, cleaned)

    def delete(self, owner: str, job_id: str) -> Deleted:
        """Delete a final job with its models, curves and files.

        Raises:
            JobError: `job_not_final`.
        """
        deleted = self._store.jobs.delete(owner, job_id)
        erase(self._settings, deleted)
        return deleted

    def curves(self, owner: str, job_id: str, max_points: int = 500) -> list[Curve]:
        return self._store.curves.read(owner, job_id, max_points)

    def metrics(self, job: Job) -> tuple[Metric, ...]:
        """Return the measures that the task of a job declares of its own."""
        try:
            return metrics_of(get_task(job.task, self._settings.task_folders))
        except NotFoundError:  # the task has gone since
            return ()

    def samples(self, owner: str, job_id: str) -> list[Sample]:
        """Return what a training made while it ran, the newest first."""
        return samples_of(Artifacts(self._settings.home), self._store.jobs.get(owner, job_id).id)

    def sample_path(self, owner: str, job_id: str, name: str) -> Path:
        """Return the file of a sample.

        Raises:
            NotFoundError: `row_unknown`.
        """
        for sample in self.samples(owner, job_id):
            if sample.name == name:
                return sample.path
        raise NotFoundError("row_unknown")

    def mark(self, owner: str, job_id: str) -> int:
        """Return a number that grows whenever a curve of the job grows."""
        return self._store.curves.mark(owner, job_id)

    def history(self, owner: str, job_id: str, after: int = 0) -> list[JobEvent]:
        return self._store.jobs.history(owner, job_id, after)

    def log_text(self, owner: str, job_id: str) -> str:
        """Return the end of what the newest attempt printed, without secrets."""
        job = self._store.jobs.get(owner, job_id)
        local = LocalFolder(self._settings.home)
        tail = local.read(attempt_name(job), attempt_folder.LOG, -LOG_BYTES, LOG_BYTES)
        return redacted(tail.decode("utf-8", "replace"))

    def is_awake(self) -> bool:
        """Tell whether a supervisor serves this data folder."""
        return self._presence.holder() is not None

    def wake(self) -> None:
        """Call the supervisor, start it where it does not run, and keep it while this process lives."""
        self._presence.poke()
        self._presence.web_beat()
        with self._lock:
            self._ensure()
            if not self._is_beating:
                self._is_beating = True
                threading.Thread(target=self._beat, name="jobs-beat", daemon=True).start()

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT_S)
            if not self._settings.run.is_dir():
                return
            try:
                self._presence.web_beat()
                with self._lock:
                    self._ensure()
            except OSError:
                log.warning("the supervisor could not be looked after", exc_info=True)

    def _ensure(self) -> None:
        """Start a supervisor unless one runs, or has just been started. One of another version makes room."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None
        holder = self._presence.holder()
        if holder is not None and not self._presence.is_current():
            terminate_group(holder.pid)  # its workers go on, and are adopted by the next one
        elif holder is not None:
            return
        is_coming = self._child is not None and time.monotonic() - self._started_at < START_S
        if not is_coming:
            self._started_at = time.monotonic()
            self._child = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        path = self._settings.run / "supervisor.log"
        _rotate(path)
        with path.open("ab") as output:
            env = environment(self._settings, has_store=True)
            return start("bigmodel.jobs", env=env, stdout=output)


def _rotate(path: Path) -> None:
    if path.is_file() and path.stat().st_size > MOST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
