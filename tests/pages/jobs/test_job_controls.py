"""The buttons of a training over the real services: which stand, what they do, and what a person is told."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.clock import now
from bigmodel.core.errors import JobError
from bigmodel.core.job import Job, State, Wish
from bigmodel.settings import Settings
from pages.jobs import JobsTab
from pages.shared.web.page import LOCAL_OWNER
from tests.fakes.journey import train, write_table
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.services import real_services
from tests.pages.one_tab import one_tab


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


class Bench:
    """The buttons, and jobs brought to the state they are looked at in."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.store = ScratchStore()
        self.services = real_services(settings, self.store)
        table = write_table(folder / "soup.csv", 60)
        self.dataset = self.services.datasets.import_file(LOCAL_OWNER, table)
        self.controls: Any = one_tab(JobsTab, self.services).controls

    def queue(self) -> Job:
        return self.services.training.submit(LOCAL_OWNER, self.dataset.id, base="scratch")

    def run(self) -> Job:
        job = self.queue()
        claimed = self.store.jobs.claim(now())
        assert claimed is not None
        self.store.jobs.move(job.id, claimed.token, State.STARTING, State.RUNNING, at=now())
        return self.job(job)

    def job(self, job: Job) -> Job:
        return self.services.jobs.get(LOCAL_OWNER, job.id)

    def stand(self, job: Job, place: int = 1, *, has_model: bool = False) -> set[str]:
        """Return the names of the buttons that are in sight."""
        shown = self.controls.shown(job, place, request(), has_model=has_model)
        names = {id(part): name for name, part in vars(self.controls).items()}
        return {
            names[id(part)]
            for part, update in shown.items()
            if id(part) in names and isinstance(update, dict) and update.get("visible")
        }


@pytest.fixture
def bench(settings: Settings, tmp_path: Path) -> Bench:
    return Bench(settings, tmp_path)


def test_waiting_job_can_be_cancelled_and_put_first(bench: Bench) -> None:
    first, second = bench.queue(), bench.queue()
    assert bench.stand(first) == {"notify", "cancel"}
    assert bench.stand(second, 2) == {"notify", "cancel", "first"}


def test_running_job_can_be_paused(bench: Bench) -> None:
    assert bench.stand(bench.run()) == {"notify", "cancel", "pause"}


def test_model_that_stands_can_be_tried_at_once(bench: Bench) -> None:
    assert {"results", "demo"} <= bench.stand(bench.run(), has_model=True)


def test_finished_job_has_results_and_nothing_to_stop(bench: Bench) -> None:
    job = train(bench.services, bench.dataset)
    stand = bench.stand(job, has_model=True)
    assert {"results", "demo"} <= stand
    assert not stand & {"cancel", "pause", "resume", "notify", "first"}


def test_cancel_ends_a_waiting_job_and_asks_a_running_one(bench: Bench) -> None:
    running, waiting = bench.run(), bench.queue()
    for job in (running, waiting):
        bench.controls.stop(job.id, request())
    assert bench.job(waiting).state == State.CANCELLED
    asked = bench.job(running)
    assert (asked.state, asked.wish) == (State.RUNNING, Wish.CANCEL)
    shown = bench.controls.shown(asked, 1, request(), has_model=False)
    assert not shown[bench.controls.cancel]["interactive"]
    assert not shown[bench.controls.pause]["interactive"]


def test_pause_is_asked_once_and_a_paused_job_goes_on(bench: Bench) -> None:
    running = bench.run()
    bench.controls.hold(running.id, request())
    assert bench.job(running).wish == Wish.PAUSE
    waiting = bench.queue()
    bench.controls.hold(waiting.id, request())
    paused = bench.job(waiting)
    assert paused.state == State.PAUSED
    assert bench.stand(paused) == {"notify", "cancel", "resume"}
    bench.controls.go_on(waiting.id, request())
    assert bench.job(waiting).state == State.QUEUED


def test_put_first_moves_a_job_before_the_others(bench: Bench) -> None:
    bench.run()
    jobs = [bench.queue() for _ in range(3)]
    bench.controls.put_first(jobs[2].id, request())
    places = [bench.services.jobs.place(LOCAL_OWNER, job.id) for job in jobs]
    assert places[2] == min(places)


def test_job_without_a_checkpoint_cannot_train_further(bench: Bench) -> None:
    job = train(bench.services, bench.dataset)
    shown = bench.controls.shown(job, 1, request(), has_model=True)
    assert not shown[bench.controls.further]["visible"]
    with pytest.raises(JobError):
        bench.controls.train_further(job.id, 3, request())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("answer", "key"), [("granted", "on"), ("denied", "off"), ("", "off")])
def test_answer_of_the_browser_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, language: str, answer: str, key: str
) -> None:
    told: list[str] = []
    monkeypatch.setattr(gr, "Info", lambda text, title: told.append(text))
    bench.controls.tell_notify(answer, request(language))
    assert told == [bench.services.words.text(language, f"pages.jobs.notify_{key}")]  # type: ignore[arg-type]
