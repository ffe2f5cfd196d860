"""Says what happened to a training that failed, why, and which one step mends it; it tries nothing by itself.

The worker names every failure by a key of the words (`jobs.failure`); here stands, once for each, what
it means. A failure that nobody thought of has no cause here, says so, and keeps all that a report needs.
"""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bigmodel import __version__
from bigmodel.core.errors import JobError
from bigmodel.core.job import Job, State
from bigmodel.core.message import Arg, Message
from bigmodel.core.model import Base
from bigmodel.core.task import INSTANT
from bigmodel.data.versions.revise import split_anew, without_rows
from bigmodel.jobs.redact import redacted
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.training.alternatives import half_batch, less_to_read, smaller_base
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task

Deed = Literal["again", "resume", "split", "leave_out"]
SLOWER = 5.0  # a learning rate that broke a training is lowered by this factor
KILL = 9


@dataclass(frozen=True)
class Fix:
    """What one button does: run again with changes or another base, go on, split anew, or leave rows out."""

    label: Message
    deed: Deed = "again"
    changes: Mapping[str, Any] = field(default_factory=dict)
    base: str = ""
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class FailedJob:
    """What a remedy is chosen by: the failed job, and the bases that are here for its task."""

    job: Job
    message: Message
    bases: Sequence[Base]
    usual: Mapping[str, Any]

    @property
    def base(self) -> Base:
        known = {base.name: base for base in self.bases}
        return known.get(self.job.base, Base(self.job.base, "hub", size_mb=1e9))


@dataclass(frozen=True)
class Diagnosis:
    """Explanation of a failure. `report` is the technical part, free of secrets and of people's rows."""

    cause: str
    what: Message
    why: Message
    safe: Message
    remedy: Fix | None = None
    report: str = ""


Choose = Callable[[FailedJob], Fix | None]


@dataclass(frozen=True)
class Cause:
    """One entry of the catalogue: the keys of the failures it explains, and how it is mended."""

    name: str
    keys: tuple[str, ...]
    remedy: Choose


def _less_memory(patient: FailedJob) -> Fix | None:
    """Return the mildest change that takes less memory."""
    values = patient.job.params
    if halved := half_batch(values):
        return Fix(Message("doctor.button.half_batch", _args(halved)), changes=halved)
    if less := less_to_read(values):
        return Fix(Message(f"doctor.button.less_{next(iter(less))}", _args(less)), changes=less)
    return _smaller(patient)


def _smaller(patient: FailedJob) -> Fix | None:
    smaller = smaller_base(patient.base, patient.bases)
    if smaller is None or patient.job.base == INSTANT:
        return None
    return Fix(Message("doctor.button.smaller", {"base": smaller.name}), base=smaller.name)


def _again(patient: FailedJob) -> Fix | None:  # noqa: ARG001 - as the others
    return Fix(Message("doctor.button.again"))


def _after_kill(patient: FailedJob) -> Fix | None:
    """Return less memory after the signal by which systems end what takes too much, else once more."""
    if patient.message.args.get("signal") == KILL and half_batch(patient.job.params):
        return _less_memory(patient)
    return _again(patient)


def _lower_rate(patient: FailedJob) -> Fix | None:
    values = patient.job.params
    if "learning_rate" not in values:
        return _smaller(patient) or _again(patient)
    changes: dict[str, Any] = {"learning_rate": float(f"{values['learning_rate'] / SLOWER:.2g}")}
    if not values.get("clip_norm", 1.0):
        changes["clip_norm"] = 1.0
    if values.get("precision") == "fp16":
        changes["precision"] = "auto"
    args = {"learning_rate": f"{changes['learning_rate']:g}"}
    return Fix(Message("doctor.button.lower_rate", args), changes=changes)


def _split(patient: FailedJob) -> Fix | None:  # noqa: ARG001
    return Fix(Message("doctor.button.split"), "split")


def _leave_out(patient: FailedJob) -> Fix | None:
    rows = tuple(str(patient.message.args.get("rows", "")).split())
    args: dict[str, Arg] = {"count": patient.message.args.get("count", len(rows))}
    return Fix(Message("doctor.button.leave_out", args), "leave_out", rows=rows) if rows else None


def _resume(patient: FailedJob) -> Fix | None:
    return (
        Fix(Message("doctor.button.resume"), "resume")
        if patient.job.state == State.PAUSED
        else _again(patient)
    )


def _from_scratch(patient: FailedJob) -> Fix | None:
    """Return a base that brings no fixed vocabulary."""
    free = [base for base in patient.bases if base.kind in ("scratch", INSTANT)]
    fit = max(free, key=lambda base: base.kind == "scratch", default=None)
    return Fix(Message("doctor.button.other", {"base": fit.name}), base=fit.name) if fit else None


def _usual(patient: FailedJob) -> Fix | None:
    """Return the usual settings where somebody changed them, else a smaller model."""
    if dict(patient.usual) and dict(patient.job.params) != dict(patient.usual):
        return Fix(Message("doctor.button.usual"), changes=patient.usual)
    return _smaller(patient) or _again(patient)


