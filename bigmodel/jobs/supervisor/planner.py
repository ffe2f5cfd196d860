"""Says what a claimed job's worker has to do; the base model is found and checked here, nothing is trained."""

from dataclasses import asdict, dataclass

from bigmodel.base_models.locate import locate
from bigmodel.core.job import Job
from bigmodel.environment import threads_each
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task


@dataclass(frozen=True)
class Planner:
    """Turns jobs into attempts."""

    settings: Settings
    store: Store

    def plan(self, job: Job) -> Attempt:
        """Return the attempt of a job that was just claimed.

        Raises:
            PersonError: its dataset, task or base model is not there.
        """
        version = self.store.datasets.version(job.owner, job.dataset_id, job.dataset_version)
        task = get_task(job.task, self.settings.task_folders)
        base = asdict(locate(job.base, task, self.settings))
        base["folder"] = str(base["folder"].resolve()) if base["folder"] else None
        return Attempt(
            job_id=job.id,
            token=job.token,
            task=job.task,
            name=job.name,
            params=dict(job.params),
            base=base,
            dataset=version.folder,
            cleaning=version.recipe.cleaning,
            resume=job.saved[0] if job.saved else None,
            older=job.saved[1:],
            threads=threads_each(self.settings),
            beat_s=self.settings.beat_s,
            checkpoint_s=self.settings.checkpoint_s,
        )
