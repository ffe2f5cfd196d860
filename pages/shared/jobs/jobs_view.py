"""How jobs look in words: escaped HTML in Gradio's own colours; nothing is asked of a service here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Protocol

from bigmodel.core.callbacks import Say, Tell
from bigmodel.core.job import Job, JobEvent, Progress, State, Wish, share_done
from bigmodel.core.model import TrainedModel
from pages.shared.web.time_text import clock, span

BADGES = {State.SUCCEEDED: "is-good", State.FAILED: "is-bad", State.LOST: "is-bad"}
PHASES = ("prepare", "instant", "load", "train", "evaluate", "measure", "save")
VIAS = ("browser", "terminal")  # where trainings are asked for, as there are words for it
NAME_CHARACTERS = 80


class Turn(Protocol):
    """When a queued job's turn comes."""

    @property
    def place(self) -> int: ...
    @property
    def starts_at(self) -> datetime | None: ...


def job_list(jobs: Sequence[Job], turns: Mapping[str, Turn], chosen: str, say: Say) -> str:
    """Return one card a job; each is a button that names its job."""
    cards = "".join(_card(job, turns.get(job.id), job.id == chosen, say) for job in jobs)
    return f'<ul class="bm-jobs">{cards}</ul>'


def durations(jobs: Sequence[Job], say: Say) -> str:
    """Return how long the ended ones of the jobs took, longest first, to compare; folded."""
    took = sorted(
        ((_took(job, job.ended_at), job) for job in jobs if job.started_at and job.ended_at),
        key=lambda pair: -pair[0],
    )
    if len(took) < 2:
        return ""
    most = took[0][0] or 1.0
    rows = "".join(
        f"<span>{escape(job.name[:NAME_CHARACTERS])}</span>"
        f'<div class="bm-bar"><i style="width:{100 * seconds / most:.1f}%"></i></div>'
        f'<span class="bm-number">{escape(span(seconds, say))}</span>'
        for seconds, job in took
    )
    title = escape(say("pages.jobs.durations"))
    return f'<details class="bm-more" data-testid="jobs-durations"><summary>{title}</summary><div class="bm-bars">{rows}</div></details>'


def head(
    job: Job,
    turn: Turn | None,
    models: Sequence[TrainedModel],
    say: Say,
    at: datetime | None = None,
) -> str:
    """Return what is to be known of a job at first sight: state, sentence, bar and numbers."""
    now = at or datetime.now(UTC)
    facts = "".join(
        f'<div><div class="bm-muted">{escape(name)}</div><div class="bm-number">{escape(value)}</div></div>'
        for name, value in _facts(job, now, say)
    )
    stands = ""
    if models and not job.is_final:
        stands = f'<p class="bm-problem">{escape(say("pages.jobs.instant_stands"))}</p>'
    return (
        f'<div class="bm-card" data-testid="jobs-head" data-job="{escape(job.id)}"'
        f' data-state="{job.state}" data-step="{job.progress.step}">'
        f'<div class="bm-head"><b>{escape(job.name[:NAME_CHARACTERS])}</b>{badge(job, say)}</div>'
        f'<p role="status" data-testid="jobs-sentence">{escape(sentence(job, turn, models, say, now))}</p>'
        f"{bar(job, say)}"
        f'<div class="bm-facts">{facts}</div>{stands}</div>'
    )


def sentence(
    job: Job, turn: Turn | None, models: Sequence[TrainedModel], say: Say, now: datetime
) -> str:
    """Return in one sentence where the job is."""
    if job.wish.is_cancel and not job.is_final:
        return say("pages.jobs.cancelling")
    if job.wish == Wish.PAUSE and job.is_live:
        return say("pages.jobs.pausing")
    if job.state == State.QUEUED:
        if job.not_before and job.not_before > now:
            return say(
                "pages.jobs.again_soon", left=span((job.not_before - now).total_seconds(), say)
            )
        return _waiting(turn, say)
    if job.state == State.RUNNING:
        return f"{phase(job.progress, say)}…"
    if job.state == State.SUCCEEDED:
        kept = next((model.kind for model in models if model.kept), "instant")
        return say(f"pages.jobs.done_{kept}", time=span(_took(job, now), say))
    is_ended = (job.state, job.wish) == (State.CANCELLED, Wish.END)
    key = f"pages.jobs.{'by_admin' if is_ended else job.state}"
    has_model = job.state in (State.FAILED, State.CANCELLED) and bool(models)
    return say(f"{key}_with_model") if has_model else say(key)


