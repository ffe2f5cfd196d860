"""The child that finds hard rows: what it learns from, its order, its curve, and that it leaves nothing behind."""

from pathlib import Path
from threading import Event

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.message import Message
from bigmodel.data.versions.unlabelled import read_cells, read_contents
from bigmodel.jobs import active_learning, attempt_folder
from bigmodel.jobs.active_learning import ASKED, ScoringRequest, Suggestions
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.active_learning import ActiveLearning
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sorted import texts, truth, unlabelled
from tests.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out nothing because a machine stalls."""
    for limit in ("LIMIT_S", "CURVE_S"):
        monkeypatch.setattr(active_learning, limit, PATIENCE_S)


@pytest.fixture
def dataset(settings: Settings, tmp_path: Path) -> Dataset:
    return unlabelled(DatasetService(settings, ScratchStore()), tmp_path, [*texts(90), texts(1)[0]])


def asked_of(
    settings: Settings, dataset: Dataset, count: int, *, even: bool = True
) -> ScoringRequest:
    """Ask as the service would after so many labels."""
    version = dataset.version
    contents = read_contents(settings.home / version.folder, version.recipe)
    learned = contents.spread[:count]
    ids = contents.ids(learned)
    labels = [truth(text) for text in read_cells(contents, learned)]
    marks = {row: (label, even) for row, label in zip(ids, labels, strict=True)}
    task = "text_classification"
    return ScoringRequest(task, version.folder, version.recipe.to_json(), marks, {}, count)


def found_by(settings: Settings, asked: ScoringRequest, folder: Path) -> list[Suggestions]:
    folder.mkdir()
    attempt_folder.write_json(folder / ASKED, asked.__dict__)
    found = list(active_learning.suggest(folder, settings))
    assert [path.name for path in folder.iterdir()] == [ASKED]
    return found


@pytest.mark.slow
def test_rows_come_by_margin_and_none_is_labelled(
    settings: Settings, dataset: Dataset, tmp_path: Path
) -> None:
    asked = asked_of(settings, dataset, 30)
    first, last = found_by(settings, asked, tmp_path / "child")
    margins = [guess[3] for guess in first.rows]
    assert (len(margins), first.labels) == (60, 30)
    assert margins == sorted(margins)
    assert not {guess[0] for guess in first.rows} & set(asked.labels)
    assert first.growth is None
    assert last.growth is not None
    assert last.growth.held == 30
    assert last.growth.points[-1].accuracy > 0.8


def test_curve_is_not_measured_on_rows_a_model_picked(
    settings: Settings, dataset: Dataset, tmp_path: Path
) -> None:
    asked = asked_of(settings, dataset, 30, even=False)
    *_, last = found_by(settings, asked, tmp_path / "child")
    assert last.growth is not None
    assert (last.growth.held, last.growth.points) == (0, ())


def test_order_begins_with_every_class() -> None:
    targets = ["a"] * 20 + ["b", "b", "c"]
    order = active_learning._order(targets, {0, 20}, seed=1)
    assert {targets[place] for place in order[:3]} == {"a", "b", "c"}
    assert sorted(order) == [place for place in range(23) if place not in (0, 20)]


def test_folds_hold_every_row_once() -> None:
    folds = active_learning._folds(["a"] * 11 + ["b"] * 6, seed=0)
    assert sorted(place for fold in folds for place in fold) == list(range(17))
    assert all(2 <= sum(place < 11 for place in fold) <= 3 for fold in folds)


@pytest.mark.slow
def test_real_child_finds_in_the_background(settings: Settings, dataset: Dataset) -> None:
    looking, asked = ActiveLearning(settings), asked_of(settings, dataset, 24)
    looking.want(dataset.id, asked)
    looking.wait()
    assert looking.pending(dataset.id) is None
    again = ActiveLearning(settings).known(dataset.id)  # also after a restart
    assert again is not None
    assert (again.labels, again.error, again.growth is not None) == (24, None, True)
    assert list(settings.scratch.iterdir()) == []


def test_failure_keeps_what_was_found_and_is_not_tried_at_once(
    settings: Settings, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ActiveLearning, "_run", lambda self, of, asked, _: self._keep(of, asked, give)
    )
    looking = ActiveLearning(settings)
    give = Suggestions(labels=20, rows=(("r", "good", 0.5, 0.1),))
    for change in (20, 30):
        looking.want(dataset.id, ScoringRequest("t", "d", {}, {}, {}, change))
        looking.wait()
        give = Suggestions(error=Message("pages.sort.model_broken"))
    found = looking.known(dataset.id)
    assert found is not None
    assert (found.change, found.labels, len(found.rows)) == (30, 20, 1)
    assert found.error == give.error


def test_newest_request_replaces_one_that_waits(
    settings: Settings, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go, runs = Event(), Event(), []

    def run(_: ActiveLearning, __: str, asked: ScoringRequest, ___: Path) -> None:
        runs.append(asked.change)
        began.set()
        assert go.wait(PATIENCE_S)

    monkeypatch.setattr(ActiveLearning, "_run", run)
    looking = ActiveLearning(settings)
    looking.want(dataset.id, ScoringRequest("t", "d", {}, {}, {}, 1))
    assert began.wait(PATIENCE_S)
    for change in (2, 3):
        looking.want(dataset.id, ScoringRequest("t", "d", {}, {}, {}, change))
    go.set()
    looking.wait()
    assert runs == [1, 3]
