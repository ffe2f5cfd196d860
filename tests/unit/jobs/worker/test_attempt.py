"""One attempt from start to end, in this process, with the toy task: what is announced, kept and written."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bigmodel.core.events import Event, Kind, decode
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.settings import Settings
from tests.fakes.workshop import make_dataset, quick_settings

Run = Callable[..., tuple[Path, list[Event]]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home")


@pytest.fixture
def run(settings: Settings) -> Run:
    def run_toy(rows: int = 100, **params: object) -> tuple[Path, list[Event]]:
        base = str(params.setdefault("base", "scratch"))
        dataset = make_dataset(settings, rows)
        folder = settings.jobs / dataset.id / "1"
        attempt = Attempt(
            job_id=dataset.id,
            token=1,
            task="toy_copy",
            name="toy",
            params=params,
            base={"name": base, "kind": base, "folder": None},
            dataset=dataset.version.folder,
        )
        attempt_folder.write_attempt(folder, attempt)
        run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
        return folder, decode((folder / attempt_folder.EVENTS).read_bytes())[0]

    return run_toy


def models(events: list[Event]) -> list[tuple[str, bool]]:
    return [(e.data["kind"], e.data["kept"]) for e in events if e.kind == Kind.RESULT]


def notes(events: list[Event]) -> list[str]:
    return [event.data["key"] for event in events if event.kind == Kind.NOTE]


def test_instant_model_is_announced_before_the_other_trains(run: Run) -> None:
    _, events = run(steps=3)
    kinds = [(e.kind, e.data.get("kind") or e.data.get("phase")) for e in events]
    assert kinds.index((Kind.RESULT, "instant")) < kinds.index((Kind.STEP, "train"))


def test_better_tuned_model_is_kept_and_the_test_difference_told(run: Run) -> None:
    _, events = run(skill=1.0)
    assert models(events) == [("instant", True), ("tuned", True)]
    assert notes(events) == ["jobs.notes.tuned_kept", "jobs.notes.test_difference"]


def test_tie_keeps_the_instant_model(run: Run) -> None:
    _, events = run(skill=0.7)
    assert models(events) == [("instant", True), ("tuned", False)]
    assert notes(events)[0] == "jobs.notes.instant_kept"


def test_few_rows_are_measured_by_folds_and_not_tuned(run: Run) -> None:
    folder, events = run(rows=30)
    assert models(events) == [("instant", True)]
    assert notes(events) == ["jobs.notes.too_few_to_tune"]
    card = json.loads((folder / "models/instant/model.json").read_text("utf-8"))
    assert card["is_folded"]
    answered = pq.read_table(folder / "models/instant/predictions.parquet")
    assert answered.num_rows == len(set(answered.column("row_id").to_pylist())) == 30


def test_every_held_out_row_is_answered_once(run: Run) -> None:
    folder, _ = run()
    table = pq.read_table(folder / "models/tuned/predictions.parquet")
    splits = table.column("split").to_pylist()
    assert (splits.count("validation"), splits.count("test")) == (10, 10)
    assert all(abs(sum(scores) - 1) < 1e-6 for scores in table.column("scores").to_pylist())


def test_nothing_half_written_is_left(run: Run) -> None:
    folder, events = run()
    assert sorted(path.name for path in (folder / "models").iterdir()) == ["instant", "tuned"]
    told = [event.data["folder"] for event in events if event.kind == Kind.RESULT]
    assert told == [f"jobs/{folder.parent.name}/1/models/{kind}" for kind in ("instant", "tuned")]
