"""What becomes of a job whose worker is gone."""

from dataclasses import replace

import pytest

from bigmodel.core.clock import now
from bigmodel.core.job import Job, State, Wish
from bigmodel.core.message import Message
from bigmodel.jobs.attempt_folder import Exit
from bigmodel.jobs.redact import redacted
from bigmodel.jobs.verdict import DISK_FULL, Ending, backoff_s, judge

JOB = Job(
    id="j", owner="o", key="", name="n", task="t", dataset_id="d", dataset_version=1, base="b",
    preset="fast", params={}, created_at=now(), state=State.RUNNING, token=1, attempt=1,
)  # fmt: skip
BAD = {"message": Message("errors.x").to_json(), "traceback": "here", "retry": False}


@pytest.mark.parametrize(
    ("ending", "to"),
    [
        (Ending("succeeded"), State.SUCCEEDED),
        (Ending("cancelled"), State.CANCELLED),
        (Ending("paused"), State.PAUSED),
        (Ending("failed", BAD), State.FAILED),
        (Ending("failed", BAD | {"retry": True}), State.LOST),
        (Ending(exit=Exit(-9, 9)), State.LOST),
        (Ending(), State.LOST),
    ],
)
def test_ending_decides_the_state(ending: Ending, to: State) -> None:
    assert judge(JOB, ending).to == to


def test_cancel_beats_another_attempt() -> None:
    job = replace(JOB, wish=Wish.CANCEL)
    assert judge(job, Ending(exit=Exit(-9, 9))).to == State.CANCELLED
    assert judge(job, Ending("failed", BAD)).to == State.CANCELLED


def test_success_beats_a_cancel_that_came_too_late() -> None:
    assert judge(replace(JOB, wish=Wish.CANCEL), Ending("succeeded")).to == State.SUCCEEDED


def test_last_attempt_is_not_tried_again() -> None:
    assert judge(JOB, Ending()).is_retried
    assert not judge(replace(JOB, attempt=3), Ending()).is_retried


def test_lack_of_memory_is_named_and_tried_once_more() -> None:
    ending = Ending(exit=Exit(-9, 9), has_memory_kills=True)
    verdict = judge(JOB, ending)
    assert verdict.message is not None
    assert (verdict.message.key, verdict.is_retried) == ("errors.memory_short", True)
    assert not judge(replace(JOB, attempt=2), ending).is_retried


def test_a18_status_of_a_shell_says_the_same_as_the_signal() -> None:
    verdict = judge(JOB, Ending(exit=Exit(137), has_memory_kills=True))
    assert verdict.message is not None
    assert verdict.message.key == "errors.memory_short"


@pytest.mark.parametrize(
    "ending",
    [
        Ending("failed", BAD | {"retry": True}, has_memory_kills=True),
        Ending(exit=Exit(1), has_memory_kills=True),
        Ending(exit=Exit(-9, 9), is_silent=True, has_memory_kills=True),
    ],
)
def test_memory_kill_of_another_process_is_not_ours(ending: Ending) -> None:
    verdict = judge(JOB, ending)
    assert verdict.message is not None
    assert verdict.message.key != "errors.memory_short"


def test_full_disk_waits_for_room() -> None:
    full = {"message": Message("errors.paused_disk_full").to_json()}
    killed = Ending(error=full | {"outcome": "paused"}, exit=Exit(-9, 9))
    for ending in (Ending("paused", full), killed, Ending(exit=Exit(DISK_FULL))):
        verdict = judge(JOB, ending)
        assert verdict.message is not None
        assert (verdict.to, verdict.message.key) == (State.PAUSED, "errors.paused_disk_full")


def test_waits_double_up_to_a_bound_and_spread() -> None:
    assert [backoff_s(attempt, 10) for attempt in (1, 2, 3)] == [10, 20, 40]
    assert backoff_s(10_000, 10) == 320
    assert backoff_s(1, 10, 1.0) == 12.5


@pytest.mark.parametrize(
    "secret",
    [
        "hf_abcDEF123456",
        "Authorization: Bearer abc.def-123",
        "https://me:hidden@hub/x",
        "token=abc123",
    ],
)
def test_secrets_are_taken_out(secret: str) -> None:
    shown = redacted(f"it failed with {secret} inside")
    assert not any(part in shown for part in ("abc", "hidden"))
