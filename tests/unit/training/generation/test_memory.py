"""Which training picture a made one is nearest to, and what counts as a copy."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.training.generation import memory as module
from bigmodel.training.generation.memory import Memory, load_memory

DICE = np.random.default_rng(3)
SQUARES = DICE.integers(0, 256, (120, 8, 8, 3), dtype=np.uint8)


def memory(*, is_mirrored: bool = False) -> Memory:
    return Memory(SQUARES, np.zeros((120, 2), np.float32), is_mirrored)


def test_a_slightly_changed_training_picture_is_a_copy() -> None:
    changed = (SQUARES[[7, 50]] // 8 * 8).astype(np.uint8)
    near = memory().nearest(changed)
    assert near.places.tolist() == [7, 50]
    assert near.copied.all()


def test_another_picture_is_no_copy() -> None:
    fresh = DICE.integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    assert not memory().nearest(fresh).copied.any()


def test_mirror_image_is_a_copy_where_pictures_were_mirrored() -> None:
    turned = np.ascontiguousarray(SQUARES[[7], :, ::-1])
    assert memory(is_mirrored=True).nearest(turned).places.tolist() == [7]
    assert not memory().nearest(turned).copied.any()


def test_limit_is_lower_where_training_pictures_are_alike() -> None:
    grey = np.repeat(DICE.integers(0, 256, (120, 1, 1, 1), dtype=np.uint8), 192, axis=0)
    alike = grey.reshape(120, 192, 1, 1)[:, :64].reshape(120, 8, 8, 1).repeat(3, axis=3)
    assert Memory(alike, memory().numbers, False).found_limit() < memory().found_limit()


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    memory(is_mirrored=True).save(tmp_path)
    found = load_memory(tmp_path)
    assert found.is_mirrored
    assert (found.squares == SQUARES).all()
    assert found.limit == 0.5


def test_of_very_many_pictures_every_one_is_kept_at_half_its_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coarse = DICE.integers(0, 256, (90, 16, 16, 3), dtype=np.uint8)
    squares = coarse.repeat(2, axis=1).repeat(2, axis=2)
    monkeypatch.setattr(module, "MOST_PIXELS", 40 * 32 * 32)
    Memory(squares, np.arange(90.0, dtype=np.float32)[:, None], True).kept().save(tmp_path)
    found = load_memory(tmp_path)
    assert found.squares.shape == (90, 16, 16, 3)
    assert len(found.numbers) == 90
    near = found.nearest(squares)
    assert near.places.tolist() == list(range(90))
    assert near.copied.all()
    assert (found.shown(near.places[[7, 80]], 32) == squares[[7, 80]]).all()
    fresh = DICE.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    assert not found.nearest(fresh).copied.any()