CATALOGUE: tuple[Cause, ...] = (
    Cause("gpu_memory", ("gpu_memory_short",), _less_memory),
    Cause("host_memory", ("memory_short", "memory_short_now"), _less_memory),
    Cause("killed", ("worker_killed",), _after_kill),
    Cause("restarted", ("worker_gone", "worker_silent"), _again),
    Cause("one_class", ("one_class_only", "class_not_in_training_rows"), _split),
    Cause("broken_item", ("items_broken",), _leave_out),
    Cause("diverged", ("loss_not_finite",), _lower_rate),
    Cause("disk_full", ("paused_disk_full", "disk_short"), _resume),
    Cause("disk_trouble", ("disk_trouble",), _again),
    Cause("disk_refused", ("disk_refused",), _again),
    Cause("network", ("hub_unreachable", "hub_offline"), _smaller),
    Cause(
        "model_missing",
        ("base_missing", "base_unknown", "base_has_no_files", "hub_unknown_model", "package_missing"),
        _smaller,
    ),
    Cause("model_gated", ("hub_gated",), _smaller),
    Cause(
        "model_unsafe",
        ("package_changed", "base_cannot_be_loaded", "base_has_no_head", "model_has_code", "model_wants_code",
         "model_pickle", "model_weights_broken", "hub_file_differs"),
        _smaller,
    ),
    Cause("unreadable_text", ("text_not_readable", "texts_are_empty"), _from_scratch),
    Cause("checkpoint", ("checkpoint_damaged", "checkpoint_of_another_training"), _again),
    Cause("code_bug", ("training_broken",), _usual),
)  # fmt: skip
OF_KEY = {f"errors.{key}": cause for cause in CATALOGUE for key in cause.keys}


def find_cause(message: Message) -> Cause | None:
    """Return the catalogue entry that explains a failure, None if there is none."""
    return OF_KEY.get(message.key)


class DiagnosisService:
    """Diagnoses jobs of one data folder, and does what the button says."""

    def __init__(
        self, settings: Settings, store: Store, bases: BaseModelService, control: ControlService
    ) -> None:
        self._settings, self._store, self._bases, self._control = settings, store, bases, control

    def diagnose(self, owner: str, job_id: str) -> Diagnosis | None:
        """Return what happened to a job that failed, or stands still for want of room; None for all others."""
        job = self._store.jobs.get(owner, job_id)
        is_stuck = (
            job.state == State.PAUSED and job.message is not None and job.message.level == "error"
        )
        if job.message is None or not (job.state == State.FAILED or is_stuck):
            return None
        cause = find_cause(job.message)
        has_model = bool(self._store.models.list_all(owner, job_id))
        return Diagnosis(
            cause=cause.name if cause else "unknown",
            what=job.message,
            why=Message(f"doctor.why.{cause.name if cause else 'unknown'}"),
            safe=Message("doctor.safe_with_model" if has_model else "doctor.safe"),
            remedy=self._remedy(job, job.message, cause),
            report=self._report(job),
        )

    def mend(self, owner: str, job_id: str, *, via: str = "") -> Job:
        """Do what the button of the diagnosis says, and return the job that goes on.

        Raises:
            JobError: `nothing_to_mend`.
            PersonError: it cannot be done, with the reason.
        """
        found = self.diagnose(owner, job_id)
        if found is None or found.remedy is None:
            raise JobError("nothing_to_mend")
        remedy = found.remedy
        if remedy.deed == "resume":
            return self._control.resume(owner, job_id)
        version = self._revised(owner, job_id, remedy)
        return self._control.again(
            owner, job_id, remedy.changes, base=remedy.base, dataset_version=version, via=via
        )

    def _revised(self, owner: str, job_id: str, remedy: Fix) -> int:
        """Make the version of the data that the remedy wants, and return its number; 0 for none."""
        if remedy.deed not in ("split", "leave_out"):
            return 0
        job = self._store.jobs.get(owner, job_id)
        newest = self._store.datasets.get(owner, job.dataset_id).version.number
        if newest > job.dataset_version:
            return newest  # somebody mended it already
        version = self._store.datasets.version(owner, job.dataset_id, job.dataset_version)
        if remedy.deed == "split":
            made = split_anew(self._settings, version, newest + 1)
        else:
            made = without_rows(self._settings, version, newest + 1, remedy.rows)
        self._store.datasets.add_version(owner, made)
        return made.number

    def _remedy(self, job: Job, message: Message, cause: Cause | None) -> Fix | None:
        task = get_task(job.task, self._settings.task_folders)
        ready = [base for base in self._bases.all(job.owner, task) if self._bases.is_ready(base)]
        known = {base.name: base for base in ready}
        usual: Mapping[str, Any] = {}
        if job.base in known:
            preset = {**known[job.base].presets.get(job.preset, {}), "base": job.base}
            usual = task.params(**preset).model_dump(mode="json")
        patient = FailedJob(job, message, ready, usual)
        return cause.remedy(patient) if cause else _again(patient)

    def _report(self, job: Job) -> str:
        """Return all that somebody who mends the program needs: versions, settings, where it broke."""
        settings = "\n".join(f"  {name}: {value}" for name, value in sorted(job.params.items()))
        head = (
            f"BigModel Studio {__version__}, Python {platform.python_version()}, {platform.system()}\n"
            f"task {job.task}, base {job.base}, attempt {job.attempt}, step {job.progress.step}\n"
            f"failure {job.message.key if job.message else ''}\n{settings}"
        )
        return redacted(f"{head}\n{job.traceback}".rstrip())


def _args(values: Mapping[str, Any]) -> dict[str, Arg]:
    return {name: value for name, value in values.items() if isinstance(value, int)}
