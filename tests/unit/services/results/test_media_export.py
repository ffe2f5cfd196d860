"""What a model of cleaned files is asked is cleaned in the same way: by the served model and by the program that goes along."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.model import TrainedModel
from bigmodel.data.media.audio import RATE, read_sound, write_sound
from bigmodel.data.sound_steps import clean_sound
from bigmodel.services.results.results import ResultService
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from tests.fakes.pictures import LABELS, picture_data, write_picture
from tests.fakes.program import run_package
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sounds import sound_data
from tests.fakes.sounds import write_sound as write_tone
from tests.fakes.trained import OWNER, Training, start_training


class Silent:
    """A reporter that nobody listens to."""

    resume = None

    def __getattr__(self, name: str) -> object:
        return lambda *args, **more: None


class Door:
    """An instant model of files, and the two doors to it: the served one and the downloaded program."""

    def __init__(self, settings: Settings, task: str, data: TaskData, steps: list[str]) -> None:
        self.settings, self.task = settings, get_task(task)
        paths, targets = data.train.inputs, data.train.targets
        rows = [
            (split, *pair)
            for split in ("train", "test")
            for pair in zip(paths, targets, strict=True)
        ]
        self.training: Training = start_training(settings, ScratchStore(), rows, task)
        even = [[1 / len(data.labels)] * len(data.labels)] * len(paths)
        self.model: TrainedModel = self.training.add_model("instant", even, data.labels)
        self.folder = settings.home / self.model.folder
        load_engine(self.task).train_instant(data, self.task.params(), self.folder, Silent())  # type: ignore[arg-type]
        card = {"v": 1, "task": task, "kind": "instant", "labels": data.labels, "cleaning": steps}
        (self.folder / "model.json").write_text(json.dumps(card), "utf-8")

    def direct(self, paths: list[str]) -> list[list[float]]:
        """Return what the model itself answers to files as they are."""
        return [
            list(each.scores) for each in load_engine(self.task).load(self.folder).answer(paths)
        ]

    def served(self, paths: list[str]) -> list[list[float]]:
        pool = Serving(self.settings)
        try:
            return [each["scores"] for each in pool.answers(self.folder, paths)]
        finally:
            pool.close()

    def alone(self, paths: list[str], away: Path) -> list[list[float]]:
        service = ResultService(self.settings, self.training.store, lambda *_: [])
        with zipfile.ZipFile(service.download(OWNER, self.model.id)) as package:
            package.extractall(away)
        return [list(each["probabilities"].values()) for each in run_package(away, paths)]


def test_pictures_are_answered_without_their_borders(settings: Settings, tmp_path: Path) -> None:
    door = Door(
        settings, "image_classification", picture_data(tmp_path / "rows"), ["borders", "pad"]
    )
    plain, framed = [], []
    for n, label in enumerate(LABELS * 2):
        path = write_picture(tmp_path / f"{n}.png", label, 900 + n)
        with Image.open(path) as inner:
            whole = Image.new("RGB", (inner.width + 60, inner.height + 24), "magenta")
            whole.paste(inner, (30, 12))
        whole.save(tmp_path / f"framed{n}.png")
        plain.append(str(path))
        framed.append(str(tmp_path / f"framed{n}.png"))
    before = [Path(path).read_bytes() for path in framed]
    expected = door.direct(plain)
    assert not np.allclose(door.direct(framed), expected, atol=1e-3)
    assert np.allclose(door.served(framed), expected, atol=1e-6)
    assert np.allclose(door.served(plain), expected, atol=1e-6)
    assert np.allclose(door.alone(framed, tmp_path / "away"), expected, atol=1e-5)
    assert [Path(path).read_bytes() for path in framed] == before


def test_recordings_are_answered_by_the_mean_of_their_pieces(
    settings: Settings, tmp_path: Path
) -> None:
    steps = ["silence", "pieces:1", "loudness"]
    door = Door(settings, "audio_classification", sound_data(tmp_path / "rows"), steps)
    still = np.zeros(RATE // 2, np.float32)
    parts = [
        read_sound(write_tone(tmp_path / f"{label}.wav", label, seconds=0.4, seed=99))
        for label in ("buzz", "chirp", "chirp")
    ]
    sound = np.concatenate([still, *(each for part in parts for each in (part, still))])
    path = tmp_path / "long.flac"
    path.write_bytes(write_sound(sound))
    pieces = clean_sound(read_sound(path), RATE, steps)
    assert len(pieces) == 3
    for n, piece in enumerate(pieces):
        (tmp_path / f"piece{n}.flac").write_bytes(write_sound(piece))
    answers = door.direct([str(tmp_path / f"piece{n}.flac") for n in range(3)])
    expected = np.mean(answers, axis=0)
    (served,) = door.served([str(path)])
    assert served == pytest.approx(expected, abs=1e-5)
    assert door.served([str(tmp_path / "piece0.flac")])[0] == pytest.approx(answers[0], abs=1e-3)
    (alone,) = door.alone([str(path)], tmp_path / "away")
    assert alone == pytest.approx(expected, abs=2e-3)  # it hears samples, not a file of 16 bits
