"""`train`: submit a training and, if asked, watch it to its end; a watcher that leaves stops nothing."""

import argparse
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bigmodel.commands.data import import_file
from bigmodel.commands.jobs import record_of
from bigmodel.commands.reference import OWNER, as_file, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.core import clock
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import JobError, NotFoundError
from bigmodel.core.job import Job, State
from bigmodel.core.people.consent import VALID
from bigmodel.services.studio import Services
from bigmodel.services.training.forecast_text import sentences, to_json

LOOK_S = 0.5
MINUTES = int(VALID.total_seconds() // 60)
WAKE_S = 10.0  # between looks at whether the supervisor still runs


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Train on a dataset, or on a file that is imported first."""
    dataset = _dataset(args, services, terminal)
    if (
        args.forecast and args.consent is None
    ):  # without one nothing is asked: it says that it guesses
        return _forecast(args, dataset, services, terminal)
    if not _is_agreed(args, dataset, services, terminal):
        return 1
    if args.forecast:
        return _forecast(args, dataset, services, terminal)
    job = services.training.submit(
        OWNER,
        dataset.id,
        task=args.task or "",
        base=args.base or "",
        preset=args.preset,
        changes=changes_of(args),
        name=args.name or "",
        via="terminal",
    )
    if not args.wait:
        terminal.say("train.submitted", name=job.name, id=job.id)
        terminal.record(record_of(job, services, terminal))
        return 0
    job = _wait(job, services, terminal)
    return _report(job, services, terminal)


def _forecast(
    args: argparse.Namespace, dataset: Dataset, services: Services, terminal: Terminal
) -> int:
    """Time a few steps and say what to expect; nothing is submitted."""
    made = services.training.forecast(
        OWNER,
        dataset.id,
        task=args.task or "",
        base=args.base or "",
        preset=args.preset,
        changes=changes_of(args),
        wait=True,
    )
    for line in sentences(made, clock.now().astimezone(), terminal.tell):
        terminal.write(line)
    terminal.record(to_json(made))
    return 0


def _is_agreed(
    args: argparse.Namespace, dataset: Dataset, services: Services, terminal: Terminal
) -> bool:
    """Tell whether the training may begin: where it waits for a consent, ask for one or have the one that was brought heard."""
    task = args.task or services.training.guess_task(dataset)
    if not services.consents.is_wanted(dataset.version, task):
        return True
    language = terminal.language
    if args.consent is None:
        asked = services.consents.ask(OWNER, dataset.id, language)
        terminal.say("consent.wanted", minutes=MINUTES)
        terminal.write(f"\n    {asked.sentence}\n")
        terminal.say("consent.how", command=_once_more(args, dataset, task))
        terminal.record({"consent": {"sentence": asked.sentence, "until": asked.until}, "dataset": dataset.id})  # fmt: skip
        return False
    open_one = services.consents.newest(OWNER, dataset.id)
    if open_one is None:
        raise JobError("consent_old")
    found = services.consents.check(OWNER, dataset.id, open_one.id, args.consent)
    lines = [terminal.tell(line) for line in found.lines]
    for line in lines:
        terminal.write(line)
    if found.is_given:
        terminal.say("consent.checked")
    else:
        terminal.record({"consent": {"is_given": False, "lines": lines}})
    return found.is_given


def _once_more(args: argparse.Namespace, dataset: Dataset, task: str) -> str:
    """Return the command that trains what was asked for, with a consent: a person copies it as it stands."""
    asked = {"base": args.base, "preset": args.preset, "budget": args.budget, "name": args.name}
    told = [f"--{key} {shlex.quote(str(value))}" for key, value in asked.items() if value]
    told += [f"--set {shlex.join(args.set)}"] * bool(args.set) + ["--wait"] * args.wait
    return " ".join(
        ["python -m bigmodel train", dataset.id, "--task", task, *told, "--consent FILE"]
    )


def changes_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings named on the command line; the task's own check reads the values."""
    changes: dict[str, Any] = dict(pair.split("=", 1) for pair in args.set)
    if args.budget is not None:
        changes["budget_s"] = args.budget
    return changes


def is_setting(text: str) -> bool:
    """Tell whether a text reads key=value."""
    key, equals, _ = text.partition("=")
    return bool(equals) and key.isidentifier()


def _dataset(args: argparse.Namespace, services: Services, terminal: Terminal) -> Dataset:
    file = as_file(args.dataset)
    if file is None:
        try:
            return find_dataset(services, args.dataset)
        except NotFoundError:  # a folder here may have a name as plain as a dataset's
            file = Path(args.dataset)
            if not file.is_dir():
                raise
    dataset = import_file(file, args, services, terminal)
    terminal.say("data.imported", name=dataset.name, id=dataset.id)
    return dataset


def _wait(job: Job, services: Services, terminal: Terminal) -> Job:
    woken_at = time.monotonic()
    with terminal.bar(job.name) as move:
        while not job.is_final:
            time.sleep(LOOK_S)
            if time.monotonic() - woken_at > WAKE_S:
                services.jobs.wake()
                woken_at = time.monotonic()
            job = services.jobs.get(OWNER, job.id)
            share = job.progress.step / job.progress.steps if job.progress.steps else 0.0
            move(share, _standing(job, services, terminal))
    return job


def _standing(job: Job, services: Services, terminal: Terminal) -> str:
    state = terminal.state(job)
    if job.state == State.QUEUED:
        return f"{state} ({services.jobs.place(OWNER, job.id)})"
    if not job.progress.steps:
        return state
    phase = terminal.words.first(
        terminal.language, (f"jobs.phases.{job.progress.phase}", "jobs.phases.other")
    )
    at = f"{phase} {job.progress.step:,}/{job.progress.steps:,}"
    if not job.progress.left_s:
        return at
    minutes, seconds = divmod(round(job.progress.left_s), 60)
    return f"{at}  {terminal.text('train.left', time=f'{minutes}:{seconds:02d}')}"


def _report(job: Job, services: Services, terminal: Terminal) -> int:
    record = record_of(job, services, terminal)
    terminal.record(record)
    if job.state == State.SUCCEEDED:
        terminal.say("train.succeeded", name=job.name, id=job.id)
        for model in record["models"]:
            terminal.write("  " + _model_line(model, terminal))
        return 0
    reason = terminal.tell(job.message) if job.message else ""
    sentence = terminal.text("train.ended", state=terminal.state(job), id=job.id)
    terminal.errors.print(f"{sentence} {reason}".strip(), soft_wrap=True)
    return 1


def _model_line(model: Mapping[str, Any], terminal: Terminal) -> str:
    test: Mapping[str, float] = model["metrics"].get("test", {})
    numbers = "  ".join(f"{name} {value:.4g}" for name, value in test.items())
    kept = terminal.text("train.kept") if model["kept"] else ""
    return f"{terminal.text('kinds.' + model['kind'])}  {numbers}  {kept}".rstrip()
