"""Which training picture a made one is nearest to, and what counts as a copy."""

from pathlib import Path

import numpy as np

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
