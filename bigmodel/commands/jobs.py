"""`jobs list|show|cancel|pause|resume|again|continue`: trainings on the command line; it asks and never moves a state itself."""

import argparse
from typing import Any

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal, local_time
from bigmodel.core.job import Job
from bigmodel.services.studio import Services

VIA = "terminal"


def run_list(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """List jobs, newest first."""
    jobs = services.jobs.all(OWNER, args.limit, 0)
    terminal.record({"jobs": [_brief(job) for job in jobs]})
    if not jobs:
        terminal.say("jobs.none")
        return 0
    rows = [
        (
            job.id,
            job.name,
            terminal.state(job),
            _steps(job),
            job.base,
            local_time(job.created_at),
        )
        for job in jobs
    ]
    terminal.table(("id", "name", "state", "step", "base", "created"), rows)
    return 0


def run_show(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Show one job: where it is, what it yielded and what happened to it."""
    job = find_job(services, args.job)
    terminal.record(record_of(job, services, terminal))
    if terminal.is_json:
        return 0
    terminal.write(f"{job.name}  {job.id}")
    terminal.write(f"{terminal.state(job)}  {_steps(job)}".rstrip())
    if job.message:
        terminal.write(terminal.tell(job.message))
    for model in services.results.models(OWNER, job.id):
        test = "  ".join(f"{k} {v:.4g}" for k, v in model.metrics.get("test", {}).items())
        terminal.write(f"{terminal.text(f'kinds.{model.kind}')}  {model.id}  {test}".rstrip())
    for event in services.jobs.history(OWNER, job.id, 0):
        terminal.write(f"{local_time(event.at)}  {terminal.tell(event.message)}")
    return 0


def run_cancel(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Ask a job to stop."""
    job = find_job(services, args.job)
    if job.is_final:
        terminal.say("jobs.was_over", name=job.name, state=terminal.state(job))
    else:
        services.jobs.cancel(OWNER, job.id)
        job = services.jobs.get(OWNER, job.id)
        terminal.say("jobs.cancelling" if not job.is_final else "jobs.cancelled", name=job.name)
    terminal.record(_brief(job))
    return 0


def run_pause(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Ask a job to save and stop."""
    job = find_job(services, args.job)
    job = services.control.pause(OWNER, job.id)
    key = "was_over" if job.is_final else "pausing" if job.is_live else "paused"
    terminal.say(f"jobs.{key}", name=job.name, state=terminal.state(job))
    terminal.record(_brief(job))
    return 0


def run_resume(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Let a paused job go on."""
    job = services.control.resume(OWNER, find_job(services, args.job).id)
    terminal.say("jobs.resumed", name=job.name)
    terminal.record(_brief(job))
    return 0


def run_again(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Start a training like an old one."""
    changes = dict(pair.split("=", 1) for pair in args.set)
    old = find_job(services, args.job)
    newest = 0
    if args.newest:
        newest = services.labelling.settle(OWNER, old.dataset_id).version.number
    again = services.control.again(OWNER, old.id, changes, dataset_version=newest, via=VIA)
    return _started(again, terminal)


def run_continue(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Train a finished model for some more epochs."""
    old = find_job(services, args.job)
    job = services.control.train_further(OWNER, old.id, args.epochs, via=VIA)
    return _started(job, terminal)


def _started(job: Job, terminal: Terminal) -> int:
    terminal.say("train.submitted", name=job.name, id=job.id)
    terminal.record(_brief(job))
    return 0


def record_of(job: Job, services: Services, terminal: Terminal) -> dict[str, Any]:
    """Return a job for machines, with its models and its history."""
    models = [model.to_json() for model in services.results.models(OWNER, job.id)]
    history = [
        {"seq": event.seq, "at": event.at.isoformat(), "kind": event.kind}
        | terminal.plain(event.message)
        for event in services.jobs.history(OWNER, job.id, 0)
    ]
    more = {
        "place": services.jobs.place(OWNER, job.id),
        "params": dict(job.params),
        "progress": job.progress.to_json(),
        "message": terminal.plain(job.message) if job.message else None,
        "models": models,
        "history": history,
    }
    return _brief(job) | more


def _brief(job: Job) -> dict[str, Any]:
    moments = {"created_at": job.created_at, "started_at": job.started_at, "ended_at": job.ended_at}
    return {
        "job": job.id,
        "name": job.name,
        "state": str(job.state),
        "wish": str(job.wish),
        "task": job.task,
        "base": job.base,
        "preset": job.preset,
        "dataset": job.dataset_id,
        "dataset_version": job.dataset_version,
        "attempt": job.attempt,
    } | {name: moment.isoformat() if moment else None for name, moment in moments.items()}


def _steps(job: Job) -> str:
    has_steps = job.progress.steps and not job.is_final
    return f"{job.progress.step:,}/{job.progress.steps:,}" if has_steps else ""
