"""What a browser asks every few seconds, on whatever tab: which trainings go on, and which just ended.

Its script (`assets/pulse.js`) puts "62 % · 2 min" into the tab's title, shows an ended training wherever the person is, tells the
system's notifications where they were allowed, and loads the page again after the app was started anew: a new
process knows nothing of an open page, and the address brings back tab, dataset and job.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bigmodel.core import clock
from bigmodel.core.callbacks import Say
from bigmodel.core.job import FINAL, Job, State, Wish, share_done
from bigmodel.core.language import Language
from bigmodel.core.message import Arg, Message
from bigmodel.words import Words
from pages.shared.web import language
from pages.shared.web.page import owner_of
from pages.shared.web.time_text import span_short

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

LOOKED_AT = 50  # newest jobs
SHARED_S = 1.0  # that all browsers of one language share an answer
NEWS = timedelta(minutes=10)  # how long an end is news to a browser that has not told it yet
TOLD = {State.SUCCEEDED: "succeeded", State.FAILED: "failed", State.CANCELLED: "cancelled"}


def routes(services: "Services", start: str) -> list[Route]:
    """Return the route that the script asks."""
    answers: dict[tuple[str, Language], tuple[float, dict[str, Any]]] = {}

    def pulse(request: Request) -> Response:
        spoken = language.of_request(gr.Request(request=request), services.settings.language)
        person = (owner_of(request), spoken)
        asked, answer = answers.get(person, (-SHARED_S, {}))
        if monotonic() - asked >= SHARED_S:
            jobs = services.jobs.all(person[0], LOOKED_AT)
            answer = {"start": start, **news(jobs, services.words, spoken, clock.now())}
            answers[person] = (monotonic(), answer)
        return JSONResponse(answer)

    return [Route("/bm/pulse", pulse)]


def news(jobs: Sequence[Job], words: Words, spoken: Language, at: datetime) -> dict[str, Any]:
    """Return the jobs that go on and those that ended lately, in the words of one person."""

    def say(key: str, **args: Arg) -> str:
        return words.say(spoken, Message(key, args))

    live = [{"id": job.id, "title": _title(job, say)} for job in jobs if job.is_live]
    ended = [
        {
            "id": job.id,
            "dataset": job.dataset_id,
            "tab": "results" if job.state == State.SUCCEEDED else "jobs",
            "kind": TOLD[job.state],
            "sentence": _ended(job, say),
            "close": say("pages.jobs.news_close"),
        }
        for job in jobs
        if job.state in FINAL and job.ended_at and at - job.ended_at < NEWS
    ]
    return {"live": live, "ended": ended}


def _ended(job: Job, say: Say) -> str:
    is_ended = (job.state, job.wish) == (State.CANCELLED, Wish.END)
    return say(f"pages.jobs.news_{'by_admin' if is_ended else TOLD[job.state]}", name=job.name)


def _title(job: Job, say: Say) -> str:
    """Return "62 % · 2 min", or the percentage alone while the time left is not known."""
    percent = f"{round(100 * share_done(job))} %"
    left = job.progress.left_s
    return percent if left is None else f"{percent} · {span_short(left, say)}"
