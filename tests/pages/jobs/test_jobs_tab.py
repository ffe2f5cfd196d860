"""The Jobs tab without a browser: what it shows of a job, what it leaves out, and that no text becomes markup."""

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from bigmodel.core.clock import now
from bigmodel.core.events import Event, Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, Progress, State, share_done
from bigmodel.core.message import Message
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.jobs.diagnosis import DiagnosisService
from bigmodel.services.jobs.disk import DiskService
from bigmodel.services.jobs.insight_service import InsightService
from bigmodel.services.jobs.jobs import JobService
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.jobs import JobsTab
from pages.shared.jobs import jobs_view
from pages.shared.jobs.jobs_list import STEP, Asked
from pages.shared.web import media_route, time_text
from pages.shared.web.page import LOCAL_OWNER
from pages.shared.widgets import curves
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import TASKS, Workshop, make_dataset
from tests.pages.one_tab import one_tab
from tests.pages.owned import owned

BAD = "<img src=x onerror=window.BAD=1>"
RESULT = {
    "id": "m", "kind": "instant", "task": "toy_copy", "base": "instant", "folder": "f",
    "digest": "d", "size_mb": 1.0, "labels": ["a"], "metrics": {}, "kept": True,
}  # fmt: skip


def test_samples_stand_beside_the_curves_and_are_served(tab: JobsTab, workshop: Workshop) -> None:
    job = workshop.submit()
    made = workshop.settings.jobs / job / "1" / "samples" / "30"
    made.mkdir(parents=True)
    (made / "cat.png").write_bytes(b"png")
    (made / "line.txt").write_text(BAD, "utf-8")
    shown = str(tab.show(job, False, Asked(), request())[tab.samples])
    assert BAD not in shown
    assert "&lt;img src=x" in shown
    assert f'src="bm/sample/{job}/1/30/cat.png"' in shown
    served = TestClient(owned(media_route.routes(tab.ctx.services)))
    assert served.get(f"/bm/sample/{job}/1/30/cat.png").content == b"png"
    for lost in ("1/30/line.txt", "1/31/cat.png", "../../../studio.db"):
        assert served.get(f"/bm/sample/{job}/{lost}").status_code == 404


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


@pytest.fixture
def workshop(settings: Settings) -> Workshop:
    store = ScratchStore()
    dataset = make_dataset(settings, rows=10)
    store.datasets.add(dataset)
    return Workshop(settings, store, dataset)


@pytest.fixture
def tab(workshop: Workshop) -> JobsTab:
    store = workshop.store
    settings = workshop.settings.model_copy(update={"task_folders": (TASKS,)})
    jobs, bases = JobService(settings, store), BaseModelService(settings, store)
    control = ControlService(settings, store, SimpleNamespace(wake=lambda: None))
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(settings.task_folders),
        jobs=jobs,
        control=control,
        diagnosis=DiagnosisService(settings, store, bases, control),
        insights=InsightService(settings, store, jobs, control),
        disk=DiskService(settings, store),
        append=AppendService(settings, store, control),
        inference=SimpleNamespace(kind=lambda owner, job: "text"),
        results=SimpleNamespace(models=store.models.list_all),
    )
    return one_tab(JobsTab, services)


def start(workshop: Workshop, *events: tuple[Kind, dict[str, object]], name: str = "toy") -> Job:
    """Return a running job whose worker said these things."""
    job_id = workshop.submit()
    workshop.store.jobs.rename(LOCAL_OWNER, job_id, name)
    job = workshop.store.jobs.claim(now())
    assert job is not None
    workshop.store.jobs.move(job_id, job.token, State.STARTING, State.RUNNING, at=now())
    said = [Event(seq, 0.0, kind, data) for seq, (kind, data) in enumerate(events, 1)]
    workshop.store.jobs.ingest(job_id, job.token, 0, 10, said, now())
    return job


def fail(workshop: Workshop, job: Job, traceback: str = "") -> None:
    workshop.store.jobs.move(
        job.id, job.token, State.RUNNING, State.FAILED,
        message=Message("errors.memory_short", level="error"), traceback=traceback, at=now(),
    )  # fmt: skip


def test_no_job_leads_to_the_data(tab: JobsTab) -> None:
    shown = tab.show("", False, Asked(), request())
    assert shown[tab.ctx.job] == ""
    assert shown[tab.begin]["visible"]


def test_link_to_a_deleted_job_shows_what_there_is(tab: JobsTab, workshop: Workshop) -> None:
    job_id = workshop.submit()
    assert tab.show(new_id(), False, Asked(), request())[tab.ctx.job] == job_id


def test_queued_job_tells_its_place(tab: JobsTab, workshop: Workshop) -> None:
    workshop.submit()
    second = workshop.submit()
    assert "place 2" in tab.show(second, False, Asked(), request())[tab.head]
    assert "第 2 位" in tab.show(second, False, Asked(), request("zh"))[tab.head]


