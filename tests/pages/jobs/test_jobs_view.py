"""How jobs are told: a sentence for every state and wish, numbers only where they are known, everything escaped."""

from datetime import timedelta
from typing import Any

import pytest

from bigmodel.core.events import Kind
from bigmodel.core.job import Job, JobEvent, Progress, State, Wish
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.words import load_words
from pages.shared.jobs import jobs_view as view
from pages.shared.web import time_text
from tests.fakes.things import START, at, dataset_of, job_of, result_of

WORDS = load_words()
BAD = "<img src=x>"
DATASET = dataset_of()


class Turn:
    """A place in the line."""

    def __init__(self, place: int, starts_s: float | None = None) -> None:
        self.place = place
        self.starts_at = at(starts_s) if starts_s is not None else None


def say(key: str, /, **args: Any) -> str:
    return WORDS.say("en", Message(key, args))


def job(**more: Any) -> Job:
    return job_of(DATASET, **more)


def model(kind: str = "instant", *, kept: bool = True) -> TrainedModel:
    event = result_of(kind, kept=kept)
    assert event.kind == Kind.RESULT
    return TrainedModel.from_json(event.data)


def sentence(one: Job, turn: Turn | None = None, *models: TrainedModel) -> str:
    return view.sentence(one, turn, models, say, START)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("wish", list(Wish))
@pytest.mark.parametrize("has_model", [False, True])
def test_every_state_and_wish_has_a_sentence(state: State, wish: Wish, has_model: bool) -> None:
    one = job(state=state, wish=wish, started_at=at(1), ended_at=at(2))
    for language in ("en", "zh"):

        def said(key: str, /, _language: Any = language, **args: Any) -> str:
            assert WORDS.has(key)
            return WORDS.say(_language, Message(key, args))

        text = view.sentence(one, None, [model()] * has_model, said, START)
        assert text
        assert "{" not in text


def test_wish_to_cancel_is_told_until_the_job_is_over() -> None:
    assert sentence(job(state=State.RUNNING, wish=Wish.CANCEL)) == say("pages.jobs.cancelling")
    ended = job(state=State.CANCELLED, wish=Wish.CANCEL)
    assert sentence(ended) == say("pages.jobs.cancelled")


def test_cancel_of_an_administrator_says_by_whom() -> None:
    assert sentence(job(state=State.RUNNING, wish=Wish.END)) == say("pages.jobs.cancelling")
    ended = sentence(job(state=State.CANCELLED, wish=Wish.END), None, model())
    assert ended.startswith("An administrator of this installation cancelled it")
    assert ended.endswith("The instant model stands and can be used.")


def test_pause_is_told_only_of_a_job_at_work() -> None:
    assert sentence(job(state=State.RUNNING, wish=Wish.PAUSE)) == say("pages.jobs.pausing")
    assert sentence(job(state=State.PAUSED, wish=Wish.PAUSE)) == say("pages.jobs.paused")


def test_place_in_the_line_is_told_with_the_expected_time() -> None:
    assert sentence(job(), Turn(1)) == say("pages.jobs.next")
    assert sentence(job(), Turn(3)) == say("pages.jobs.place", place=3)
    clock = time_text.clock(at(90))
    assert sentence(job(), Turn(3, 90)).endswith(say("pages.jobs.starts_at", time=clock))


def test_interrupted_job_counts_down() -> None:
    one = job(not_before=START + timedelta(seconds=40))
    assert sentence(one, Turn(1)) == say(
        "pages.jobs.again_soon", left=say("pages.jobs.seconds", count=40)
    )


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_model_that_stands_is_told_where_a_job_ended_early(state: State) -> None:
    assert sentence(job(state=state), None, model()) == say(f"pages.jobs.{state}_with_model")
    assert sentence(job(state=state)) == say(f"pages.jobs.{state}")


def test_done_job_names_the_model_that_is_kept() -> None:
    one = job(state=State.SUCCEEDED, started_at=at(0), ended_at=at(65))
    took = say("pages.jobs.minutes", count=1, seconds=5)
    both = (model("instant", kept=False), model("tuned"))
    assert sentence(one, None, *both) == say("pages.jobs.done_tuned", time=took)
    assert sentence(one, None, model()) == say("pages.jobs.done_instant", time=took)


