"""Writes down what a claimed job's worker has to do; the base model is found and checked here, nothing is trained."""

from dataclasses import asdict, dataclass
from pathlib import Path

from bigmodel.base_models.locate import locate
from bigmodel.core.job import Job
from bigmodel.environment import threads_each
from bigmodel.jobs.attempt_folder import Attempt, write_attempt
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task


@dataclass(frozen=True)
class Planner:
    """Turns jobs into attempt folders."""

    settings: Settings
    store: Store

    def folder(self, job: Job) -> Path:
        """Return where the files of a job's present attempt lie."""
        return self.settings.jobs / job.id / str(job.token)

    def plan(self, job: Job) -> Path:
        """Write the attempt of a job that was just claimed.

        Raises:
            PersonError: its dataset, task or base model is not there.
        """
        version = self.store.datasets.version(job.owner, job.dataset_id, job.dataset_version)
        task = get_task(job.task, self.settings.task_folders)
        base = asdict(locate(job.base, task, self.settings))
        base["folder"] = str(base["folder"].resolve()) if base["folder"] else None
        folder = self.folder(job)
        attempt = Attempt(
            job_id=job.id,
            token=job.token,
            task=job.task,
            name=job.name,
            params=dict(job.params),
            base=base,
            dataset=version.folder,
            resume=job.saved[0] if job.saved else None,
            older=job.saved[1:],
            threads=threads_each(self.settings),
            beat_s=self.settings.beat_s,
            checkpoint_s=self.settings.checkpoint_s,
        )
        write_attempt(folder, attempt)
        return folder