def test_place_a_job_was_asked_for_at_is_named_if_known(workshop: Workshop) -> None:
    job = workshop.job(workshop.submit())
    drawn = {
        via: jobs_view.head(replace(job, via=via), None, [], lambda key, **_: key)
        for via in ("terminal", "command line")  # the latter is what an older release kept
    }
    assert "via_terminal" in drawn["terminal"]
    assert "via" not in drawn["command line"]


def test_second_look_sends_nothing_that_is_known(tab: JobsTab, workshop: Workshop) -> None:
    job_id = workshop.submit()
    seen = tab.show(job_id, False, Asked(), request())[tab.seen]
    again = tab.look(job_id, seen, False, Asked(), request())
    assert again == gr.skip()


def test_what_an_older_answer_drew_over_is_drawn_again(tab: JobsTab, workshop: Workshop) -> None:
    page: dict[Any, Any] = {}
    job = start(workshop)
    page.update(tab.show(job.id, False, Asked(), request()))
    workshop.store.jobs.rename(LOCAL_OWNER, job.id, "of old")
    older = tab.show(job.id, False, Asked(), request())
    workshop.store.jobs.rename(LOCAL_OWNER, job.id, "of late")
    page.update(tab.show(job.id, False, Asked(), request()))
    page.update(older)  # was under way longer
    assert "of old" in page[tab.head]
    page.update(tab.look(job.id, page[tab.seen], False, Asked(), request()))
    assert "of late" in page[tab.head]
    assert tab.look(job.id, page[tab.seen], False, Asked(), request()) == gr.skip()
    assert not isinstance(tab.seen, gr.State), (
        "it is kept by the app, which does not know the order"
    )


def test_growing_curve_sends_only_what_grew(tab: JobsTab, workshop: Workshop) -> None:
    job = start(workshop, (Kind.POINTS, {"points": [["train/loss", 1, 0.5]]}))
    seen = tab.show(job.id, False, Asked(), request())[tab.seen]
    more = Event(9, 0.0, Kind.POINTS, {"points": [["train/loss", 2, 0.25]]})
    workshop.store.jobs.ingest(job.id, job.token, 10, 20, [more], now())
    shown = tab.look(job.id, seen, False, Asked(), request())
    assert json.loads(shown[tab.charts["loss"]])["data"][0]["x"] == [1, 2]
    assert tab.list.html not in shown
    assert tab.charts["rate"] not in shown


def test_model_that_stands_can_be_tried_while_the_rest_goes_on(
    tab: JobsTab, workshop: Workshop
) -> None:
    job = start(workshop)
    assert not tab.show(job.id, False, Asked(), request())[tab.controls.demo]["visible"]
    workshop.store.jobs.ingest(
        job.id, job.token, 10, 20, [Event(2, 0.0, Kind.RESULT, RESULT)], now()
    )
    shown = tab.show(job.id, False, Asked(), request())
    assert shown[tab.controls.demo]["visible"]
    assert "stands already" in shown[tab.head]


def test_failed_job_says_what_happened_and_what_to_do(tab: JobsTab, workshop: Workshop) -> None:
    job = start(workshop)
    fail(workshop, job, traceback=BAD)
    shown = tab.show(job.id, False, Asked(), request())[tab.doctor.html]["value"]
    assert "ran out of memory" in shown
    assert "smaller batch" in shown
    assert "<details>" in shown
    assert "<img" not in shown


def test_text_of_a_person_is_never_markup(tab: JobsTab, workshop: Workshop) -> None:
    job = start(workshop, (Kind.POINTS, {"points": [[BAD, 1, 0.5]]}), name=BAD)
    folder = workshop.settings.jobs / job.id / "1"
    folder.mkdir(parents=True)
    (folder / "worker.log").write_text(BAD, "utf-8")
    shown = tab.show(job.id, True, Asked(), request())
    texts = [shown[tab.head], shown[tab.list.html], shown[tab.log_text]]
    assert all("&lt;img" in text and "<img" not in text for text in texts)
    assert "<img" not in shown[tab.charts["quality"]]


