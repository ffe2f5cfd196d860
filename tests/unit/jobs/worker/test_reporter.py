"""What a worker writes and reads: whole lines, points that are never lost, wishes at every step."""

import os
from pathlib import Path

import pytest

from bigmodel.core.events import Event, Kind, decode
from bigmodel.core.job import Wish
from bigmodel.core.task import StopRequested
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Control
from bigmodel.jobs.worker import seal
from bigmodel.jobs.worker.reporter import KEPT_SAMPLES, WorkerReporter


@pytest.fixture
def reporter(tmp_path: Path) -> WorkerReporter:
    return WorkerReporter(tmp_path, tmp_path, token=2)


def said(folder: Path) -> list[Event]:
    return decode((folder / attempt_folder.EVENTS).read_bytes())[0]


def run_steps(reporter: WorkerReporter, first: int, last: int) -> None:
    for step in range(first, last + 1):
        reporter.step(phase="train", step=step, steps=1_000)
        reporter.points(step, {"train/loss": 1 / step})


def test_many_steps_are_few_events_but_all_points(reporter: WorkerReporter, tmp_path: Path) -> None:
    run_steps(reporter, 1, 500)
    reporter.emit(Kind.END, {"outcome": "succeeded"})
    events = said(tmp_path)
    points = [point for event in events for point in event.data.get("points", [])]
    assert [point[1] for point in points] == list(range(1, 501))
    assert sum(event.kind == Kind.STEP for event in events) < 50


def test_last_step_is_told_before_the_end(reporter: WorkerReporter, tmp_path: Path) -> None:
    run_steps(reporter, 1, 7)
    reporter.emit(Kind.END, {"outcome": "failed"})
    *_, step, end = [e for e in said(tmp_path) if e.kind in (Kind.STEP, Kind.END)]
    assert (step.data["step"], end.kind) == (7, Kind.END)


def test_events_are_numbered_from_one_without_gaps(
    reporter: WorkerReporter, tmp_path: Path
) -> None:
    run_steps(reporter, 1, 3)
    reporter.note("jobs.notes.tried_again", attempt=1)
    reporter.beat()
    assert [event.seq for event in said(tmp_path)] == list(range(1, len(said(tmp_path)) + 1))


@pytest.mark.parametrize("wish", [Wish.CANCEL, Wish.PAUSE])
def test_wish_stops_at_the_next_step(reporter: WorkerReporter, tmp_path: Path, wish: Wish) -> None:
    run_steps(reporter, 1, 2)
    attempt_folder.write_control(tmp_path, Control(2, wish))
    with pytest.raises(StopRequested) as stop:
        reporter.step(phase="train", step=3, steps=10)
    assert stop.value.wish == wish


def test_superseded_attempt_writes_nothing_more(reporter: WorkerReporter, tmp_path: Path) -> None:
    run_steps(reporter, 1, 2)
    reporter.flush()
    before = (tmp_path / attempt_folder.EVENTS).read_bytes()
    attempt_folder.write_control(tmp_path, Control(3))
    with pytest.raises(StopRequested):
        reporter.step(phase="measure", step=3, steps=10)
    reporter.beat()
    reporter.emit(Kind.END, {"outcome": "succeeded"})
    after = (tmp_path / attempt_folder.EVENTS).read_bytes()
    assert b"end" not in after[len(before) :]


def test_value_that_is_not_finite_is_a_gap(reporter: WorkerReporter, tmp_path: Path) -> None:
    reporter.points(1, {"train/loss": float("nan"), "train/learning_rate": 0.1})
    reporter.flush()
    assert said(tmp_path)[-1].data["points"] == [["train/learning_rate", 1, 0.1]]


def test_checkpoint_is_announced_when_it_is_final(reporter: WorkerReporter, tmp_path: Path) -> None:
    for step in (5, 10, 15):
        (reporter.checkpoint_folder(step) / "state.json").write_text(str(step))
        reporter.checkpoint(step)
    last = said(tmp_path)[-1]
    folder = tmp_path / last.data["folder"]
    assert seal.is_whole(folder, last.data["digest"])
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["10", "15"]


def test_sample_is_a_small_file_of_its_step(reporter: WorkerReporter, tmp_path: Path) -> None:
    for step in range(KEPT_SAMPLES + 1):
        reporter.sample(step, "line.txt", b"so far")
    last = said(tmp_path)[-1]
    assert last.kind == Kind.SAMPLE
    assert (tmp_path / last.data["folder"] / "line.txt").read_bytes() == b"so far"
    assert len(list((tmp_path / "samples").iterdir())) == KEPT_SAMPLES
    for name, content in (("../x.txt", b""), ("x.html", b""), ("x.png", bytes(2**20 + 1))):
        with pytest.raises(ValueError, match="no sample"):
            reporter.sample(1, name, content)


def test_changed_checkpoint_is_not_whole(reporter: WorkerReporter, tmp_path: Path) -> None:
    (reporter.checkpoint_folder(5) / "state.json").write_text("5")
    reporter.checkpoint(5)
    told = said(tmp_path)[-1].data
    (tmp_path / told["folder"] / "state.json").write_text("6")
    assert not seal.is_whole(tmp_path / told["folder"], told["digest"])


def test_only_the_first_worker_of_an_attempt_goes_on(tmp_path: Path) -> None:
    assert attempt_folder.claim_handle(tmp_path, {"pid": 1})
    assert not attempt_folder.claim_handle(tmp_path, {"pid": 2})
    assert attempt_folder.read_json(tmp_path / attempt_folder.HANDLE) == {"pid": 1}


def test_handle_is_claimed_where_files_cannot_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError("this disk knows no links")

    monkeypatch.setattr(os, "link", refuse)
    assert attempt_folder.claim_handle(tmp_path, {"pid": 1})
    assert attempt_folder.read_json(tmp_path / attempt_folder.HANDLE) == {"pid": 1}


def test_log_keeps_its_end_and_whoever_prints_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_folder, "MOST_LOG", 1_000)
    monkeypatch.setattr(attempt_folder, "KEPT_LOG", 100)
    path = tmp_path / attempt_folder.LOG
    with path.open("ab", buffering=0) as output:
        output.write(b"x" * 2_000 + b"last")
        attempt_folder.cut_log(tmp_path)
        output.write(b" words")
    assert path.read_bytes() == b"x" * 96 + b"last words"


def test_worker_whose_folder_is_read_only_gives_room_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError("not permitted")

    attempt_folder.keep_room(tmp_path)
    monkeypatch.setattr(Path, "unlink", refuse)
    attempt_folder.give_room(tmp_path)
