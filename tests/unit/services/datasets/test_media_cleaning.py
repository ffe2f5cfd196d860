"""Pictures and recordings are cleaned as a version: what came stays, pieces stay together, and added files go through the same."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.audio import write_sound
from bigmodel.data.media.images import open_picture
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.media import packed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore

RATE = 16_000
BAR = 20  # lines of black above and below


def letterboxed(seed: int) -> bytes:
    pixels = np.zeros((80 + 2 * BAR, 100, 3), np.uint8)
    pixels[BAR:-BAR] = np.random.default_rng(seed).integers(30, 255, (80, 100, 3))
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def spoken(seed: int, bursts: int = 1) -> bytes:
    """Return tones of a second, with a second of silence before, between and after."""
    still = np.zeros(RATE, np.float32)
    at = np.arange(RATE) / RATE
    burst = (0.02 + 0.003 * seed) * np.sin(2 * np.pi * (300 + 20 * seed) * at)
    return write_sound(np.concatenate([still, *([burst, still] * bursts)]).astype(np.float32))


class Media:
    """An import of files, and the services over it."""

    def __init__(self, settings: Settings, folder: Path, files: dict[str, bytes]) -> None:
        self.settings, store = settings, ScratchStore()
        self.datasets = DatasetService(settings, store)
        self.checkup = CheckupService(settings, store, ClassService(settings, store))
        with reading_here():
            self.id = self.datasets.import_file("me", packed(folder / "files.zip", files)).id

    @property
    def now(self) -> Dataset:
        return self.datasets.get("me", self.id)

    def rows(self) -> dict[str, list[str]]:
        return load_rows(self.settings.home / self.now.version.folder)

    def path(self, file: str) -> Path:
        return self.datasets.media_path("me", self.id, file)


@pytest.fixture
def pictures(settings: Settings, tmp_path: Path) -> Media:
    files = {
        f"{name}/{n}.png": letterboxed(n + 100 * p)
        for p, name in enumerate("ab")
        for n in range(30)
    }
    return Media(settings, tmp_path, files)


def test_bars_are_cut_off_and_undone_as_a_version(pictures: Media) -> None:
    before = pictures.rows()
    found = pictures.checkup.preview_cleaning("me", pictures.id, ["borders"])
    assert (found.changed, found.rows) == (60, 60)
    assert found.files[0].sizes == ("100 × 120", "100 × 80")
    assert open_picture(BytesIO(found.files[0].after[0][1])).size == (100, 80)
    assert pictures.rows() == before
    pictures.checkup.clean("me", pictures.id, ["borders", "pad"])
    after = pictures.rows()
    assert open_picture(pictures.path(after["input"][0])).size == (100, 100)
    assert {*after["col.width"], *after["col.height"]} == {"100"}
    for kept in ("row_id", "split", "target", "name"):
        assert after[kept] == before[kept]
    assert after["came"] == before["input"]
    assert pictures.now.version.recipe.cleaning == ("borders", "pad")
    pictures.checkup.clean("me", pictures.id, [])
    assert pictures.rows()["input"] == before["input"]
    assert pictures.rows()["col.height"] == before["col.height"]
    pictures.checkup.undo("me", pictures.id)
    assert pictures.rows()["input"] == after["input"]


def test_files_of_a_test_set_go_through_the_same_steps(pictures: Media, tmp_path: Path) -> None:
    pictures.checkup.clean("me", pictures.id, ["borders"])
    given = {
        f"{name}/t{n}.png": letterboxed(n + 900 * p + 500)
        for p, name in enumerate("ab")
        for n in range(5)
    }
    pictures.datasets.set_test_file("me", pictures.id, packed(tmp_path / "test.zip", given))
    rows = pictures.rows()
    assert len(rows["input"]) == 70
    assert {open_picture(pictures.path(file)).size for file in rows["input"]} == {(100, 80)}


def test_pieces_of_a_recording_stay_in_one_part(settings: Settings, tmp_path: Path) -> None:
    files = {
        f"{name}/{n}.flac": spoken(n + 40 * p, 3) for p, name in enumerate("ab") for n in range(30)
    }
    sounds = Media(settings, tmp_path, files)
    found = sounds.checkup.preview_cleaning("me", sounds.id, ["silence", "pieces:2", "loudness"])
    assert (found.changed, found.files[0].sizes[0]) == (60, "7.0 s")
    sounds.checkup.clean("me", sounds.id, ["silence", "pieces:2", "loudness"])
    rows = sounds.rows()
    assert len(rows["row_id"]) == len(set(rows["row_id"])) == 180
    assert max(map(float, rows["col.seconds"])) <= 1.3  # a second and its margins
    parts = dict[str, set[str]]()
    for came, part in zip(rows["came"], rows["split"], strict=True):
        parts.setdefault(came, set()).add(part)
    assert {len(each) for each in parts.values()} == {1}
    assert {"train", "test"} <= set(rows["split"])
    sounds.checkup.clean("me", sounds.id, ["loudness"])
    assert len(sounds.rows()["row_id"]) == 60


def test_steps_that_would_part_files_from_what_is_said_of_them_are_refused(
    settings: Settings, tmp_path: Path
) -> None:
    words = "file,text\n" + "\n".join(f"{n}.flac,say number {n} now" for n in range(30))
    files = {f"{n}.flac": spoken(n) for n in range(30)} | {"transcripts.csv": words.encode()}
    speech = Media(settings, tmp_path, files)
    assert speech.checkup.bound("me", speech.id) == ("clean_no_pieces",)
    with pytest.raises(DatasetError) as refused:
        speech.checkup.clean("me", speech.id, ["pieces:10"])
    assert refused.value.key == "clean_no_pieces"
    speech.checkup.clean("me", speech.id, ["silence"])
    assert float(speech.rows()["col.seconds"][0]) == pytest.approx(1.2, abs=0.02)
    with pytest.raises(DatasetError) as unknown:
        speech.checkup.clean("me", speech.id, ["borders"])
    assert unknown.value.key == "clean_step"
