"""Shows the coach the curves of a job, and does what its button says; the rules themselves are in `coach`."""

from bigmodel.answers import metrics_of
from bigmodel.core.errors import JobError
from bigmodel.core.job import Job, State
from bigmodel.core.metric import metric
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.jobs.insights import Advice, advise, curve_stats
from bigmodel.services.jobs.jobs import JobService
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task

MAX_POINTS = 300


class InsightService:
    """The coach of one data folder."""

    def __init__(
        self, settings: Settings, store: Store, jobs: JobService, control: ControlService
    ) -> None:
        self._settings, self._store, self._jobs, self._control = settings, store, jobs, control

    def advice(self, owner: str, job_id: str) -> list[Advice]:
        """Return what the coach says of a training that runs or ended well; nothing of others."""
        job = self._store.jobs.get(owner, job_id)
        if job.state not in (State.RUNNING, State.SUCCEEDED, State.CANCELLED):
            return []
        task = get_task(job.task, self._settings.task_folders)
        curves = self._store.curves.read(owner, job_id, MAX_POINTS)
        primary = metric(task.primary, metrics_of(task))
        seen = curve_stats(job, curves, self._store.models.list_all(owner, job_id), primary)
        return [self._possible(job, said) for said in advise(seen)] if seen else []

    def apply(self, owner: str, job_id: str, rule: str, *, via: str = "") -> Job:
        """Do what the coach advises by this rule, and return the job to look at then.

        Raises:
            JobError: `advice_is_over`, when the training has moved on meanwhile.
        """
        said = next((each for each in self.advice(owner, job_id) if each.rule == rule), None)
        if said is None or said.apply is None:
            raise JobError("advice_is_over")
        if said.apply.deed == "stop":
            return self._jobs.cancel(owner, job_id)  # the instant model stands, and is as good
        if said.apply.deed == "further":
            return self._control.train_further(owner, job_id, said.apply.epochs, via=via)
        return self._control.again(owner, job_id, said.apply.changes, via=via)

    def _possible(self, job: Job, said: Advice) -> Advice:
        """Leave out a button that cannot do anything."""
        is_further = said.apply is not None and said.apply.deed == "further"
        if is_further and not self._control.can_train_further(job.owner, job.id):
            return Advice(said.rule, said.message)
        return said