def test_unknown_phase_is_called_work() -> None:
    assert view.phase(Progress(phase="juggling"), say) == say("jobs.phases.other")
    assert view.phase(Progress(phase="train"), say) == say("jobs.phases.train")


def test_head_holds_only_numbers_that_are_known() -> None:
    bare = view.head(job(), None, [], say, START)
    for name in ("step", "speed", "left", "took", "memory", "attempt"):
        assert f">{say(f'pages.jobs.{name}')}<" not in bare
    progress = Progress("train", 1_200, 4_800, 1.0, 4, 33.25, 95.0, 1_234.0)
    full = view.head(
        job(state=State.RUNNING, started_at=at(0), attempt=2, progress=progress),
        None, [], say, at(10),
    )  # fmt: skip
    for text in ("1,200 / 4,800", "1.0 / 4", "33.2", "1,234 MB", "2 / 3"):
        assert text in full
    assert say("pages.jobs.minutes", count=1, seconds=35) in full


def test_speed_and_time_left_end_with_the_job() -> None:
    progress = Progress("train", 10, 10, 1.0, 1, 33.0, 5.0)
    ended = job(state=State.SUCCEEDED, started_at=at(0), ended_at=at(9), progress=progress)
    drawn = view.head(ended, None, [], say, at(100))
    assert f">{say('pages.jobs.speed')}<" not in drawn
    assert f">{say('pages.jobs.left')}<" not in drawn
    assert say("pages.jobs.seconds", count=9) in drawn  # not until now


def test_bar_can_be_said_by_a_screen_reader() -> None:
    drawn = view.bar(job(state=State.SUCCEEDED), say)
    assert 'role="progressbar"' in drawn
    assert 'aria-valuenow="100"' in drawn


def test_chosen_card_is_marked_and_names_are_cut_and_escaped() -> None:
    one, other = job(name=BAD), job(name="x" * 200)
    drawn = view.job_list([one, other], {one.id: Turn(2)}, one.id, say)
    assert BAD not in drawn
    assert drawn.count('aria-current="true"') == 1
    assert "x" * view.NAME_CHARACTERS in drawn
    assert "x" * (view.NAME_CHARACTERS + 1) not in drawn
    assert say("pages.jobs.place_short", place=2) in drawn


def test_one_ended_job_is_compared_with_nothing() -> None:
    ended = [job(name=f"n{n}", started_at=at(0), ended_at=at(10 * n)) for n in (1, 3, 2)]
    assert view.durations(ended[:1], say) == ""
    drawn = view.durations([*ended, job()], say)
    assert [drawn.index(f"n{n}") for n in (3, 2, 1)] == sorted(
        drawn.index(f"n{n}") for n in (1, 2, 3)
    )
    assert 'width:100.0%"' in drawn


def test_history_and_log_are_escaped() -> None:
    event = JobEvent(1, at(0), "moved", Message("x"))
    assert BAD not in view.history([event], lambda _message: BAD)
    assert BAD not in view.log(BAD, "empty")
    assert BAD not in view.notice(BAD)
    assert "empty" in view.log(" \n", "empty")


@pytest.mark.parametrize(
    ("seconds", "key", "args"),
    [
        (-3, "seconds", {"count": 0}),
        (59.4, "seconds", {"count": 59}),
        (59.6, "minutes", {"count": 1, "seconds": 0}),
        (3_599, "minutes", {"count": 59, "seconds": 59}),
        (7_325, "hours", {"count": 2, "minutes": 2}),
    ],
)
def test_length_of_time_is_told_in_two_units(
    seconds: float, key: str, args: dict[str, int]
) -> None:
    assert time_text.span(seconds, say) == say(f"pages.jobs.{key}", **args)


def test_title_of_a_tab_has_room_for_one_unit() -> None:
    assert time_text.span_short(12, say) == say("pages.jobs.seconds", count=12)
    assert time_text.span_short(130, say) == say("pages.jobs.minutes_only", count=2)
    assert time_text.span_short(7_325, say) == time_text.span(7_325, say)


def test_clock_of_another_day_names_the_day() -> None:
    assert time_text.clock(START).startswith("2026-03-01")
