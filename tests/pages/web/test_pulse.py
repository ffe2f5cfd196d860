"""What every open page is told of trainings: those that go on in the tab's title, those that just ended once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bigmodel.core.clock import now
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, Progress, State
from bigmodel.words import load_words
from pages.shared.web.page import LOCAL_OWNER
from pages.shared.web.pulse import news

WORDS = load_words()


@pytest.fixture
def running() -> Job:
    progress = Progress(phase="train", step=50, steps=100, left_s=125.0)
    return Job(
        id=new_id(), owner=LOCAL_OWNER, key="", name="reviews", task="toy", dataset_id=new_id(),
        dataset_version=1, base="scratch", preset="fast", params={}, created_at=now(),
        state=State.RUNNING, progress=progress, started_at=now(),
    )  # fmt: skip


def test_running_job_stands_in_the_title_with_the_time_left(running: Job) -> None:
    assert news([running], WORDS, "en", now())["live"][0]["title"] == "52 % · 2 min"
    assert news([running], WORDS, "zh", now())["live"][0]["title"] == "52 % · 2 分钟"


def test_title_says_no_time_that_is_not_known(running: Job) -> None:
    unknown = replace(running, progress=replace(running.progress, left_s=None))
    assert news([unknown], WORDS, "en", now())["live"][0]["title"] == "52 %"


@pytest.mark.parametrize(
    ("state", "tab", "word"),
    [
        (State.SUCCEEDED, "results", "is done"),
        (State.FAILED, "jobs", "still here"),
        (State.CANCELLED, "jobs", "cancelled"),
    ],
)
def test_ended_job_is_told_and_leads_on(running: Job, state: State, tab: str, word: str) -> None:
    (told,) = news([replace(running, state=state, ended_at=now())], WORDS, "en", now())["ended"]
    assert (told["tab"], told["id"], told["dataset"]) == (tab, running.id, running.dataset_id)
    assert word in told["sentence"]


def test_what_ended_long_ago_is_no_news(running: Job) -> None:
    old = replace(running, state=State.SUCCEEDED, ended_at=now() - timedelta(hours=1))
    assert news([old], WORDS, "en", now()) == {"live": [], "ended": []}
