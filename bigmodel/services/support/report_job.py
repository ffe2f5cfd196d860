"""What a report says of a job and its data: states, counts and numbers; no name, label or row of a person."""

import re
from collections.abc import Sequence
from typing import Any

from bigmodel.base_models.catalogue import read_models
from bigmodel.core.datasets.dataset import Form, Version
from bigmodel.core.job import Job, JobEvent
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import PRESETS, Task
from bigmodel.services.support.sanitise import Sanitiser
from bigmodel.settings import Settings
from bigmodel.store.values import Curve
from bigmodel.tasks import find_tasks
from bigmodel.words import Words

PLAIN = frozenset({"metric", "phase", "kind", "split", "state", "outcome", "signal"})
OWN = "[own]"
DOORS = ("browser", "terminal")
_CODEC = re.compile(r"[a-z0-9_-]{1,20}", re.ASCII)


def of_job(
    job: Job,
    history: Sequence[JobEvent],
    models: Sequence[TrainedModel],
    curves: Sequence[Curve],
    mask: Sanitiser,
    settings: Settings,
    words: Words,
) -> dict[str, Any]:
    """Return the record of a job."""
    tasks = find_tasks(settings.task_folders)
    task = tasks.get(job.task) if job.task in find_tasks() else None
    times = {name: getattr(job, name) for name in ("created_at", "started_at", "ended_at")}
    return {
        "id": job.id,
        "task": job.task if task else OWN,
        "base": _base(job.base, task),
        "preset": job.preset if job.preset in PRESETS else OWN,
        "via": job.via if job.via in DOORS else "",
        "state": job.state.value,
        "wish": job.wish.value,
        "attempt": f"{job.attempt} of {job.max_attempts}",
        "token": job.token,
        **times,
        "progress": job.progress.to_json()
        | {"phase": mask.args({"phase": job.progress.phase}, PLAIN)["phase"]},
        "checkpoint_step": job.checkpoint_step,
        "expected_s": job.expected_s,
        "dataset_version": job.dataset_version,
        "params": _params(job, task),
        "message": _message(job.message, mask, words),
        "history": [
            {"seq": event.seq, "at": event.at, "kind": event.kind}
            | (_message(event.message, mask, words) or {})
            for event in history
        ],
        "models": [_model(model, task) for model in models],
        "curves": [
            {"name": _curve(curve.name, words), "points": curve.points, "last": curve.values[-1:]}
            for curve in curves
        ],
    }


def _model(model: TrainedModel, task: Task | None) -> dict[str, Any]:
    return {
        "kind": model.kind,
        "base": _base(model.base, task),
        "size_mb": model.size_mb,
        "labels": len(model.labels),
        "metrics": {split: _numbers(found) for split, found in model.metrics.items()},
        "kept": model.kept,
    }


def shape_of(version: Version, mask: Sanitiser) -> dict[str, Any]:
    """Return counts and measures of a version."""
    recipe, summary = version.recipe, version.summary
    forms = {str(form) for form in Form}
    return {
        "version": version.number,
        "medium": summary.medium if summary.medium in ("text", "image", "audio") else OWN,
        "form": summary.form if summary.form in forms else OWN,
        "format": recipe.format if _CODEC.fullmatch(recipe.format) else OWN,
        "encoding": recipe.encoding if _CODEC.fullmatch(recipe.encoding.lower()) else OWN,
        "delimiter": recipe.delimiter if recipe.delimiter in ("", ",", ";", "\t", "|") else OWN,
        "has_labels": bool(recipe.target),
        "has_test_file": bool(recipe.test_name),
        "relabelled": len(recipe.relabel),
        "uploads": len(recipe.uploads),
        "columns": len(summary.columns),
        "rows": summary.rows,
        "usable_rows": summary.usable_rows,
        "unlabelled_rows": summary.unlabelled_rows,
        "classes": sorted(summary.classes.values(), reverse=True),
        "split_rows": _numbers(summary.split_rows),
        "lengths": summary.lengths,
        "number_share": summary.number_share,
        "han_share": summary.han_share,
        "problems": [
            {"key": problem.key, "args": mask.args(problem.args, PLAIN)}
            for problem in summary.problems
        ],
    }


def _base(name: str, task: Task | None) -> str:
    known = {base.name for base in read_models(task.folder)} | {"instant"} if task else {"instant"}
    return name if name in known else OWN


def _params(job: Job, task: Task | None) -> dict[str, Any]:
    """Return settings of a task of ours: numbers, switches, and words that its form offers."""
    if task is None:
        return {}
    fields = task.params.model_json_schema().get("properties", {})
    shown: dict[str, Any] = {}
    for name, value in job.params.items():
        if name not in fields:
            continue
        about = fields[name]
        offered = [*about.get("enum", ()), about.get("const"), about.get("default")]
        is_number = value is None or isinstance(value, bool | int | float)
        shown[name] = value if is_number or value in offered else OWN
    return shown | ({"base": _base(str(job.params["base"]), task)} if "base" in job.params else {})


def _message(message: Message | None, mask: Sanitiser, words: Words) -> dict[str, Any] | None:
    if message is None:
        return None
    is_known = words.has(message.key) or words.has(f"{message.key}.problem")
    return {"key": message.key if is_known else OWN, "args": mask.args(message.args, PLAIN)}


def _curve(name: str, words: Words) -> str:
    return name if words.has(f"jobs.curves.{name.replace('/', '_')}") else OWN


def _numbers(found: Any) -> dict[str, Any]:  # Any: a mapping of names of ours to numbers
    return {
        str(key): value for key, value in dict(found).items() if _CODEC.fullmatch(str(key).lower())
    }
