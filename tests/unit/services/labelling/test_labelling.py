"""Sorting by hand through its service: what comes next, labels that last, classes that change, versions made of them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.data.versions.versions import load_rows
from bigmodel.jobs.active_learning import ScoringRequest, Suggestions
from bigmodel.metrics.growth import LearningCurve, Point
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling import workspace
from bigmodel.services.labelling.active_learning import ActiveLearning
from bigmodel.services.labelling.labelling import FRESH, LabellingService
from bigmodel.services.labelling.workspace import Workspaces
from bigmodel.settings import Settings
from tests.fakes.names import HOSTILE_NAMES, is_harmless
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sorted import OWNER, sort_some, table, texts, truth, unlabelled


class Workspace:
    """A table of forty texts without labels, two classes, and what a search for hard rows was asked for."""

    def __init__(self, settings: Settings, folder: Path, rows: list[str]) -> None:
        self.settings, self.store = settings, ScratchStore()
        self.datasets = DatasetService(settings, self.store)
        self.sorting = LabellingService(settings, self.store)
        self.dataset = unlabelled(self.datasets, folder, rows)
        for name in ("good", "bad"):
            self.sorting.add_class(OWNER, self.dataset.id, name)

    def sort(self, count: int, *, honest: bool = False) -> Any:
        return sort_some(self.sorting, self.dataset, count, honest=honest)

    def look(self, **more: Any) -> Any:
        return self.sorting.look(OWNER, self.dataset.id, **more)

    def rows(self, dataset: Dataset) -> dict[str, list[str]]:
        return load_rows(self.settings.home / dataset.version.folder)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ScoringRequest]:
    """What is looked for; nothing is found."""
    found: list[ScoringRequest] = []
    monkeypatch.setattr(ActiveLearning, "want", lambda _, __, asked: found.append(asked))
    monkeypatch.setattr(ActiveLearning, "pending", lambda *_: found[-1] if found else None)
    return found


@pytest.fixture
def desk(settings: Settings, tmp_path: Path, asked: list[ScoringRequest]) -> Workspace:
    return Workspace(settings, tmp_path, texts(40))


def test_rows_come_spread_over_the_whole_table(desk: Workspace) -> None:
    shown = [int(row.shown.split()[-1]) for row in desk.look().rows]
    assert shown[0] == 0
    assert len(set(shown)) == len(shown)
    assert {place // 10 for place in shown} == {0, 1, 2, 3}


def test_label_counts_and_the_next_row_comes(desk: Workspace) -> None:
    first = desk.look()
    second = desk.sort(1)
    assert (second.done, second.total, second.last[0].row_id) == (1, 40, first.rows[0].row_id)
    assert second.rows == first.rows[1:] + second.rows[-1:]
    assert {group.name: group.count for group in second.classes} == {"good": 0, "bad": 1}


def test_same_rows_are_offered_once_and_labelled_together(
    settings: Settings, tmp_path: Path, asked: list[ScoringRequest]
) -> None:
    desk = Workspace(settings, tmp_path, [*texts(20), *texts(5), texts(1)[0]])
    view = desk.look()
    assert (view.total, view.rows[0].alike) == (20, 3)
    desk.sort(20, honest=True)
    rows = desk.rows(desk.sorting.use(OWNER, desk.dataset.id))
    assert rows["target"] == [truth(text) for text in rows["input"]]


def test_undo_brings_the_row_back_first(desk: Workspace) -> None:
    desk.sort(3)
    last = desk.look().last[0]
    mark = desk.sorting.undo(OWNER, desk.dataset.id)
    view = desk.look(first=mark)
    assert (view.rows[0].row_id, view.done) == (last.row_id, 2)
    assert [desk.sorting.undo(OWNER, desk.dataset.id) is None for _ in range(3)] == [
        False, False, True,
    ]  # fmt: skip


def test_skipped_row_comes_back_at_the_end(
    settings: Settings, tmp_path: Path, asked: list[ScoringRequest]
) -> None:
    desk = Workspace(settings, tmp_path, texts(12))
    first = desk.look().rows[0].row_id
    desk.sorting.skip(OWNER, desk.dataset.id, first)
    assert first not in {row.row_id for row in desk.look().rows}
    view = desk.sort(11)
    assert [(row.row_id, row.is_back) for row in view.rows] == [(first, True)]
    assert desk.sort(1).skipped == 0


def test_correction_replaces_the_label(desk: Workspace) -> None:
    row = desk.sort(1).last[0]
    desk.sorting.label(OWNER, desk.dataset.id, row.row_id, "good")
    view = desk.look()
    assert (view.done, view.last[0].label) == (1, "good")


def test_renamed_class_takes_its_labels_along(desk: Workspace) -> None:
    desk.sort(4)
    desk.sorting.rename_class(OWNER, desk.dataset.id, "good", "praise")
    view = desk.look()
    assert [(group.name, group.count) for group in view.classes] == [("praise", 2), ("bad", 2)]
    assert {row.label for row in view.last} == {"praise", "bad"}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_class_is_one_that_can_be_stored_and_shown(name: str, desk: Workspace) -> None:
    desk.sorting.add_class(OWNER, desk.dataset.id, name)
    desk.sorting.rename_class(OWNER, desk.dataset.id, "good", f"{name} 2")
    names = [group.name for group in desk.look().classes]
    assert len(names) == 3
    assert all(is_harmless(each) for each in names)


def test_merged_class_gives_its_rows_away(desk: Workspace) -> None:
    desk.sorting.add_class(OWNER, desk.dataset.id, "awful")
    row = desk.look().rows[0]
    desk.sorting.label(OWNER, desk.dataset.id, row.row_id, "awful")
    desk.sorting.merge_class(OWNER, desk.dataset.id, "awful", "bad")
    counts = {group.name: group.count for group in desk.look().classes}
    assert counts == {"good": 0, "bad": 1}


@pytest.mark.parametrize(
    ("name", "key"), [("  ", "class_empty"), ("GOOD", "class_twice"), ("bad ", "class_twice")]
)
def test_class_needs_a_name_of_its_own(desk: Workspace, name: str, key: str) -> None:
    with pytest.raises(DatasetError, match=key):
        desk.sorting.add_class(OWNER, desk.dataset.id, name)


def test_somebody_else_sorts_nothing(desk: Workspace) -> None:
    with pytest.raises(NotFoundError):
        desk.sorting.look("b", desk.dataset.id)
    with pytest.raises(NotFoundError):
        desk.sorting.use("b", desk.dataset.id)


def test_too_few_labels_name_what_is_missing(desk: Workspace) -> None:
    with pytest.raises(JobError, match="no_labels_yet"):
        desk.sorting.ready(OWNER, desk.dataset.id)
    desk.sort(12)
    with pytest.raises(JobError) as caught:
        desk.sorting.use(OWNER, desk.dataset.id)
    assert caught.value.key == "labels_few"
    assert caught.value.args_of_words["missing"] == "good: 4, bad: 4"


def test_labels_make_the_next_version(desk: Workspace) -> None:
    desk.sort(20)
    made = desk.sorting.use(OWNER, desk.dataset.id)
    assert made.version.number == 2
    assert dict(made.version.summary.classes) == {"bad": 10, "good": 10}
    assert made.version.summary.unlabelled_rows == 20
    assert desk.sorting.use(OWNER, desk.dataset.id).version.number == 2


def test_row_ids_stay_and_sorting_goes_on(desk: Workspace) -> None:
    desk.sort(20)
    before = desk.rows(desk.dataset)["row_id"]
    made = desk.sorting.use(OWNER, desk.dataset.id)
    assert desk.rows(made)["row_id"] == before
    view = desk.sort(1)
    assert (view.done, view.total) == (21, 40)


def test_label_taken_back_leaves_the_next_version(desk: Workspace) -> None:
    desk.sort(21)
    desk.sorting.use(OWNER, desk.dataset.id)
    desk.sorting.undo(OWNER, desk.dataset.id)
    made = desk.sorting.settle(OWNER, desk.dataset.id)
    assert (made.version.number, made.version.summary.usable_rows) == (3, 20)


def test_partly_labelled_table_offers_only_the_rest(
    settings: Settings, tmp_path: Path, asked: list[ScoringRequest]
) -> None:
    store = ScratchStore()
    datasets, sorting = DatasetService(settings, store), LabellingService(settings, store)
    rows = [(text, truth(text) if n < 24 else "") for n, text in enumerate(texts(40))]
    path = table(tmp_path, rows, label="label")
    dataset = datasets.import_file(OWNER, path, text="text", label="label")
    view = sorting.look(OWNER, dataset.id)
    assert (view.total, view.labelled, view.is_enough) == (16, 24, True)
    assert {group.name: group.count for group in view.classes} == {"good": 12, "bad": 12}
    assert min(int(row.shown.split()[-1]) for row in view.rows) >= 24
    sort_some(sorting, dataset, 3)
    sorting.rename_class(OWNER, dataset.id, "good", "praise")
    made = sorting.use(OWNER, dataset.id)
    assert dict(made.version.summary.classes) == {"bad": 14, "praise": 13}  # three by turns
    assert sorting.settle(OWNER, dataset.id).version.number == 2


def test_labels_by_hand_of_elsewhere_are_taken_over(desk: Workspace) -> None:
    desk.sort(20)
    made = desk.sorting.use(OWNER, desk.dataset.id)
    other = ScratchStore()
    other.datasets.add(made)
    view = LabellingService(desk.settings, other).look(OWNER, made.id)
    assert (view.done, {group.count for group in view.classes}) == (20, {10})
    assert other.labels.get(OWNER, made.id).is_written


def test_model_is_asked_for_from_ten_rows_a_class(
    desk: Workspace, asked: list[ScoringRequest]
) -> None:
    desk.sort(19)
    assert asked == []
    desk.sort(1)
    assert [len(one.labels) for one in asked] == [20]
    desk.sort(FRESH)
    assert [len(one.labels) for one in asked] == [20, 30]


def test_hard_rows_come_first_and_guesses_only_when_asked(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = desk.sort(20)
    hardest = view.rows[5]
    curve = LearningCurve((Point(10, 0.8, 0.7, 0.9),), 40, 20, (0.01, 0.03))
    found = Suggestions(20, 20, ((hardest.row_id, "good", 0.51, 0.02),), curve)
    monkeypatch.setattr(ActiveLearning, "known", lambda *_: found)
    view = desk.look()
    assert view.rows[0].row_id == hardest.row_id
    assert not view.rows[0].is_even
    assert all(row.guess is None for row in view.rows)
    assert desk.look(shows_guess=True).rows[0].guess == ("good", 0.51)
    assert (view.model.labels, view.model.gain) == (20, (0.01, 0.03))


def test_table_with_a_few_labels_is_a_beginning(
    settings: Settings, tmp_path: Path, asked: list[ScoringRequest]
) -> None:
    store = ScratchStore()
    datasets, sorting = DatasetService(settings, store), LabellingService(settings, store)
    rows = [(text, "good" if n in (1, 3) else "") for n, text in enumerate(texts(40))]
    dataset = datasets.import_file(OWNER, table(tmp_path, rows, label="label"))
    assert dataset.version.recipe.target == "label"
    with pytest.raises(JobError, match="labels_one_class"):
        sorting.ready(OWNER, dataset.id)
    sorting.add_class(OWNER, dataset.id, "bad")
    sort_some(sorting, dataset, 20)
    made = sorting.ready(OWNER, dataset.id)
    assert dict(made.version.summary.classes) == {"good": 12, "bad": 10}


def test_remark_here_and_there_is_no_label_column(settings: Settings, tmp_path: Path) -> None:
    rows = [(text, "call back" if n == 5 else "") for n, text in enumerate(texts(40))]
    datasets = DatasetService(settings, ScratchStore())
    dataset = datasets.import_file(OWNER, table(tmp_path, rows, label="remark"))
    assert dataset.version.recipe.target == ""


def test_classes_added_at_once_are_all_there(desk: Workspace) -> None:
    names = [f"class {number}" for number in range(12)]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: desk.sorting.add_class(OWNER, desk.dataset.id, name), names))
    stored = desk.store.labels.get(OWNER, desk.dataset.id).classes
    assert set(stored) == {"good", "bad", *names}


def test_class_added_while_another_is_merged_stays(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, is_late = Workspaces.open, [True]

    def open_late(self: Workspaces, owner: str, dataset_id: str) -> Any:
        found = opened(self, owner, dataset_id)
        if is_late.pop() if is_late else False:
            desk.sorting.add_class(owner, dataset_id, "new")
        return found

    monkeypatch.setattr(Workspaces, "open", open_late)
    desk.sorting.merge_class(OWNER, desk.dataset.id, "bad", "good")
    assert desk.store.labels.get(OWNER, desk.dataset.id).classes == ("good", "new")


def test_many_pages_at_once_read_from_small_caches(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "KEPT_CELLS", 1)
    monkeypatch.setattr(workspace, "KEPT_TABLES", 0)
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda _: desk.look().rows, range(40)))
    assert all(rows == shown[0] for rows in shown)
