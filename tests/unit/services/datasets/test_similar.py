"""A search finds the rows most like a text or a picture, with tiny stand-ins for the bases; a missing base is said."""

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bigmodel.base_models import shelf, wheels
from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from tests.fakes.services import real_services
from tests.fakes.tiny_e5 import write_tiny_e5
from tests.fakes.tiny_vision import write_tiny_timm

TEXTS = [
    f"the soup {8 * letter} was {'good' if at % 2 else 'bad'}"
    for at, letter in enumerate("abcdefghijklmnopqrst")
]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    settings = Settings(home=tmp_path_factory.mktemp("home"), offline=True)
    settings.make_folders()
    return real_services(settings)


@pytest.fixture(scope="module")
def reviews(services: Services) -> str:
    path = services.settings.scratch / "rows.csv"
    lines = [f"{text},{text.rpartition(' ')[2]}" for text in TEXTS]
    path.write_text("\n".join(["text,label", *lines]), "utf-8")
    return services.datasets.import_file("me", path).id


def brought(services: Services, name: str) -> Path:
    """Return the folder for the files of a base; `sealed` makes it one that is here."""
    folder = shelf.place(services.settings.bases, wheels.read_wheels()[name].shelf_name)
    return folder / "model"


def sealed(services: Services, name: str) -> None:
    model = wheels.read_wheels()[name]
    base = replace(wheels.as_base(model), name=model.shelf_name)
    shelf.seal(shelf.place(services.settings.bases, model.shelf_name), base)


def test_a_missing_base_is_said_before_anything_starts(services: Services, reviews: str) -> None:
    assert not services.similar.is_ready(services.datasets.get("me", reviews))
    with pytest.raises(ModelError, match="base_missing"):
        services.similar.search("me", reviews, "soup")


def test_the_same_text_comes_first(services: Services, reviews: str) -> None:
    write_tiny_e5(brought(services, "e5"))
    sealed(services, "e5")
    with pytest.raises(ModelError, match="search_nothing"):
        services.similar.search("me", reviews, " ")
    with pytest.raises(NotFoundError):
        services.similar.search("somebody else", reviews, TEXTS[7])
    steps: list[int] = []
    similar = services.similar.search("me", reviews, TEXTS[7], lambda done, of: steps.append(done))
    first = similar.found[0]
    assert (first.text, first.label, similar.rows) == (TEXTS[7], "good", len(TEXTS))
    assert first.similarity == pytest.approx(1, abs=1e-3)
    assert steps
    kept = services.settings.datasets / reviews / "features"
    assert len(list(kept.glob("*.safetensors"))) == 1


def test_the_same_picture_comes_first(services: Services, tmp_path: Path) -> None:
    write_tiny_timm(brought(services, "lite0"))
    sealed(services, "lite0")
    random = np.random.default_rng(0)
    packed = tmp_path / "pictures.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for at in range(12):
            picture = random.integers(0, 255, (4, 4, 3), np.uint8).repeat(16, 0).repeat(16, 1)
            file = tmp_path / f"{at}.png"
            Image.fromarray(picture).save(file)
            archive.write(file, f"{('a', 'b')[at % 2]}/{at}.png")
    dataset = services.datasets.import_file("me", packed).id
    first = services.similar.search("me", dataset, str(tmp_path / "3.png")).found[0]
    assert Path(first.text).name == "3.png"
    assert first.label == "b"
    assert first.media
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(ModelError, match="search_unreadable"):
        services.similar.search("me", dataset, str(broken))
