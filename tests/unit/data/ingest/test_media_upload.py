"""Pictures and recordings become rows and clean files: nothing unread goes missing unsaid, nothing of the original survives."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.data.media.reading import SPARE_BYTES, STORED_PICTURE_BYTES, need_bytes
from bigmodel.data.targets import label, text
from bigmodel.data.versions.versions import load_rows, load_task_data
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.uploads import UploadService, UploadSession
from bigmodel.services.jobs.control import ControlService
from bigmodel.settings import Settings
from tests.fakes.asleep import Asleep
from tests.fakes.media import classes, packed, picture, recording
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore

CLIPS = {f"clips/{i}.flac": recording(i) for i in range(24)}
STORED = re.compile(r"[0-9a-f]{64}(\.jpg|\.png|\.flac|\.thumb\.jpg)")


@pytest.fixture(autouse=True, scope="module")
def reader_inside() -> Iterator[None]:
    """Read uploads within this process."""
    with reading_here():
        yield


@pytest.fixture
def service(settings: Settings) -> DatasetService:
    return DatasetService(settings, ScratchStore())


@pytest.fixture
def trays(settings: Settings) -> UploadService:
    return UploadService(settings)


def filled(trays: UploadService, files: dict[str, bytes], **said: str) -> UploadSession:
    tray = trays.open("local", "collect", "my things")
    for name, content in files.items():
        place = trays.place("local", tray.id, len(content))
        place.write_bytes(content)
        item = trays.keep("local", tray.id, name, place)
        if item.name in said:
            trays.say("local", tray.id, item.id, said[item.name])
    return trays.get("local", tray.id)


def rows(settings: Settings, dataset: Dataset) -> dict[str, list[str]]:
    return load_rows(settings.home / dataset.version.folder)


def said(dataset: Dataset) -> dict[str, dict[str, object]]:
    return {p.key.rsplit(".", 1)[-1]: dict(p.args) for p in dataset.version.summary.problems}


def transcripts(header: str, *lines: str) -> bytes:
    return "\n".join([header, *lines]).encode("utf-8-sig")


def lines(count: int = 24) -> list[str]:
    return [f"clips/{i}.flac,no {i}" for i in range(count)]


def test_photo_is_stored_upright_small_and_bare(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 255, (1200, 1600, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SECRET CAMERA"
    buffer = BytesIO()
    photo.save(buffer, "JPEG", exif=exif)
    files = {**classes("cat", "dog"), "cat/photo.jpg": buffer.getvalue() + b"SECRET TRAILER"}
    dataset = service.import_file("local", packed(tmp_path / "pets.zip", files))
    kept = rows(settings, dataset)
    place = kept["name"].index("photo.jpg")
    path = service.media_path("local", dataset.id, kept["input"][place])
    with Image.open(path) as stored:
        assert stored.size == (576, 768)
        assert not stored.getexif()
    assert b"SECRET" not in path.read_bytes()
    small = service.media_path("local", dataset.id, kept["input"][place], thumb=True)
    with Image.open(small) as thumbnail:
        assert thumbnail.size == (120, 160)
    assert said(dataset)["metadata_removed"] == {"count": 1, "names": "cat/photo.jpg"}
    assert (kept["col.width"][place], kept["col.height"][place]) == ("576", "768")


def test_unreadable_files_wait_for_consent(tmp_path: Path, service: DatasetService) -> None:
    bad = {"cat/none.png": b"", "dog/text.jpg": b"no picture"}
    path = packed(tmp_path / "pets.zip", classes("cat", "dog") | bad)
    with pytest.raises(DatasetError) as caught:
        service.import_file("local", path)
    assert caught.value.key == "media_unreadable"
    reasons = {name: reason.key for name, reason in caught.value.unreadable}
    assert reasons == {
        "cat/none.png": "errors.picture_empty", "dog/text.jpg": "errors.picture_format",
    }  # fmt: skip
    dataset = service.import_file("local", path, leave_out=True)
    assert dataset.version.summary.rows == 12
    assert said(dataset)["unread_picture_empty"]["names"] == "cat/none.png"


def test_task_gets_paths_of_files(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    files = classes("cat", "dog", count=30)
    dataset = service.import_file("local", packed(tmp_path / "pets.zip", files))
    data = load_task_data(settings.home / dataset.version.folder, label.KIND)
    assert data.labels == ("cat", "dog")
    assert (len(data.train), len(data.validation), len(data.test)) == (48, 6, 6)
    assert all(Path(path).is_absolute() and Path(path).is_file() for path in data.test.inputs)


def test_split_folders_are_kept(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    files = {f"train/{name}": content for name, content in classes("cat", "dog", count=30).items()}
    tests = {f"test/{(i % 2 and 'cat') or 'dog'}/{i}.png": picture(900 + i) for i in range(10)}
    leak = {"test/cat/again.png": files["train/cat/0.png"]}
    dataset = service.import_file("local", packed(tmp_path / "a.zip", files | tests | leak))
    kept = rows(settings, dataset)
    parts = dict(zip(kept["col.file"], kept["split"], strict=True))
    assert {parts[name] for name in (*tests, *leak)} == {"test"}
    assert parts["train/cat/0.png"] == "none"
    assert said(dataset)["files_test_overlap"] == {"count": 1}
    assert dataset.version.summary.split_rows["validation"] == 6


def test_transcripts_in_any_case_and_order(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    table = transcripts("Text;FILE", *(f"number {i};{i}" for i in range(24)))
    path = packed(tmp_path / "said.zip", CLIPS | {"Transcripts.CSV": table})
    dataset = service.import_file("local", path)
    summary = dataset.version.summary
    assert (summary.form, summary.medium, dict(summary.classes)) == ("transcripts", "audio", {})
    assert dict(summary.split_rows) == {"train": 20, "validation": 2, "test": 2, "none": 0}
    kept = rows(settings, dataset)
    assert kept["target"][kept["name"].index("7.flac")] == "number 7"
    data = load_task_data(settings.home / dataset.version.folder, text.KIND)
    assert (data.labels, len(data.train)) == ((), 20)


def test_classes_of_pictures_may_stand_in_a_table(tmp_path: Path, service: DatasetService) -> None:
    pictures = {f"images/{i}.png": picture(i) for i in range(12)}
    lines = [f"{('dog', 'cat')[i % 2]},{i}.png" for i in range(10)]
    table = transcripts("Class,Image", *lines)
    path = packed(tmp_path / "pets.zip", pictures | {"labels.csv": table})
    dataset = service.import_file("local", path)
    summary = dataset.version.summary
    assert (summary.medium, summary.form) == ("image", "folders")
    assert dict(summary.classes) == {"dog": 5, "cat": 5}
    assert said(dataset)["files_unlisted"]["count"] == 2


def test_columns_of_classes_are_asked_for(tmp_path: Path, service: DatasetService) -> None:
    pictures = {f"{i}.png": picture(i) for i in range(10)}
    table = transcripts("a,b,c", *(f"{i},x{i},{'pq'[i % 2]}" for i in range(10)))
    path = packed(tmp_path / "pets.zip", pictures | {"t.csv": table})
    with pytest.raises(DatasetError) as caught:
        service.import_file("local", path)
    assert (caught.value.key, caught.value.columns) == ("labels_columns", ("a", "b", "c"))
    dataset = service.import_file("local", path, text="a", label="c")
    assert dict(dataset.version.summary.classes) == {"p": 5, "q": 5}


def test_other_columns_are_asked_for(tmp_path: Path, service: DatasetService) -> None:
    table = transcripts("a,b,c", *(f"x{i},{i},number {i}" for i in range(24)))
    path = packed(tmp_path / "said.zip", CLIPS | {"transcripts.csv": table})
    with pytest.raises(DatasetError) as caught:
        service.import_file("local", path)
    assert (caught.value.key, caught.value.columns) == ("transcripts_columns", ("a", "b", "c"))
    dataset = service.import_file("local", path, text="b", label="c")
    assert dataset.version.summary.usable_rows == 24


def test_odd_transcripts_are_told(tmp_path: Path, service: DatasetService) -> None:
    table = transcripts(
        "file,text", *lines(20), "clips/20.flac,", "clips/gone.wav,x", "clips/21.flac," + 90 * "z"
    )
    path = packed(tmp_path / "said.zip", CLIPS | {"transcripts.csv": table})
    told = said(service.import_file("local", path))
    assert told["transcripts_missing"] == {"count": 1}
    assert told["files_missing"]["names"] == "clips/gone.wav"
    assert told["files_unlisted"]["count"] == 2
    assert told["texts_fast"] == {"count": 1}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.wav", "http://x/y.wav"])
def test_transcripts_name_nothing_outside(
    tmp_path: Path, service: DatasetService, name: str
) -> None:
    table = transcripts("file,text", *lines(), f"{name},x")
    path = packed(tmp_path / "said.zip", CLIPS | {"transcripts.csv": table})
    with pytest.raises(DatasetError, match="transcripts_paths"):
        service.import_file("local", path)


def test_tray_becomes_a_dataset(service: DatasetService, trays: UploadService) -> None:
    files = {name.rpartition(".")[0] + ".jpg": c for name, c in classes("猫", "狗").items()}
    dataset = service.import_tray("local", filled(trays, files))
    assert (dataset.name, dict(dataset.version.summary.classes)) == (
        "my things",
        {"猫": 6, "狗": 6},
    )
    item = service.gallery("local", dataset.id, label="狗", limit=1)[0]
    assert (item.name, item.width, item.split) == ("0.jpg", 16, "train")


def test_takes_with_words_become_transcripts(service: DatasetService, trays: UploadService) -> None:
    takes = {f"clips/{i}.flac": recording(i) for i in range(6)}
    spoken = {f"{i}.flac": f"word {i}" for i in range(6)}
    dataset = service.import_tray("local", filled(trays, takes, **spoken), name="words")
    items = service.gallery("local", dataset.id)
    assert [item.label for item in items] == list(spoken.values())
    assert items[0].seconds == 0.2
    assert len(items[0].envelope) == 100
    assert max(items[0].envelope) == 50


def test_files_added_leave_old_rows_where_they_were(
    tmp_path: Path, settings: Settings, service: DatasetService, trays: UploadService
) -> None:
    old = classes("cat", "dog", count=30)
    dataset = service.import_file("local", packed(tmp_path / "pets.zip", old))
    before = rows(settings, dataset)
    more = classes("horse", "dog", "cat", count=20)
    store = service._store
    growing = AppendService(settings, store, ControlService(settings, store, Asleep()))
    grown = growing.add_files("local", dataset.id, filled(trays, more))
    after = rows(settings, grown)
    assert grown.version.number == 2
    assert after["row_id"][:60] == before["row_id"]
    assert after["split"][:60] == before["split"]
    assert {"test", "validation"} <= set(after["split"][60:])
    sides: dict[str, set[str]] = {}
    for digest, part in zip(after["content_hash"], after["split"], strict=True):
        sides.setdefault(digest, set()).add(part)
    assert all(len(parts) == 1 for parts in sides.values())


def test_test_archive_is_asked_about_like_any_other(
    tmp_path: Path, service: DatasetService
) -> None:
    table = transcripts("file,text", *(f"{i},number {i}" for i in range(24)))
    dataset = service.import_file(
        "local", packed(tmp_path / "said.zip", CLIPS | {"transcripts.csv": table})
    )
    other = transcripts("a,b,c", *(f"x{i},{i},new {i}" for i in range(6)))
    own = {f"{i}.flac": recording(80 + i) for i in range(6)} | {"transcripts.csv": other}
    path = packed(tmp_path / "own.zip", own)
    with pytest.raises(DatasetError, match="transcripts_columns"):
        service.set_test_file("local", dataset.id, path)
    tested = service.set_test_file("local", dataset.id, path, text="b", label="c")
    assert tested.version.summary.split_rows["test"] == 6


def test_test_archive_is_the_test_set(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = service.import_file(
        "local", packed(tmp_path / "pets.zip", classes("cat", "dog", count=30))
    )
    own = packed(tmp_path / "own.zip", {f"cat/{i}.png": picture(700 + i) for i in range(4)})
    tested = service.set_test_file("local", dataset.id, own)
    assert tested.version.summary.split_rows["test"] == 4
    kept = rows(settings, tested)
    names = [kept["name"][i] for i, part in enumerate(kept["split"]) if part == "test"]
    assert names == ["0.png", "1.png", "2.png", "3.png"]
    sounds = packed(tmp_path / "sounds.zip", classes("a", "b", ending="flac"))
    with pytest.raises(DatasetError, match="test_medium"):
        service.set_test_file("local", dataset.id, sounds)


def test_only_our_names_are_written(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    strange = {"aux/CON.png": picture(1), "aux/a:b?.png": picture(2), "nul /x. .png ": picture(3)}
    files = classes("cat", "dog") | strange
    dataset = service.import_file("local", packed(tmp_path / "pets.zip", files))
    media = settings.datasets / dataset.id / "media"
    found = [path for path in media.rglob("*") if path.is_file()]
    assert all(STORED.fullmatch(path.name) and not path.is_symlink() for path in found)
    assert set(strange) <= set(rows(settings, dataset)["col.file"])
    assert not list(settings.scratch.iterdir())
    service.delete("local", dataset.id)
    assert not media.exists()


def test_strangers_and_strange_names_get_no_file(tmp_path: Path, service: DatasetService) -> None:
    dataset = service.import_file("local", packed(tmp_path / "a.zip", classes("cat", "dog")))
    file = service.gallery("local", dataset.id)[0].file
    with pytest.raises(NotFoundError):
        service.media_path("stranger", dataset.id, file)
    for name in (f"../1/{file}", "../1/items.parquet", f"{file}/..", "aa/" + "a" * 64 + ".png", ""):
        with pytest.raises(NotFoundError):
            service.media_path("local", dataset.id, name)


def test_columns_of_files_are_fixed(tmp_path: Path, service: DatasetService) -> None:
    dataset = service.import_file("local", packed(tmp_path / "a.zip", classes("cat", "dog")))
    assert service.choose_columns("local", dataset.id, text="file", label="class") == dataset
    with pytest.raises(DatasetError, match="media_columns"):
        service.choose_columns("local", dataset.id, text="file", label="width")
    assert service.preview("local", dataset.id, limit=1).rows[0][1] == "cat"


def test_links_in_a_folder_are_not_followed(tmp_path: Path, service: DatasetService) -> None:
    for name, content in classes("cat", "dog").items():
        place = tmp_path / "pets" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (tmp_path / "secret.png").write_bytes(picture(99))
    (tmp_path / "pets" / "cat" / "link.png").symlink_to(tmp_path / "secret.png")
    dataset = service.import_folder("local", tmp_path / "pets")
    assert dataset.version.summary.rows == 12


def test_disk_need_is_known_before_reading() -> None:
    assert need_bytes([10, 10**9], "image") == SPARE_BYTES + 20 + STORED_PICTURE_BYTES
    assert need_bytes([10, 10**9], "audio") == SPARE_BYTES + 10 + 10**9