def _waiting(turn: Turn | None, say: Say) -> str:
    place = turn.place if turn else 1
    said = say("pages.jobs.next") if place <= 1 else say("pages.jobs.place", place=place)
    if turn and turn.starts_at:
        said += " " + say("pages.jobs.starts_at", time=clock(turn.starts_at))
    return said


def phase(progress: Progress, say: Say) -> str:
    name = progress.phase if progress.phase in PHASES else "other"
    return say(f"jobs.phases.{name}")


def badge(job: Job, say: Say) -> str:
    return f'<span class="bm-badge {BADGES.get(job.state, "")}">{escape(say(f"jobs.states.{job.state}"))}</span>'


def bar(job: Job, say: Say) -> str:
    """Return the progress as a bar that a screen reader can say."""
    percent = round(100 * share_done(job))
    return (
        f'<div class="bm-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"'
        f' aria-valuenow="{percent}" aria-label="{escape(say("pages.jobs.progress"))}">'
        f'<i style="width:{percent}%"></i></div>'
    )


def history(events: Sequence[JobEvent], tell: Tell) -> str:
    """Return what happened to the job, oldest first."""
    lines = "".join(
        f'<tr><td class="bm-muted bm-number">{clock(event.at, seconds=True)}</td>'
        f"<td>{escape(tell(event.message))}</td></tr>"
        for event in events
    )
    return f'<table class="bm-table" data-testid="jobs-history"><tbody>{lines}</tbody></table>'


def log(text: str, empty: str) -> str:
    """Return what the worker printed."""
    if not text.strip():
        return f'<p class="bm-muted">{escape(empty)}</p>'
    return f'<pre class="bm-log" tabindex="0">{escape(text)}</pre>'


def notice(text: str) -> str:
    return f'<div class="bm-card" role="status">{escape(text)}</div>'


def _card(job: Job, turn: Turn | None, is_chosen: bool, say: Say) -> str:
    details = [f"{say('pages.jobs.started')} {clock(job.started_at)}"] if job.started_at else []
    if turn:
        details = [say("pages.jobs.place_short", place=turn.place)]
        if turn.starts_at:
            details.append(say("pages.jobs.starts_at_short", time=clock(turn.starts_at)))
    if job.started_at and job.ended_at:
        details.append(span(_took(job, job.ended_at), say))
    chosen = ' is-chosen" aria-current="true' if is_chosen else ""
    return (
        f'<li><button type="button" class="bm-card bm-job{chosen}" data-job="{escape(job.id)}"'
        f' data-testid="job-{escape(job.id)}">'
        f'<span class="bm-head"><b class="bm-job-name">{escape(job.name[:NAME_CHARACTERS])}</b>'
        f"{badge(job, say)}</span>{bar(job, say) if not job.is_final else ''}"
        f'<span class="bm-muted">{escape(" · ".join(details))}</span></button></li>'
    )


def _facts(job: Job, now: datetime, say: Say) -> list[tuple[str, str]]:
    """Return names and values; what is not known yet is left out."""
    progress = job.progress
    facts: list[tuple[str, str]] = []

    def add(key: str, value: str) -> None:
        facts.append((say(f"pages.jobs.{key}"), value))

    if progress.steps and progress.phase not in ("instant",) and progress.epochs:
        add("step", f"{progress.step:,} / {progress.steps:,}")
        add("epoch", f"{progress.epoch:.1f} / {progress.epochs}")
    if job.is_live and progress.examples_per_s:
        add("speed", f"{progress.examples_per_s:,.1f}")
    if job.is_live and progress.left_s is not None:
        add("left", span(progress.left_s, say))
    if job.started_at:
        add("took", span(_took(job, now), say))
        add("started", clock(job.started_at))
    if progress.memory_mb:
        add("memory", f"{progress.memory_mb:,.0f} MB")
    if job.via in VIAS:
        add("via", say(f"pages.jobs.via_{job.via}"))
    if job.attempt > 1:
        add("attempt", f"{job.attempt} / {job.max_attempts}")
    return facts


def _took(job: Job, now: datetime) -> float:
    return ((job.ended_at or now) - job.started_at).total_seconds() if job.started_at else 0.0
