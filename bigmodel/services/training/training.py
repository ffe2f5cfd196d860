"""The door to training: which task and base suit a dataset, the form, the command line, and submitting a job."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import psutil

from bigmodel.answers import answer_type
from bigmodel.core import clock
from bigmodel.core.datasets.dataset import Dataset, Summary, Version
from bigmodel.core.errors import JobError, ModelError
from bigmodel.core.form import FormField, form_of
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.core.message import Message
from bigmodel.core.model import Base, BaseChoice
from bigmodel.core.name import clean_name
from bigmodel.core.task import INSTANT, Medium, Params, Task
from bigmodel.data.targets import target_kind
from bigmodel.jobs.profile import Measured
from bigmodel.jobs.supervisor.resources import require_room
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.people.limits import Limits
from bigmodel.services.training.alternatives import Choice, lighter
from bigmodel.services.training.augmentation_preview import can_augment, sheet
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.services.training.consent import is_agreed, require_consent
from bigmodel.services.training.costs import Costs
from bigmodel.services.training.forecast import Forecast, Plan, expected, free_room, judge, rough
from bigmodel.services.training.job_name import free_name
from bigmodel.services.training.params import check_params, given
from bigmodel.services.training.profiling import ProfileRequest, Profiling
from bigmodel.services.training.recommendation import (
    ANY,
    CHINESE_SHARE,
    Situation,
    advise,
    expectation,
    is_fitting_here,
)
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import find_tasks, get_task

HUB_WAIT_S = 1.5  # how long a page may wait for the hub before it is drawn without


def reads(task: Task, version: Version) -> bool:
    """Tell whether a task reads as many columns as a version gives."""
    is_media, columns = version.recipe.medium != Medium.TEXT, len(version.recipe.inputs)
    if target_kind(version.summary.target).reads_all:
        return target_kind(task.target).reads_all
    return is_media or len(task.inputs) == columns or (task.has_turns and columns > 1)


def fit_of(task: Task, summary: Summary) -> float:
    """Return how well a task suits a dataset; targets that name places of their inputs suit tasks of their kind alone."""
    mine, asked = target_kind(task.target), target_kind(summary.target)
    if mine is not asked and (
        mine.reads_inputs or asked.reads_inputs or mine.reads_all or asked.reads_all
    ):
        return 0.0
    return task.fit(summary)


class Waker(Protocol):
    """What starts the supervisor if it does not run."""

    def wake(self) -> None:
        """Make sure that queued jobs will be taken."""


class TrainingService:
    """Everything between a dataset and a queued job."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        bases: BaseModelService,
        jobs: Waker,
        sorting: LabellingService | None = None,
    ) -> None:
        self._sorting = sorting or LabellingService(settings, store)
        self._settings = settings
        self._store = store
        self._bases = bases
        self._jobs = jobs
        self._timing = Profiling(settings, lambda: any(j.is_live for j in store.jobs.live()))
        self._costs = Costs(settings, bases)

    # what fits ----------------------------------------------------------------------------------

    def tasks(self) -> list[Task]:
        """Return every task."""
        return list(find_tasks(self._settings.task_folders).values())

    def guess_task(self, dataset: Dataset) -> str:
        """Return the name of the task that suits a dataset best."""
        summary = dataset.version.summary
        readers = [task for task in self.tasks() if task.medium == summary.medium]
        recipe = dataset.version.recipe

        def suits(task: Task) -> tuple[bool, bool, bool, float]:
            fit = fit_of(task, summary)
            is_asked = fit > 0 and task.name == recipe.task
            is_kind = fit > 0 and task.target == recipe.kind
            return reads(task, dataset.version), is_asked, is_kind, fit

        return max(readers, key=suits).name

    def unfit_for(self, dataset: Dataset, task: str) -> str:
        """Return the task that somebody brought data for, where another suits it better; "" where it does, or none was said."""
        return task if task and self.guess_task(dataset) != task else ""

    def choices(self, owner: str, dataset_id: str, task: str) -> list[BaseChoice]:
        """Return the base models for a dataset and task, the recommended one first."""
        version = self._store.datasets.get(owner, dataset_id).version
        found = self._task(task)
        candidates = [
            self._costs.candidate(base, found, version) for base in self._bases.all(owner, found)
        ]
        situation = self._situation(version, found, is_hub_reachable=False)
        choices = advise(candidates, situation)
        suggested = [
            self._costs.candidate(base, found, version)
            for base in self._suggestions(owner, found, situation.language)
        ]
        if not suggested or situation.has_few or is_fitting_here(choices):
            return choices
        is_reachable = (
            self._settings.gpu or not all(one.base.needs_gpu for one in suggested)
        ) and self._bases.is_reachable(HUB_WAIT_S)
        if not is_reachable:
            suggested = suggested[:1]  # one is enough to say what would help
        situation = self._situation(version, found, is_hub_reachable=is_reachable)
        return advise([*candidates, *suggested], situation)

    def expectation(
        self, owner: str, dataset_id: str, choice: BaseChoice, task: str
    ) -> Message | None:
        """Return what to expect of so few pictures or recordings, or None where there are enough."""
        version = self._store.datasets.get(owner, dataset_id).version
        situation = self._situation(version, self._task(task), is_hub_reachable=False)
        return expectation(version.summary, situation, choice)

    def _suggestions(self, owner: str, task: Task, language: str) -> list[Base]:
        """Return what could be fetched for a language and is not here yet."""
        here = set(self._store.base_models.list_all(owner))
        suggestions = self._bases.catalogue(task).suggestions
        return [
            base
            for base in suggestions
            if base.name not in here and (not language or {language, ANY} & set(base.languages))
        ]

    def _situation(self, version: Version, task: Task, *, is_hub_reachable: bool) -> Situation:
        summary = version.summary
        is_speech = answer_type(task).is_text and task.medium == Medium.AUDIO
        guessed = "zh" if summary.han_share > CHINESE_SHARE else "en"  # of older versions too
        language = summary.language or guessed
        return Situation(
            usable_rows=summary.usable_rows,
            language=language if is_speech or task.medium == Medium.TEXT else "",
            memory_mb=psutil.virtual_memory().total / 1e6,
            is_hub_reachable=is_hub_reachable,
            medium=task.medium,
            is_speech=is_speech,
            least=task.fewest_to_tune,
            scratch_rows=task.rows_for_scratch,
            guesses_first=task.guesses_first,
            alone_of="" if len(self._bases.catalogue(task).bases) > 1 else task.name,
            has_gpu=self._settings.gpu,
        )

    # the form -----------------------------------------------------------------------------------

    def form(self, task: str) -> list[FormField]:
        """Return the settings of a task that people may change, with kinds, bounds and groups."""
        return form_of(self._task(task).params)

    def values(self, owner: str, task: str, base: str, preset: str) -> dict[str, Any]:
        """Return the value of every setting that a base and preset stand for."""
        found = self._task(task)
        values = self._costs.preset(found, self._base(owner, found, base), preset)
        return check_params(found, values).model_dump(mode="json")

    def command(
        self,
        owner: str,
        dataset_id: str,
        *,
        task: str,
        base: str,
        preset: str,
        changes: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the command line that starts the same training."""
        dataset = self._store.datasets.get(owner, dataset_id)
        names = [other.name for other in self._store.datasets.list_all(owner)]
        named = dataset.name if names.count(dataset.name) == 1 else dataset.id
        parts = ["python", "-m", "bigmodel", "train", named]
        parts += ["--task", task, "--base", base, "--preset", preset]
        for name, value in self._changed(owner, task, base, preset, changes).items():
            parts += ["--set", f"{name}={value}"]
        return shlex.join(parts)

    def _changed(
        self, owner: str, task: str, base: str, preset: str, changes: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        usual = self.values(owner, task, base, preset)
        return {
            name: value
            for name, value in (changes or {}).items()
            if name in usual and value is not None and value != usual[name]
        }

    def varied(self, owner: str, dataset_id: str, values: Mapping[str, Any]) -> bytes | None:
        """Return a JPEG of how settings vary some pictures of a dataset; None where there is nothing to draw."""
        version = self._store.datasets.get(owner, dataset_id).version
        if not can_augment(version, values):
            return None
        return sheet(version, values, self._settings)

    # what to expect -----------------------------------------------------------------------------

    def forecast(
        self,
        owner: str,
        dataset_id: str,
        *,
        task: str = "",
        base: str = "",
        preset: str = "balanced",
        changes: Mapping[str, Any] | None = None,
        wait: bool = False,
    ) -> Forecast:
        """Return how long a training takes and what it needs: rough at once, timed in the background; `wait` stays until it was.

        Raises:
            NotFoundError: no such dataset or task.
            ParamsError: settings that do not fit, one problem each.
            ModelError: `base_unknown`.
            JobError: `no_labels_yet`, `labels_few`, `inputs_differ` or `task_does_not_fit`.
        """
        dataset = self._sorting.ready(owner, dataset_id)
        found = self._task(task or self.guess_task(dataset))
        self._require_fit(dataset, found)
        chosen = self._base(owner, found, base or self._default_base(owner, dataset, found))
        params = self._params(found, chosen, preset, changes)
        asked = ProfileRequest(dataset.version, found, chosen.name, params)
        known, why_not = self._timing.known(asked), self._untimed(asked, chosen)
        if known is None and not why_not and wait:
            known = self._timing.measure(asked)
        elif known is None and not why_not:
            self._timing.want(asked)
        made = self._made(asked, chosen, known or why_not)
        if not made.is_short:
            return made
        choice = Choice(found, chosen, preset, params)
        choices = self.choices(owner, dataset.id, found.name)
        others = [one.base for one in choices if one.fits and one.is_ready]
        return replace(made, plan=self._plan(choice, others, dataset.version, made))

    def _untimed(self, asked: ProfileRequest, base: Base) -> Measured | None:
        """Return why a choice cannot be timed now."""
        if not self._bases.is_ready(base) or (base.needs_gpu and not self._settings.gpu):
            return Measured(error=Message("train.forecast.no_base"))
        if not is_agreed(self._settings, asked.version, asked.task):
            return Measured(error=Message("train.forecast.no_consent"))
        return None

    def _made(self, asked: ProfileRequest, base: Base, known: Measured | None) -> Forecast:
        room = free_room(self._settings)
        made = rough(self._costs.minutes(base, asked.params, asked.version), base.size_mb, room)
        if known is None:
            return replace(made, is_pending=self._timing.is_pending(asked))
        return expected(made, known, asked.params, room=room, is_warm=self._settings.warm)

    def _plan(
        self, choice: Choice, others: Sequence[Base], version: Version, made: Forecast
    ) -> Plan | None:
        """Return the mildest change that should make the training fit, by the proportion of rough guesses."""
        before = self._costs.minutes(choice.base, choice.params, version)
        for other in lighter(choice, others):
            values = {**self._costs.preset(choice.task, other.base, other.preset), **other.changes}
            params = check_params(choice.task, values)
            minutes = self._costs.minutes(other.base, params, version)
            share = max(minutes, 1e-3) / max(before, 1e-3)
            needed = made.memory_mb * other.memory_share
            then = judge(
                replace(made, seconds=made.seconds * share, memory_mb=needed),
                free_room(self._settings),
            )
            if then.light == "green" or (made.light == "red" and then.light == "amber"):
                return Plan(
                    other.base.name, other.preset, other.changes, other.why, then.seconds / 60
                )
        return None

    # submitting ---------------------------------------------------------------------------------

    def submit(
        self,
        owner: str,
        dataset_id: str,
        *,
        task: str = "",
        base: str = "",
        preset: str = "balanced",
        changes: Mapping[str, Any] | None = None,
        name: str = "",
        called: str = "",
        key: str = "",
        via: str = "",
    ) -> Job:
        """Queue a training and return its job; without a `name` it is named by its data and what its base is `called`. The same key is the same job, however often it is sent.

        Raises:
            NotFoundError: no such dataset or task.
            ParamsError: settings that do not fit, one problem each.
            ModelError: as of `require_for`; `base_unknown`, `base_needs_gpu`, or `base_missing`.
            JobError: `task_does_not_fit`, `few_rows_only_instant`, `disk_short`, `memory_short_now`;
                `consent_missing`, where a voice is made; `no_labels_yet` or `labels_few`, where labels are given by hand.
        """
        dataset = self._sorting.ready(owner, dataset_id)
        require_room(self._settings)
        Limits(self._settings, self._store).check_training(owner, key)
        found = self._task(task or self.guess_task(dataset))
        self._require_fit(dataset, found)
        require_consent(self._settings, dataset.version, found)
        chosen = self._base(owner, found, base or self._default_base(owner, dataset, found))
        self._require_usable(dataset, found, chosen)
        params = self._params(found, chosen, preset, changes)
        asked = ProfileRequest(dataset.version, found, chosen.name, params)
        return self._queued(
            Job(
                id=new_id(),
                owner=owner,
                key=key or new_id(),
                name=clean_name(name) or self._free_name(dataset, called or chosen.name),
                task=found.name,
                dataset_id=dataset.id,
                dataset_version=dataset.version.number,
                base=chosen.name,
                preset=preset,
                params=params.model_dump(mode="json"),
                created_at=clock.now(),
                via=via,
                expected_s=self._made(asked, chosen, self._timing.known(asked)).seconds,
            )
        )

    def _queued(self, job: Job) -> Job:
        queued = self._store.jobs.submit(job)
        self._jobs.wake()
        return queued

    def _free_name(self, dataset: Dataset, called: str) -> str:
        return free_name(self._store, dataset.owner, f"{dataset.name} · {called}")

    def _params(
        self, task: Task, base: Base, preset: str, changes: Mapping[str, Any] | None
    ) -> Params:
        return check_params(task, {**self._costs.preset(task, base, preset), **given(changes)})

    def _require_fit(self, dataset: Dataset, task: Task) -> None:
        version, name = dataset.version, f"tasks.{task.name}.name"
        if not reads(task, version):
            columns, inputs = len(version.recipe.inputs), len(task.inputs)
            raise JobError("inputs_differ", task=name, columns=columns, inputs=inputs)
        if task.medium != version.summary.medium or fit_of(task, version.summary) <= 0:
            raise JobError("task_does_not_fit", dataset=dataset.name, task=name)

    def _require_usable(self, dataset: Dataset, task: Task, base: Base) -> None:
        rows, least = dataset.version.summary.usable_rows, task.fewest_to_tune
        if rows < least and base.name != INSTANT:
            raise JobError("few_rows_only_instant", rows=rows, least=least)
        if base.needs_gpu and not self._settings.gpu:
            raise ModelError("base_needs_gpu")
        if not self._bases.is_ready(base):
            raise ModelError("base_missing", base=base.name)

    def _default_base(self, owner: str, dataset: Dataset, task: Task) -> str:
        choices = self.choices(owner, dataset.id, task.name)
        return next(choice.base.name for choice in choices if choice.fits and choice.is_ready)

    def _task(self, name: str) -> Task:
        return get_task(name, self._settings.task_folders)

    def _base(self, owner: str, task: Task, name: str) -> Base:
        known = {base.name: base for base in self._bases.all(owner, task)}
        for base in self._bases.catalogue(task).suggestions:
            known.setdefault(base.name, base)
        if name not in known:
            self._bases.require_for(owner, name, task.name)
            raise ModelError("base_unknown", base=name, known=", ".join(known))
        return known[name]
