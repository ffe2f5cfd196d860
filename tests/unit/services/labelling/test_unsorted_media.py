"""Pictures and recordings that came without classes: kept, sorted by hand with active learning, then fit to be trained on."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.core.errors import DatasetError, JobError
from bigmodel.data.targets import label
from bigmodel.data.versions.versions import load_rows, load_task_data
from bigmodel.jobs import active_learning, attempt_folder
from bigmodel.jobs.active_learning import ASKED, ScoringRequest
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.uploads import UploadService
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.labelling.active_learning import ActiveLearning
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.settings import Settings
from tests.fakes.asleep import Asleep
from tests.fakes.media import classes, packed, picture, recording
from tests.fakes.pictures import write_picture
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sounds import write_sound

OWNER = "local"
TWO = {"image": ("lying", "standing"), "audio": ("buzz", "hiss")}


@pytest.fixture(autouse=True, scope="module")
def reader_inside() -> Iterator[None]:
    """Read uploads within this process."""
    with reading_here():
        yield


class Desk:
    """Files in one folder without classes, and what a search for hard ones was asked for."""

    def __init__(self, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.store = settings, ScratchStore()
        self.datasets = DatasetService(settings, self.store)
        self.sorting = LabellingService(settings, self.store)
        self.folder, self.asked = folder, list[ScoringRequest]()
        monkeypatch.setattr(ActiveLearning, "want", lambda _, __, asked: self.asked.append(asked))

    def bring(self, medium: str, count: int = 40) -> Dataset:
        place = self.folder / "shot"
        place.mkdir()
        for n in range(count):
            if medium == "image":
                write_picture(place / f"{n:02}.png", TWO[medium][n % 2], n)
            else:
                write_sound(place / f"{n:02}.wav", TWO[medium][n % 2], seed=n)
        return self.datasets.import_folder(OWNER, place)

    def name_of(self, dataset: Dataset, row_id: str) -> str:
        rows = load_rows(self.settings.home / dataset.version.folder, [row_id])
        return str(rows["name"][0])

    def sort(self, dataset: Dataset, count: int) -> Any:
        """Sort the next files by what they are: every other one is of the second class."""
        medium = dataset.version.summary.medium
        for name in TWO[medium]:
            self.sorting.add_class(OWNER, dataset.id, name)
        for _ in range(count):
            row = self.sorting.look(OWNER, dataset.id).rows[0]
            number = int(self.name_of(dataset, row.row_id)[:2])
            truth = TWO[medium][number % 2]
            self.sorting.label(OWNER, dataset.id, row.row_id, truth, is_even=row.is_even)
        return self.sorting.look(OWNER, dataset.id)


@pytest.fixture
def desk(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(settings, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("medium", ["image", "audio"])
def test_unsorted_files_are_sorted_by_hand_and_learned(desk: Desk, medium: str) -> None:
    dataset = desk.bring(medium)
    summary = dataset.version.summary
    assert (summary.rows, summary.usable_rows, summary.unlabelled_rows) == (40, 0, 40)
    assert {"data.problems.files_unlabelled"} == {
        p.key for p in summary.problems if "labelled" in p.key or "missing" in p.key
    }
    with pytest.raises(JobError, match="no_labels_yet"):
        desk.sorting.ready(OWNER, dataset.id)
    view = desk.sort(dataset, 30)
    assert (view.done, view.total, view.is_enough, view.medium) == (30, 40, True, medium)
    place = desk.folder / "child"
    place.mkdir()
    attempt_folder.write_json(place / ASKED, desk.asked[-1].__dict__)
    first = next(active_learning.suggest(place, desk.settings))
    margins = [guess[3] for guess in first.rows]
    assert margins == sorted(margins)
    assert len(margins) + first.labels == 40
    right = [
        guess[1] == TWO[medium][int(desk.name_of(dataset, guess[0])[:2]) % 2]
        for guess in first.rows
    ]
    assert sum(right) > 0.7 * len(right)
    ready = desk.sorting.ready(OWNER, dataset.id)
    assert set(ready.version.summary.classes) == set(TWO[medium])
    assert ready.version.summary.usable_rows == 30
    assert ready.version.summary.unlabelled_rows == 10
    data = load_task_data(desk.settings.home / ready.version.folder, label.KIND)
    assert (len(data.train), data.labels) == (30, TWO[medium])


def loose(count: int, ending: str = "png") -> dict[str, bytes]:
    make = picture if ending == "png" else recording
    return {f"{n}.{ending}": make(n) for n in range(count)}


@pytest.mark.parametrize(
    ("ending", "key"), [("png", "media_no_classes"), ("flac", "media_no_table")]
)
def test_four_files_are_too_few_to_be_sorted(desk: Desk, ending: str, key: str) -> None:
    with pytest.raises(DatasetError, match=key):
        desk.datasets.import_file(OWNER, packed(desk.folder / "few.zip", loose(4, ending)))
    made = desk.datasets.import_file(OWNER, packed(desk.folder / "more.zip", loose(5, ending)))
    assert made.version.summary.unlabelled_rows == 5


def test_one_folder_is_asked_about_and_may_be_no_class(desk: Desk) -> None:
    path = packed(desk.folder / "holiday.zip", classes("holiday"))
    with pytest.raises(DatasetError, match="one_folder"):
        desk.datasets.import_file(OWNER, path)
    made = desk.datasets.import_file(OWNER, path, label=NO_LABEL)
    assert (made.version.summary.classes, made.version.summary.unlabelled_rows) == ({}, 6)


def test_folders_called_otherwise_may_be_no_classes_either(desk: Desk) -> None:
    path = packed(desk.folder / "phone.zip", classes("100APPLE", "101APPLE"))
    made = desk.datasets.import_file(OWNER, path, label=NO_LABEL)
    assert (made.version.summary.classes, made.version.summary.unlabelled_rows) == ({}, 12)


def test_one_sorted_folder_is_a_beginning(desk: Desk) -> None:
    files = classes("cat") | {f"{n}.png": picture(500 + n) for n in range(8)}
    made = desk.datasets.import_file(OWNER, packed(desk.folder / "begun.zip", files))
    assert (made.version.summary.classes, made.version.summary.unlabelled_rows) == ({"cat": 6}, 8)


def test_unsorted_test_files_are_refused(desk: Desk) -> None:
    made = desk.datasets.import_file(OWNER, packed(desk.folder / "p.zip", classes("a", "b")))
    other = packed(desk.folder / "test.zip", loose(9))
    with pytest.raises(DatasetError, match="media_no_classes"):
        desk.datasets.set_test_file(OWNER, made.id, other)


def test_unsorted_speech_is_no_speech_to_learn(desk: Desk) -> None:
    path = packed(desk.folder / "said.zip", loose(9, "flac"))
    with pytest.raises(DatasetError, match="media_no_table"):
        desk.datasets.import_file(OWNER, path, task="speech_recognition")


def test_given_parts_hold_for_what_is_sorted_later(desk: Desk) -> None:
    files = {
        f"{part}/{n}.png": picture(n + 100 * (part == "test"))
        for part in ("train", "test")
        for n in range(20)
    }
    made = desk.datasets.import_file(OWNER, packed(desk.folder / "parts.zip", files))
    assert made.version.summary.classes == {}
    rows = load_rows(desk.settings.home / made.version.folder)
    for name in ("a", "b"):
        desk.sorting.add_class(OWNER, made.id, name)
    for place, row_id in enumerate(rows["row_id"]):
        desk.sorting.label(OWNER, made.id, row_id, "ab"[place % 2])
    used = desk.sorting.use(OWNER, made.id)
    after = load_rows(desk.settings.home / used.version.folder)
    parts = {
        name.split("/")[0]: {
            p for n, p in zip(after["col.file"], after["split"], strict=True) if n.startswith(name)
        }
        for name in ("train/", "test/")
    }
    assert parts["test"] == {"test"}
    assert "train" in parts["train"]


def test_sorted_and_unsorted_files_join_what_is_unsorted(desk: Desk) -> None:
    made = desk.datasets.import_file(OWNER, packed(desk.folder / "p.zip", loose(12)))
    growing = AppendService(
        desk.settings, desk.store, ControlService(desk.settings, desk.store, Asleep())
    )
    trays = UploadService(desk.settings)
    for files in ({"x.png": picture(300)}, classes("cat", "dog")):
        tray = trays.open(OWNER, "collect", "more")
        for name, content in files.items():
            place = trays.place(OWNER, tray.id, len(content))
            place.write_bytes(content)
            trays.keep(OWNER, tray.id, name, place)
        add = partial(growing.add_files, OWNER, made.id)
        made = trays.consume(OWNER, tray.id, add)
    summary = made.version.summary
    assert (summary.classes, summary.unlabelled_rows) == ({"cat": 6, "dog": 6}, 13)
