"""After a dataset is deleted, nothing of it is left in any file below the data folder."""

import io
import time
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import NotFoundError
from bigmodel.core.task import Medium
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from bigmodel.store.recovery import back_up, backups
from tests.pages.web.test_doors import call, endpoints_that_take_files, file_data, upload
from tests.server import Studio

OWNER = "local"
PATIENCE_S = 120.0  # of a machine that is busy
PLANTED = "quokka-7f3a"
pytestmark = [pytest.mark.slow]


def write_table(path: Path) -> Path:
    rows = [f"{PLANTED} says {i},{PLANTED}-{'ab'[i % 2]}" for i in range(40)]
    path.write_text("\n".join(["text,label", *rows]), "utf-8")
    return path


def write_pictures(path: Path) -> Path:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", PLANTED)
    with zipfile.ZipFile(path, "w") as package:
        for i in range(24):
            picture = io.BytesIO()
            Image.new("RGB", (48, 48), (i * 9, 40, 90)).save(picture, "PNG", pnginfo=note)
            package.writestr(f"{PLANTED}-{'ab'[i % 2]}/{PLANTED}-{i}.png", picture.getvalue())
    return path


def write_sounds(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for i in range(24):
            sound = io.BytesIO()
            with wave.open(sound, "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(2)
                out.setframerate(16_000)
                out.writeframes(bytes([i, 0, 0, i]) * 4_000 + PLANTED.encode())
            package.writestr(f"{PLANTED}-{'ab'[i % 2]}/{PLANTED}-{i}.wav", sound.getvalue())
    return path


MEDIA: dict[Medium, tuple[str, Callable[[Path], Path]]] = {
    Medium.TEXT: ("csv", write_table),
    Medium.IMAGE: ("zip", write_pictures),
    Medium.AUDIO: ("zip", write_sounds),
}


def holding(home: Path) -> list[str]:
    """Return the files in whose bytes or names the planted string is."""
    found = (path for path in home.rglob("*") if path.is_file())
    return [
        str(path.relative_to(home))
        for path in found
        if PLANTED in str(path.relative_to(home)) or PLANTED.encode() in path.read_bytes()
    ]


def imported(studio: Studio, services: Services, file: Path) -> Dataset:
    """Bring a file in through the front door, as the page does."""
    number = next(
        n for n, kinds in endpoints_that_take_files(studio).items() if kinds == ["file", "dropdown"]
    )
    assert call(studio, number, [file_data(upload(studio, file)), ""])["success"]
    return services.datasets.all(OWNER)[0]


@pytest.mark.parametrize("medium", MEDIA)
def test_deleted_upload_is_found_nowhere(studio: Studio, tmp_path: Path, medium: Medium) -> None:
    services = open_services(Settings(home=studio.home, offline=True))
    ending, write = MEDIA[medium]
    dataset = imported(studio, services, write(tmp_path / f"{PLANTED}.{ending}"))
    assert dataset.version.recipe.medium == medium
    services.datasets.rename(OWNER, dataset.id, f"{PLANTED} renamed")
    services.cards.put(OWNER, dataset.id, origin=f"{PLANTED} said so")
    job = services.training.submit(OWNER, dataset.id, base="instant", name=f"{PLANTED} job")
    deadline = time.monotonic() + PATIENCE_S
    while not services.jobs.get(OWNER, job.id).is_final:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    key, _ = services.project.save_download(OWNER, [dataset.id])
    services.inference.uploads.place(OWNER, "a.txt").write_text(PLANTED)
    back_up(services.settings, "daily")
    assert holding(studio.home)
    services.datasets.delete(OWNER, dataset.id)
    assert holding(studio.home) == []
    with pytest.raises(NotFoundError):
        services.downloads.find(OWNER, key)
    assert len(backups(services.settings)) == 1