def test_cancel_of_a_waiting_job_is_done_at_once(
    tab: JobsTab, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(gr, "Info", lambda text, title: told.append(text))
    job_id = workshop.submit()
    tab.controls.stop(job_id, request())
    shown = tab.show(job_id, False, Asked(), request())
    assert told == ["Cancelled."]
    assert not shown[tab.controls.cancel]["visible"]


def test_deleted_job_is_gone(
    tab: JobsTab, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gr, "Info", lambda text, title: None)
    job = start(workshop)
    fail(workshop, job)
    assert tab.remove(job.id, request()) == ""
    assert workshop.store.jobs.list_all(LOCAL_OWNER) == []


@pytest.mark.parametrize(
    ("progress", "share"),
    [
        (Progress(), 0.0),
        (Progress("instant", 2, 3), 0.03),
        (Progress("train", 0, 10), 0.05),
        (Progress("train", 10, 10), 0.98),
    ],
)
def test_bar_grows_over_all_phases(workshop: Workshop, progress: Progress, share: float) -> None:
    job = workshop.job(workshop.submit())
    assert share_done(replace(job, progress=progress)) == pytest.approx(share)


def test_interrupted_job_says_when_it_tries_again(tab: JobsTab, workshop: Workshop) -> None:
    job = workshop.job(workshop.submit())
    at = now()
    words = load_words()
    say = lambda key, **args: words.say("en", Message(key, args))  # noqa: E731
    waiting = replace(job, not_before=at + timedelta(seconds=90))
    assert "1 min 30 s" in jobs_view.sentence(waiting, 1, [], say, at)


def test_curves_find_their_chart() -> None:
    kinds = [
        curves.kind_of(name) for name in ("train/loss", "validation/r2", "train/learning_rate")
    ]
    assert kinds == [curves.LOSS, curves.QUALITY, curves.RATE]


def test_waiting_job_tells_when_it_is_expected_to_start(tab: JobsTab, workshop: Workshop) -> None:
    running = start(workshop)
    progress = {"phase": "train", "step": 1, "steps": 10, "left_s": 600.0}
    workshop.store.jobs.ingest(
        running.id, running.token, 10, 20, [Event(9, 0.0, Kind.STEP, progress)], now()
    )
    job_id = workshop.submit()
    shown = tab.show(job_id, False, Asked(), request())
    soon = time_text.clock(now() + timedelta(seconds=600))
    assert f"Expected to start about {soon}" in shown[tab.head]


def test_list_is_searched_filtered_and_goes_on(tab: JobsTab, workshop: Workshop) -> None:
    for number in range(STEP + 5):
        workshop.store.jobs.rename(LOCAL_OWNER, workshop.submit(), f"job {number}")
    newest = workshop.store.jobs.list_all(LOCAL_OWNER, 1)[0]
    shown = tab.show(newest.id, False, Asked(), request())
    assert shown[tab.list.html].count("data-job=") == STEP
    assert shown[tab.list.more]["visible"]
    more = tab.list._more(Asked())
    assert tab.show(newest.id, False, more, request())[tab.list.html].count("data-job=") == STEP + 5
    found = tab.show(newest.id, False, Asked(text="job 7"), request())[tab.list.html]
    assert found.count("data-job=") == 1
    assert "1 of 1 found" in found
    done = tab.show(newest.id, False, Asked(kind="succeeded"), request())
    assert "data-job=" not in done[tab.list.html]
    assert done[tab.list.finder]["visible"]


def test_unknown_filter_shows_everything(tab: JobsTab, workshop: Workshop) -> None:
    job_id = workshop.submit()
    asked = tab.list._ask("", "nonsense", "newest")
    assert "data-job=" in tab.show(job_id, False, asked, request())[tab.list.html]


def test_paused_job_goes_on_when_asked(tab: JobsTab, workshop: Workshop) -> None:
    job_id = workshop.submit()
    tab.controls.hold(job_id, request())
    shown = tab.show(job_id, False, Asked(), request())
    assert shown[tab.controls.resume]["visible"]
    assert not shown[tab.controls.pause]["visible"]
    tab.controls.go_on(job_id, request())
    assert workshop.job(job_id).state == State.QUEUED


def test_waiting_job_can_be_put_first(tab: JobsTab, workshop: Workshop) -> None:
    workshop.submit()
    second = workshop.submit()
    assert tab.show(second, False, Asked(), request())[tab.controls.first]["visible"]
    tab.controls.put_first(second, request())
    shown = tab.show(second, False, Asked(), request())
    assert "Next in line" in shown[tab.head]
    assert not shown[tab.controls.first]["visible"]


def test_same_training_runs_again(tab: JobsTab, workshop: Workshop) -> None:
    job = start(workshop)
    fail(workshop, job)
    fresh = tab.run_again(job.id, request())
    assert fresh != job.id
    assert workshop.job(fresh).params.items() >= workshop.job(job.id).params.items()


def test_durations_are_compared(tab: JobsTab, workshop: Workshop) -> None:
    for name in ("short one", "long one"):
        fail(workshop, start(workshop, name=name))
    shown = tab.show("", False, Asked(), request())[tab.list.html]
    assert "jobs-durations" in shown


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("validation/cer", "字错误率（CER）"),
        ("validation/loss", "验证集"),
        ("validation/of_its_own", "validation/of_its_own"),
    ],
)
def test_curve_is_named_in_the_readers_language(tab: JobsTab, name: str, title: str) -> None:
    assert tab._word(request("zh"), (), name) == title


def test_line_is_known_by_what_plotly_can_write_into_a_selector() -> None:
    line: Any = SimpleNamespace(name="train/loss", steps=[1], values=[0.5], low=[0.4], high=[0.6])
    drawn = curves.draw("job", [line], str)[curves.LOSS]
    uids = [trace["uid"] for trace in json.loads(str(drawn))["data"]]
    assert uids
    assert not [uid for uid in uids if not uid.replace("-", "").isalnum()]
