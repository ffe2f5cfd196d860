"""The body that looks at pictures where it was fetched: it is found beside the dataset, goes with the model and sees the same ever after."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.base_models import wheels
from bigmodel.core.errors import ModelError
from bigmodel.training.generation import learned
from bigmodel.training.generation.body import Body, bring_body, load_body
from bigmodel.training.generation.sights import LITE0, learn_sights, load_sights
from tests.fakes.tiny_vision import write_tiny_timm

SQUARES = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)
CLASSES = np.arange(40) % 2


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Body:
    return bring_body(write_tiny_timm(tmp_path_factory.mktemp("base") / "timm"))


def test_what_is_saved_sees_the_same(body: Body, tmp_path: Path) -> None:
    body.save(tmp_path)
    assert (load_body(tmp_path)(SQUARES) == body(SQUARES)).all()


def test_sights_keep_their_body_beside_a_model(body: Body, tmp_path: Path) -> None:
    sights, numbers = learn_sights(SQUARES, CLASSES, 2, name=LITE0, look=body)
    sights.save(tmp_path)
    again = load_sights(tmp_path)
    assert again.name == LITE0
    assert np.allclose(again.see(SQUARES), numbers, atol=1e-4)
    assert numbers.var(axis=0).sum() == pytest.approx(1, rel=1e-3)


def test_body_is_found_by_where_the_photos_lie(
    body: Body, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def find(bases: Path, name: str) -> Path:
        asked.append((bases, name))
        return write_tiny_timm(tmp_path / "timm")

    monkeypatch.setattr(wheels, "find", find)
    found = learned.body_beside([str(tmp_path / "datasets" / "d" / "media" / "a.jpg")])
    assert asked == [(tmp_path / "bases", LITE0)]
    assert isinstance(found, Body)


def test_photos_outside_a_dataset_have_no_body(tmp_path: Path) -> None:
    assert learned.body_beside([str(tmp_path / "a.jpg")]) is None
    assert learned.body_beside([]) is None


def test_folder_without_a_body_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        bring_body(tmp_path)
