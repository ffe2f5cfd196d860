"""A task of one folder, whose answers are of a type of its own and which has no baseline, is trained, shown and tried."""

import json
from functools import partial
from pathlib import Path

import pytest

from bigmodel.answers import answer_type
from bigmodel.core.datasets.dataset import Split
from bigmodel.core.errors import TrainingError
from bigmodel.core.events import Kind, decode
from bigmodel.core.language import LANGUAGES
from bigmodel.core.task import HasBaseline
from bigmodel.data.versions.versions import load_rows
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.services.results.predictions import read_predictions
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.words import load_words
from pages.shared.results import panels_view
from tests.fakes.workshop import make_dataset, quick_settings

FOLDER = Path(__file__).parents[3] / "fakes" / "bag_task"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", task_folders=(FOLDER,))


def run(settings: Settings, rows: int) -> Path:
    """Run one attempt of the toy task, and return its folder."""
    dataset = make_dataset(settings, rows)
    folder = settings.jobs / dataset.id / "1"
    base = {"name": "scratch", "kind": "scratch", "folder": None}
    params = {"base": "scratch"}
    attempt = Attempt(dataset.id, 1, "tags", "bag", params, base, dataset.version.folder)
    attempt_folder.write_attempt(folder, attempt)
    run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    return folder


def trained(settings: Settings) -> Path:
    folder = run(settings, 100)
    events = decode((folder / attempt_folder.EVENTS).read_bytes())[0]
    models = [e.data for e in events if e.kind == Kind.RESULT]
    assert [(m["kind"], m["kept"]) for m in models] == [("tuned", True)]
    assert models[0]["metrics"][Split.TEST]["missed"] == 0.0
    return folder / "models" / "tuned"


def test_task_without_baseline_needs_rows_to_measure_on(settings: Settings) -> None:
    with pytest.raises(TrainingError, match="too_few_to_hold_out"):
        run(settings, 20)


def test_answers_of_an_own_type_are_measured_shown_compared_and_tried(settings: Settings) -> None:
    folder = trained(settings)
    task = get_task("tags", settings.task_folders)
    kind = answer_type(task)
    assert not isinstance(load_engine(task), HasBaseline)
    stored = read_predictions(folder, kind, ())
    results = kind.evaluate(stored.truth, stored.answers, ())
    words = load_words(settings.task_folders)
    for language in LANGUAGES:
        say = partial(words.text, language)
        [panel] = json.loads(panels_view.shown(results, "1", say))
        assert 'data-testid="cloud"' in panel["html"]
        assert panel["title"] == "Tags, the commonest largest"
    assert kind.mistakes(stored.truth, stored.answers) == []
    worse = [kind.decode({"tags": ["none"]}, ()) for _ in stored.answers]
    assert kind.compare(stored.truth, stored.answers, worse).is_gained.all()
    serving = Serving(settings)
    try:
        rows = load_rows(settings.datasets.glob("*/1/").__next__())
        [answer] = serving.answers(folder, rows["input"][:1])
        assert kind.decode(answer, ()).text == rows["target"][0]
    finally:
        serving.close()
