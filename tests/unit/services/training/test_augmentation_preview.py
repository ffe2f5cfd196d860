"""How settings vary pictures, drawn from somebody's own."""

import io
from pathlib import Path

import pytest
from PIL import Image

from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.training import augmentation_preview
from bigmodel.settings import Settings
from bigmodel.training.images import preview
from tests.fakes.scratch_store import ScratchStore

SHAPES = Path(__file__).parents[4] / "assets" / "samples" / "shapes.zip"
NONE = {"augmentation": "none", "augmentation_strength": 0.0, "mixing": "none"}


def test_sheet_shows_each_picture_as_it_is_and_varied(tmp_path: Path) -> None:
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "a.png")
    path = str(tmp_path / "a.png")
    plain = preview.draw([path, path], NONE)
    assert plain.size == (6 * 100 - 4, 2 * 100 - 4)
    first, last = plain.crop((0, 0, 96, 96)), plain.crop((500, 0, 596, 96))
    assert first.tobytes() == last.tobytes()
    strong = preview.draw(
        [path, path], NONE | {"augmentation": "colour", "augmentation_strength": 1}
    )
    assert strong.crop((500, 0, 596, 96)).tobytes() != last.tobytes()


def test_sheet_is_drawn_once_from_own_pictures(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = DatasetService(settings, ScratchStore()).import_file("local", SHAPES).version
    asked: list[list[str]] = []

    def draw(paths: list[str], _wanted: object, path: Path, _settings: Settings) -> None:
        asked.append(paths)
        Image.new("RGB", (8, 8)).save(path, "JPEG")

    monkeypatch.setattr(augmentation_preview, "_draw", draw)
    assert augmentation_preview.can_augment(version, NONE)
    for _ in range(2):
        made = augmentation_preview.sheet(version, NONE, settings)
        assert made is not None
        assert Image.open(io.BytesIO(made)).size == (8, 8)
    [paths] = asked
    assert len(paths) == 4
    assert all(Path(path).is_file() for path in paths)
