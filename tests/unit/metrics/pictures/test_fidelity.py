"""PSNR and SSIM of brightness, worked out by hand, and what is said of pictures that were made."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from bigmodel.answers.picture import ANSWER, Enhanced
from bigmodel.core.answer import Tried
from bigmodel.core.errors import ModelError
from bigmodel.metrics.pictures import fidelity

ROWS = [(30.0, 0.9, 28.0, 0.8), (27.0, 0.7, 27.5, 0.75), (33.0, 0.95, 30.0, 0.9)]
ANSWERS = [Enhanced((8, 8), 2, measures=row, strip=b"jpeg") for row in ROWS]


def noisy(seed: int, side: int = 40) -> fidelity.Pixels:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3)).astype(np.uint8)


def test_psnr_of_an_even_offset_is_that_of_its_brightness() -> None:
    true = np.full((20, 20, 3), 100, np.uint8)
    step = 10 * (65.481 + 128.553 + 24.966) / 255
    expected = 20 * math.log10(255 / step)
    assert fidelity.psnr(true, true + 10, 2) == pytest.approx(expected)
    assert fidelity.psnr(true, true, 2) == fidelity.MOST_DB


def test_the_rim_is_left_off() -> None:
    true = np.full((20, 20, 3), 100, np.uint8)
    made = true.copy()
    made[:2] = made[:, -2:] = 255
    assert fidelity.psnr(true, made, 2) == fidelity.MOST_DB
    assert fidelity.psnr(true, made, 1) < 30


def test_ssim_is_that_of_gaussian_windows() -> None:
    true, made = noisy(0), noisy(1)
    x, y = fidelity.luma(true), fidelity.luma(made)

    def mean(values: fidelity.Floats) -> fidelity.Floats:
        return np.asarray(gaussian_filter(values, 1.5, truncate=3.5)[5:-5, 5:-5])

    mx, my, both = mean(x), mean(y), mean(x * y)
    vx, vy = mean(x * x) - mx**2, mean(y * y) - my**2
    a, b = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    parts = (2 * mx * my + a) * (2 * (both - mx * my) + b)
    expected = float(np.mean(parts / ((mx**2 + my**2 + a) * (vx + vy + b))))
    assert fidelity.ssim(true, made, 0) == pytest.approx(expected)
    assert fidelity.ssim(true, true, 0) == pytest.approx(1)


def test_means_and_gain_are_over_pictures() -> None:
    found = fidelity.headline(ROWS)
    assert found["psnr"] == pytest.approx(30)
    assert found["bicubic_psnr"] == pytest.approx(28.5)
    assert found["psnr_gain"] == pytest.approx(1.5)
    assert fidelity.headline([]) == {}


def test_worst_pictures_are_those_that_gain_least() -> None:
    assert ANSWER.mistakes([""] * 3, ANSWERS) == [1, 0]
    assert ANSWER.hits([""] * 3, ANSWERS) == [2]


def test_results_say_how_many_became_better_and_worse() -> None:
    results = ANSWER.evaluate(Tried([""] * 3, ANSWERS, (), beside={"instant": ANSWERS}))
    assert results.sentence.key == "results.sentence.pictures_sharper"
    assert results.sentence.args["better"] == 2
    worse = next(r for r in results.remarks if r.key.endswith("pictures_worse"))
    assert worse.args == {"count": 1, "rows": 3}
    assert results.measures["psnr"].low <= 30 <= results.measures["psnr"].high


def test_pictures_that_were_not_measured_are_said_to_be() -> None:
    results = ANSWER.evaluate(Tried([""], [Enhanced((8, 8), 2)], ()))
    assert results.sentence.key == "results.sentence.pictures_unmeasured"
    assert results.measures == {}


def test_two_models_are_compared_on_the_same_pictures() -> None:
    better = [Enhanced((8, 8), 2, measures=(row[0] + 1, *row[1:])) for row in ROWS]
    found = ANSWER.compare([""] * 3, better, ANSWERS)
    assert found.sentence.key == "compare.sentence.pictures_better_sure"
    assert found.sentence.args["db"] == 1.0
    assert found.is_gained.all()


def test_answers_are_stored_without_their_pictures_and_asked_with_the_truth() -> None:
    whole = Enhanced((8, 6), 2, "model", False, ROWS[0], b"s", b"p", b"png", b"plain")
    assert ANSWER.decode(ANSWER.encode(whole), ()) == whole
    stored = {name: ANSWER.encode(whole)[name] for name, _ in ANSWER.fields}
    assert ANSWER.decode(stored, ()) == ANSWER.kept(whole)
    assert ANSWER.files(whole) == {".png": b"png"}
    assert ANSWER.sides(whole) == (b"plain", b"png")
    assert ANSWER.sides(ANSWER.kept(whole)) is None
    assert ANSWER.sides(replace(whole, maker="left")) is None
    assert ANSWER.stored("/home/somebody/media/ab/abcd.png") == "abcd.png"
    [asked] = ANSWER.asked(["a.png"], ["b.png"])
    assert asked.startswith("a.png")
    assert asked.endswith("b.png")


def test_models_of_other_scale_or_damage_are_not_compared() -> None:
    for other in (
        [replace(one, scale=4) for one in ANSWERS],
        [replace(one, measures=(*row[:2], row[2] - 3, row[3])) for one, row in zip(ANSWERS, ROWS, strict=True)],
    ):  # fmt: skip
        with pytest.raises(ModelError, match="compare_other_damage"):
            ANSWER.compare([""] * 3, other, ANSWERS)
    unmeasured = [replace(ANSWERS[0], measures=()), *ANSWERS[1:]]
    assert ANSWER.compare([""] * 3, unmeasured, ANSWERS).measures
