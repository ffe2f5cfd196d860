"""Boxes drawn by hand: pictures without classes become such in which objects are found, and a version holds what was drawn."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bigmodel.answers.boxes import Found
from bigmodel.core.datasets.boxes import Box, Boxed, boxed_of, boxes_of
from bigmodel.core.datasets.dataset import NO_LABEL, Dataset, Form
from bigmodel.core.errors import DatasetError, JobError
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_rows, load_task_data
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.drawing import SMALLEST, drawn_label
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.labelling.proposals import ProposalService
from bigmodel.settings import Settings
from tests.fakes.boxed_pictures import KINDS, SIDE, write_boxed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore

OWNER = "local"


class Desk:
    """Pictures of one thing each, without any class, and the boxes that a person would draw."""

    def __init__(self, settings: Settings, folder: Path, count: int = 30) -> None:
        self.settings, self.store = settings, ScratchStore()
        self.datasets = DatasetService(settings, self.store)
        self.sorting = LabellingService(settings, self.store)
        place, dice = folder / "shot", np.random.default_rng(0)
        place.mkdir()
        self.truth = {f"{n:02}.png": write_boxed(place / f"{n:02}.png", dice) for n in range(count)}
        with reading_here():
            self.dataset = self.datasets.import_folder(OWNER, place)

    def begin(self) -> Dataset:
        dataset = self.sorting.begin_drawing(OWNER, self.dataset.id)
        for name in KINDS:
            self.sorting.add_class(OWNER, dataset.id, name)
        return dataset

    def draw(self, count: int) -> list[str]:
        """Draw the right boxes on the next pictures, and return their row ids."""
        drawn = []
        for _ in range(count):
            row = self.look().rows[0]
            self.say(row.row_id, self.right(row.row_id).to_cell())
            drawn.append(row.row_id)
        return drawn

    def right(self, row_id: str) -> Boxed:
        rows = load_rows(self.settings.home / self.dataset.version.folder, [row_id])
        return self.truth[str(rows["name"][0])]

    def say(self, row_id: str, cell: str) -> None:
        self.sorting.label(OWNER, self.dataset.id, row_id, cell)

    def look(self, **more: object):  # type: ignore[no-untyped-def]
        return self.sorting.look(OWNER, self.dataset.id, **more)


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Desk:
    return Desk(settings, tmp_path)


def test_drawing_is_offered_until_something_is_sorted(desk: Desk) -> None:
    assert desk.look().can_draw
    desk.sorting.add_class(OWNER, desk.dataset.id, "any")
    desk.say(desk.look().rows[0].row_id, "any")
    assert not desk.look().can_draw
    with pytest.raises(DatasetError, match="boxes_of_sorted"):
        desk.sorting.begin_drawing(OWNER, desk.dataset.id)


def test_drawn_boxes_are_what_a_detector_learns(desk: Desk) -> None:
    began = desk.begin()
    assert (began.version.recipe.form, began.version.summary.target) == (Form.BOXES, "boxes")
    desk.draw(24)
    empty = desk.look().rows[0].row_id
    desk.say(empty, Boxed((SIDE, SIDE)).to_cell())
    view = desk.look()
    assert (view.done, view.total, view.is_drawn, view.is_enough) == (25, 30, True, True)
    made = desk.sorting.use(OWNER, began.id)
    assert sum(made.version.summary.classes.values()) == 24
    assert made.version.summary.unlabelled_rows == 5
    data = load_task_data(
        desk.settings.home / made.version.folder, target_kind(made.version.summary.target)
    )
    truths = {ident: boxes_of(cell) for part in (data.train, data.validation, data.test) for ident, cell in zip(part.ids, part.targets, strict=True)}  # fmt: skip
    assert len(truths) == 25
    assert truths.pop(empty) == ()
    assert all(truths[row] == desk.right(row).boxes for row in truths)
    assert desk.sorting.task_of(made.version) == "object_detection"


def test_too_little_is_said_in_pictures_and_boxes(desk: Desk) -> None:
    began = desk.begin()
    with pytest.raises(JobError, match="no_labels_yet"):
        desk.sorting.ready(OWNER, began.id)
    desk.draw(3)
    with pytest.raises(JobError) as caught:
        desk.sorting.use(OWNER, began.id)
    assert caught.value.key == "boxes_few"
    assert caught.value.args_of_words["rows"] == 3


def test_what_was_drawn_is_opened_again_and_undone(desk: Desk) -> None:
    began = desk.begin()
    first, second = desk.draw(2)
    again = desk.look(first=desk.sorting.reopen(OWNER, began.id, first)).rows[0]
    assert (again.row_id, boxed_of(again.label)) == (first, desk.right(first))
    desk.say(first, Boxed((SIDE, SIDE)).to_cell())
    assert desk.look().done == 2
    desk.sorting.undo(OWNER, began.id)
    undone = desk.sorting.undo(OWNER, began.id)
    assert undone is not None
    row = desk.look(first=undone).rows[0]
    assert (row.row_id, boxed_of(row.label)) == (second, desk.right(second))


def test_class_of_boxes_is_renamed_and_merged(desk: Desk) -> None:
    began = desk.begin()
    desk.draw(20)
    counts = {one.name: one.count for one in desk.look().classes}
    desk.sorting.rename_class(OWNER, began.id, "bar", "stick")
    desk.sorting.merge_class(OWNER, began.id, "stick", "square")
    merged = {one.name: one.count for one in desk.look().classes}
    assert merged == {"square": sum(counts.values())}
    made = desk.sorting.use(OWNER, began.id)
    assert made.version.summary.classes == {"square": 20}


def test_box_of_a_class_that_nobody_made_is_refused(desk: Desk) -> None:
    desk.begin()
    row = desk.look().rows[0].row_id
    strange = Boxed((SIDE, SIDE), (Box(1, 1, 9, 9, "ghost"),)).to_cell()
    with pytest.raises(DatasetError, match="class_unknown"):
        desk.say(row, strange)
    with pytest.raises(DatasetError, match="boxes_unreadable"):
        desk.say(row, "bar")
    assert desk.look().done == 0


def test_boxes_are_cut_at_the_rim_and_specks_left_out() -> None:
    boxes = (Box(-5, 3, 12, 99, "a"), Box(4, 4, 4 + SMALLEST / 2, 9, "a"), Box(1, 1, 5, 5, "b"))
    kept = boxes_of(drawn_label(target_kind("boxes"), Boxed((20, 10), boxes).to_cell()))
    assert kept == (Box(0, 3, 12, 10, "a"), Box(1, 1, 5, 5, "b"))


def test_pictures_brought_for_detection_without_boxes_wait_for_them(settings: Settings, tmp_path: Path) -> None:  # fmt: skip
    place, dice = tmp_path / "shot", np.random.default_rng(0)
    place.mkdir()
    for number in range(8):
        write_boxed(place / f"{number}.png", dice)
    store = ScratchStore()
    with reading_here():
        dataset = DatasetService(settings, store).import_folder(
            OWNER, place, task="object_detection", label=NO_LABEL
        )
    assert dataset.version.recipe.form == Form.BOXES
    view = LabellingService(settings, store).look(OWNER, dataset.id)
    assert (view.is_drawn, view.total) == (True, 8)


def test_newest_detector_of_the_dataset_draws_first(desk: Desk) -> None:
    began = desk.begin()
    row = desk.look().rows[0].row_id
    right = desk.right(row)
    models = [
        SimpleNamespace(id=name, job_id=name, task=task, base=base, owner=OWNER)
        for name, task, base in (
            ("other", "object_detection", "lite0"),  # of another dataset
            ("sorter", "image_classification", "lite0"),
            ("blind", "object_detection", "instant"),
            ("finder", "object_detection", "lite0"),
        )
    ]
    asked = []

    def answers(_: str, model: str, inputs: Sequence[str]) -> list[Found]:
        asked.append((model, Path(inputs[0]).is_file()))
        unsure = Box(0, 0, 3, 3, "bar")
        return [Found(right.size, (*right.boxes, unsure), (0.9, 0.1), 0.5)]

    jobs = SimpleNamespace(
        get=lambda _, job: SimpleNamespace(dataset_id="x" if job == "other" else began.id)
    )
    store: Any = SimpleNamespace(
        models=SimpleNamespace(list_all=lambda _: models),
        jobs=jobs,
        datasets=desk.store.datasets,
        labels=desk.store.labels,
    )
    proposals = ProposalService(desk.settings, store, answers)
    assert boxed_of(proposals.label(OWNER, began.id, row)) == right
    assert asked == [("finder", True)]
    desk.sorting.rename_class(OWNER, began.id, right.boxes[0].kind, "anew")
    other = next(kind for kind in KINDS if kind != right.boxes[0].kind)
    assert boxes_of(proposals.label(OWNER, began.id, row)) == ()  # of a class that is no more
    desk.sorting.merge_class(OWNER, began.id, other, "anew")
    (only,) = boxes_of(proposals.label(OWNER, began.id, row))
    assert only == right.boxes[0]._replace(kind="anew")
    models.pop()
    with pytest.raises(DatasetError, match="no_proposals"):
        proposals.label(OWNER, began.id, row)
