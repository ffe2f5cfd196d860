"""Findings about pictures and recordings: what was planted among good ones is found, and its twin too."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from bigmodel.core.datasets.checkup import Report
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.unit.data.checkup.test_kinds import checked

RATE = 16_000


def report_of(settings: Settings, folder: Path) -> Report:
    service = DatasetService(settings, ScratchStore())
    return checked(settings, service.import_folder("me", folder).version)


def scene(seed: int, side: int = 96) -> Image.Image:
    """Return a picture unlike any of another seed: large soft patches."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 255, (6, 6, 3), np.uint8))
    return coarse.resize((side, side), Image.Resampling.BICUBIC)


def tone(seed: int, seconds: float = 1.0) -> NDArray[np.float32]:
    """Return a sound unlike any of another seed: a few gliding tones and a little noise."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    found = 0.01 * random.standard_normal(len(time))
    for _ in range(4):
        start, end = random.uniform(100, 7_000, 2)
        swell = np.sin(np.pi * time / seconds * random.integers(1, 5)) ** 2
        found += 0.15 * swell * np.sin(2 * np.pi * (start + (end - start) * time / 2) * time)
    return found.astype(np.float32)


def write_all(folder: Path, save: Callable[[Path, int], None], count: int = 24) -> None:
    for at in range(count):
        place = folder / ("a", "b")[at % 2]
        place.mkdir(parents=True, exist_ok=True)
        save(place / f"item{at:02}", at)


def test_planted_pictures_are_found(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    write_all(folder, lambda path, at: scene(at).save(path.with_suffix(".png")))
    scene(3).resize((80, 80)).save(folder / "a" / "smaller.jpg", quality=70)
    scene(4).rotate(90).save(folder / "a" / "turned.png")
    Image.new("RGB", (90, 90), (10, 90, 30)).save(folder / "a" / "plain.png")
    scene(90, 20).save(folder / "b" / "tiny.png")
    dark = np.asarray(scene(91)).copy()
    dark[:88] = 0
    Image.fromarray(dark).save(folder / "b" / "dark.png")
    report = report_of(settings, folder)
    kinds = {found.kind: found for found in report.findings}
    for kind in ("picture_plain", "picture_tiny", "picture_dark"):
        assert kinds[kind].count == 1
    assert {"torn_near", "duplicates_near"} <= {*kinds}
    assert kinds["torn_near"].args["items"] == 1  # of item 3 under b and its smaller copy under a
    assert kinds["duplicates_near"].examples[0].text == "turned.png"


def test_border_of_one_class_is_a_leak(settings: Settings, tmp_path: Path) -> None:
    def save(path: Path, at: int) -> None:
        picture = scene(at)
        if at % 2:
            framed = Image.new("RGB", (112, 112), "black")
            framed.paste(picture, (8, 8))
            picture = framed.resize((96, 96))
        picture.save(path.with_suffix(".png"))

    write_all(tmp_path / "framed", save)
    found = report_of(settings, tmp_path / "framed").find("leak_border")
    assert found is not None
    assert (found.args["label"], found.count) == ("b", 12)
    assert found.steps == ("borders",)  # cut off at a press


def test_planted_recordings_are_found(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    write_all(folder, lambda path, at: soundfile.write(path.with_suffix(".wav"), tone(at), RATE))
    soundfile.write(folder / "a" / "quieter.flac", 0.5 * tone(4), RATE)
    soundfile.write(folder / "a" / "silent.wav", np.zeros(RATE, np.float32), RATE)
    soundfile.write(folder / "b" / "loud.wav", np.clip(9 * tone(70), -1, 1), RATE)
    soundfile.write(folder / "b" / "long.wav", tone(71, 8.0), RATE)
    report = report_of(settings, folder)
    kinds = {found.kind: found for found in report.findings}
    for kind in ("sound_silent", "sound_clipped", "sound_long", "duplicates_near"):
        assert kinds[kind].count == 1, kinds.keys()
    assert kinds["sound_silent"].examples[0].file.endswith(".flac")
