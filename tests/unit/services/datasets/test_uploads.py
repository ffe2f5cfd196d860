"""Trays: what was put in is there after a restart, under names that never become paths."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.services.datasets import uploads
from bigmodel.services.datasets.uploads import (
    COLLECT,
    FOLDER,
    JOURNAL,
    SPARE_BYTES,
    UploadItem,
    UploadService,
    UploadSession,
)
from bigmodel.settings import Settings
from tests.fakes.names import HOSTILE_NAMES, is_harmless


@pytest.fixture
def trays(settings: Settings) -> UploadService:
    return UploadService(settings)


def put(trays: UploadService, tray: UploadSession, path: str, content: bytes = b"x") -> UploadItem:
    place = trays.place("local", tray.id, len(content))
    place.write_bytes(content)
    return trays.keep("local", tray.id, path, place)


def paths(trays: UploadService, tray: UploadSession) -> list[str]:
    return [item.path for item in trays.get("local", tray.id).items]


def test_folder_goes_on_after_a_restart(trays: UploadService, settings: Settings) -> None:
    tray = trays.open("local", FOLDER, "flowers")
    put(trays, tray, "flowers/rose/1.jpg", b"abc")
    again = UploadService(settings).open("local", FOLDER, "flowers")
    assert again.id == tray.id
    assert [(item.path, item.size) for item in again.items] == [("flowers/rose/1.jpg", 3)]
    assert again.items[0].place.read_bytes() == b"abc"


def test_torn_journal_loses_only_its_last_line(trays: UploadService, settings: Settings) -> None:
    tray = trays.open("local", FOLDER, "f")
    put(trays, tray, "f/a.jpg")
    with (tray.folder / JOURNAL).open("ab") as journal:
        journal.write(b'{"do": "put", "id"')
    again = UploadService(settings)
    put(again, tray, "f/b.jpg")
    assert paths(UploadService(settings), tray) == ["f/a.jpg", "f/b.jpg"]


def test_file_cut_off_by_a_crash_is_swept(trays: UploadService, settings: Settings) -> None:
    tray = trays.open("local", FOLDER, "f")
    kept = put(trays, tray, "f/a.jpg")
    trays.place("local", tray.id, 9).write_bytes(b"half")
    UploadService(settings).get("local", tray.id)
    assert sorted(p.name for p in tray.folder.iterdir()) == sorted([kept.id, JOURNAL])


def test_same_path_of_a_folder_is_replaced(trays: UploadService) -> None:
    tray = trays.open("local", FOLDER, "f")
    first = put(trays, tray, "f/a.jpg", b"old")
    put(trays, tray, "f/a.jpg", b"newer")
    assert [item.size for item in trays.get("local", tray.id).items] == [5]
    assert not first.place.exists()


def test_photos_of_one_name_are_kept_side_by_side(trays: UploadService) -> None:
    tray = trays.open("local", COLLECT)
    for _ in range(3):
        put(trays, tray, "cat/image.jpg")
    assert paths(trays, tray) == ["cat/image.jpg", "cat/image (2).jpg", "cat/image (3).jpg"]


@pytest.mark.parametrize(
    "path",
    [
        *HOSTILE_NAMES,
        "../../evil/x.jpg",
        "C:\\evil\\x.jpg",
        "/etc/x.jpg",
        "a/\0\n/x.jpg",
        "\ud800/x.jpg",
    ],
)
def test_name_never_becomes_a_path(path: str, trays: UploadService, settings: Settings) -> None:
    tray = trays.open("local", FOLDER, "f")
    item = put(trays, tray, path)
    assert item.place.parent == tray.folder
    assert ".." not in item.path.split("/")
    assert is_harmless(item.path)
    assert sorted(p.name for p in tray.folder.iterdir()) == sorted([item.id, JOURNAL])


def test_classes_are_renamed_joined_and_dropped(trays: UploadService) -> None:
    tray = trays.open("local", COLLECT)
    trays.add_class("local", tray.id, " dog ")
    kept = put(trays, tray, "cat/1.jpg")
    put(trays, tray, "dog/1.jpg")
    trays.rename_class("local", tray.id, "cat", "dog")
    assert trays.get("local", tray.id).classes == ("dog",)
    assert sorted(paths(trays, tray)) == ["dog/1 (2).jpg", "dog/1.jpg"]
    trays.remove_class("local", tray.id, "dog")
    assert trays.get("local", tray.id).items == ()
    assert not kept.place.exists()


def test_said_words_and_removals_are_remembered(trays: UploadService, settings: Settings) -> None:
    tray = trays.open("local", COLLECT)
    first, second = put(trays, tray, "speech/1.webm"), put(trays, tray, "speech/2.webm")
    trays.say("local", tray.id, first.id, " open  the door ")
    trays.remove("local", tray.id, second.id)
    found = UploadService(settings).get("local", tray.id).items
    assert [(item.id, item.text) for item in found] == [(first.id, "open the door")]


def test_tray_of_somebody_else_is_not_there(trays: UploadService) -> None:
    tray = trays.open("local", COLLECT)
    for tray_id in (tray.id, "nonsense", "../local"):
        with pytest.raises(NotFoundError):
            trays.get("other", tray_id)
    assert trays.open("other", COLLECT).id != tray.id


def test_tray_has_an_end(settings: Settings) -> None:
    trays = UploadService(settings.model_copy(update={"max_upload_mb": 1}))
    tray = trays.open("local", FOLDER, "f")
    with pytest.raises(DatasetError) as refused:
        trays.place("local", tray.id, 2**20 + 1)
    assert refused.value.key == "file_big"
    for number in range(4):
        put(trays, tray, f"f/{number}", bytes(2**20))
    with pytest.raises(DatasetError) as refused:
        trays.place("local", tray.id, 1)
    assert refused.value.key == "tray_full"


def test_unfinished_folders_of_one_owner_are_few(
    trays: UploadService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_SESSIONS", 3)
    opened = [trays.open("local", FOLDER, name) for name in "abc"]
    put(trays, opened[0], "a/1")
    fourth = trays.open("local", FOLDER, "d")  # the oldest empty one gave way
    with pytest.raises(NotFoundError):
        trays.get("local", opened[1].id)
    put(trays, opened[2], "c/1")
    put(trays, fourth, "d/1")
    with pytest.raises(DatasetError) as refused:
        trays.open("local", FOLDER, "e")
    assert refused.value.key == "trays_many"
    trays.open("other", FOLDER, "e")


def test_all_folders_of_one_owner_have_an_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "TIMES_OWNER", 2)
    trays = UploadService(settings.model_copy(update={"max_upload_mb": 1}))
    for name in "ab":
        put(trays, trays.open("local", FOLDER, name), "1", bytes(2**20))
    with pytest.raises(DatasetError) as refused:
        trays.place("local", trays.open("local", FOLDER, "c").id, 1)
    assert refused.value.key == "trays_many"


def test_files_sent_at_once_do_not_overfill_a_tray(settings: Settings) -> None:
    trays = UploadService(settings.model_copy(update={"max_upload_mb": 1}))
    tray = trays.open("local", FOLDER, "f")
    places = [trays.place("local", tray.id, 2**20) for _ in range(5)]
    for number, place in enumerate(places):
        place.write_bytes(bytes(2**20))
        if number < 4:
            trays.keep("local", tray.id, f"f/{number}", place)
    with pytest.raises(DatasetError) as refused:
        trays.keep("local", tray.id, "f/4", places[4])
    assert refused.value.key == "tray_full"


def test_full_disk_takes_no_file(trays: UploadService, monkeypatch: pytest.MonkeyPatch) -> None:
    tray = trays.open("local", FOLDER, "f")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=SPARE_BYTES))
    with pytest.raises(DatasetError) as refused:
        trays.place("local", tray.id, 1)
    assert refused.value.key == "disk_short_for_files"


def test_discarded_tray_leaves_nothing(trays: UploadService) -> None:
    tray = trays.open("local", COLLECT)
    put(trays, tray, "a/b.jpg")
    trays.discard("local", tray.id)
    assert not Path(tray.folder).exists()


def test_tray_becomes_one_dataset_however_often_it_is_asked_for(trays: UploadService) -> None:
    tray = trays.open("local", FOLDER, "f")
    put(trays, tray, "f/a.jpg")
    began, may_end, made = threading.Event(), threading.Event(), []

    def make(given: UploadSession) -> str:
        began.set()
        may_end.wait()
        made.append([item.place.read_bytes() for item in given.items])
        return f"dataset {len(made)}"

    with ThreadPoolExecutor(2) as both:
        first = both.submit(trays.consume, "local", tray.id, make)
        began.wait()
        second = both.submit(trays.consume, "local", tray.id, make)
        may_end.set()
        assert (first.result(), second.result()) == ("dataset 1", "dataset 1")
    assert made == [[b"x"]]
    assert trays.consume("local", tray.id, make) == "dataset 1"
    assert not tray.folder.exists()
    with pytest.raises(NotFoundError):
        trays.consume("somebody", tray.id, make)


def test_refused_tray_stays_and_may_be_tried_again(trays: UploadService) -> None:
    tray = trays.open("local", FOLDER, "f")
    put(trays, tray, "f/a.jpg")

    def refuse(_: UploadSession) -> str:
        raise DatasetError("name_empty")

    with pytest.raises(DatasetError):
        trays.consume("local", tray.id, refuse)
    assert paths(trays, tray) == ["f/a.jpg"]
    assert trays.consume("local", tray.id, lambda given: given.name) == "f"
