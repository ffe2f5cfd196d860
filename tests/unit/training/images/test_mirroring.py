"""Whether pictures may be mirrored is told by the pictures."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bigmodel.training.images.mirroring import settled
from bigmodel.training.images.recipe import ImageParams
from tests.fakes.reporter import FakeReporter

AUTO = ImageParams()
CLASSES = np.arange(90) % 2


def flags(*, is_even: bool) -> NDArray[np.uint8]:
    """Return pictures of two classes: a bright bar at one of two sides, or in the middle and at one of two heights."""
    dice, made = np.random.default_rng(0), np.empty((90, 32, 32, 3), np.uint8)
    for picture, kind in zip(made, CLASSES, strict=True):
        picture[:] = dice.integers(0, 60, (32, 32, 3))
        start = 3 + 20 * kind + dice.integers(0, 4)
        if is_even:
            picture[start : start + 4, 6:26] = 220
        else:
            picture[6:26, start : start + 4] = 220
    return made


@pytest.mark.parametrize(
    ("is_even", "classes", "found", "said"),
    [
        (False, CLASSES, "no", ["training.note.not_mirrored_judged"]),  # one class is the other in the mirror
        (False, np.zeros(90, np.int64), "yes", []),  # together they are their own mirror image
        (True, CLASSES, "yes", []),
    ],
)  # fmt: skip
def test_mirroring_is_chosen_by_what_pictures_show(
    is_even: bool, classes: NDArray[np.int64], found: str, said: list[str], tmp_path: Path
) -> None:
    report = FakeReporter(tmp_path)
    assert settled(AUTO, flags(is_even=is_even), classes, report).mirrored == found
    assert report.notes == said


def test_pictures_without_classes_that_all_look_to_one_side_are_not_mirrored(
    tmp_path: Path,
) -> None:
    report = FakeReporter(tmp_path)
    left = np.repeat(flags(is_even=False)[CLASSES == 0], 2, axis=0)
    assert settled(AUTO, left, CLASSES * 0, report).mirrored == "no"
    assert report.notes == ["training.note.not_mirrored_near"]


@pytest.mark.parametrize(("said", "kept"), [(True, "yes"), (False, "no"), ("no", "no")])
def test_what_a_person_says_stays_and_a_switch_of_earlier_is_read(
    said: object, kept: str, tmp_path: Path
) -> None:
    params = ImageParams.model_validate({"mirrored": said})
    found = settled(params, flags(is_even=False), CLASSES, FakeReporter(tmp_path))
    assert found.mirrored == kept
