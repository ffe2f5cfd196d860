"""Labelled files are taken along as other tools write them: what comes out is read again as it went in."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.boxes import Boxed, boxes_of
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.sharing.annotated import AnnotatedService
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings
from tests.fakes.boxed_pictures import KINDS, SIDE, write_boxed
from tests.fakes.media import classes, packed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore

OWNER, PICTURES, DRAWN = "local", 16, 13


class Shelf:
    """Datasets, and what of them can be taken along."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.store = settings, ScratchStore()
        self.datasets = DatasetService(settings, self.store)
        self.sorting = LabellingService(settings, self.store)
        self.taking = AnnotatedService(
            settings, self.store, self.sorting.settle, Downloads(settings)
        )

    def labels(self, dataset: Dataset) -> dict[str, str]:
        rows = load_rows(self.settings.home / dataset.version.folder)
        return dict(zip(rows["name"], rows["target"], strict=True))


@pytest.fixture
def shelf(settings: Settings) -> Iterator[Shelf]:
    with reading_here():
        yield Shelf(settings)


def drawn(shelf: Shelf, folder: Path) -> Dataset:
    """Bring pictures, and draw boxes on all but three; on one of them nothing is to be found."""
    place, dice = folder / "shots", np.random.default_rng(0)
    place.mkdir()
    truth = {f"{n}.png": write_boxed(place / f"{n}.png", dice) for n in range(PICTURES)}
    dataset = shelf.sorting.begin_drawing(OWNER, shelf.datasets.import_folder(OWNER, place).id)
    assert shelf.taking.styles(dataset) == ()
    for kind in KINDS:
        shelf.sorting.add_class(OWNER, dataset.id, kind)
    rows = load_rows(shelf.settings.home / dataset.version.folder)
    for number in range(DRAWN):
        right = truth[rows["name"][number]] if number else Boxed((SIDE, SIDE))
        shelf.sorting.label(OWNER, dataset.id, rows["row_id"][number], right.to_cell())
    return dataset


@pytest.mark.parametrize("style", ["coco", "yolo", "voc"])
def test_boxes_that_were_drawn_are_read_again(shelf: Shelf, tmp_path: Path, style: str) -> None:
    dataset = drawn(shelf, tmp_path)
    assert style in shelf.taking.styles(dataset)
    taken = shelf.taking.write(OWNER, dataset.id, style, tmp_path / "out.zip")
    assert (taken.rows, taken.left_out) == (DRAWN, PICTURES - DRAWN)
    again = shelf.labels(shelf.datasets.import_file(OWNER, taken.path, task="object_detection"))
    given = shelf.labels(shelf.store.datasets.get(OWNER, dataset.id))
    assert len(again) == DRAWN
    for name, cell in again.items():
        before, after = boxes_of(given[Path(name).name]), boxes_of(cell)
        assert [box.kind for box in after] == [box.kind for box in before]
        for one, other in zip(before, after, strict=True):
            assert other[:4] == pytest.approx(one[:4], abs=0.01)


def test_classes_become_folders_by_safe_names(shelf: Shelf, tmp_path: Path) -> None:
    source = packed(tmp_path / "in.zip", classes("猫", "a=b", "a+b", count=4))
    dataset = shelf.datasets.import_file(OWNER, source)
    assert shelf.taking.styles(dataset) == ("folders",)
    taken = shelf.taking.write(OWNER, dataset.id)
    assert taken.path.name == "folders.zip"
    again = shelf.datasets.import_file(OWNER, taken.path)
    assert sorted(again.version.summary.classes) == ["a_b", "a_b 2", "猫"]
    assert set(again.version.summary.classes.values()) == {4}


def test_another_form_is_refused_by_name(shelf: Shelf, tmp_path: Path) -> None:
    dataset = drawn(shelf, tmp_path)
    for ask, style in ((shelf.taking.write, "folders"), (shelf.taking.pack, "../coco")):
        with pytest.raises(DatasetError) as caught:
            ask(OWNER, dataset.id, style)
        assert (caught.value.key, caught.value.args_of_words["known"]) == (
            "annotated_style",
            "coco, yolo, voc",
        )
    assert shelf.taking.packed(OWNER, dataset.id) is None
