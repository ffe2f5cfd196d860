"""What is usual is learned from known rows alone, and promises how seldom one of them is called strange."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bigmodel.training.ood.neighbours import RECORD, VECTORS, load_neighbours, make_neighbours
from bigmodel.training.ood.score import (
    OodCalibration,
    conformal_threshold,
    cross_fitted,
    fit_calibration,
)


def test_about_five_percent_of_known_rows_are_strange() -> None:
    rng = np.random.default_rng(0)
    told = []
    for _ in range(200):
        calibration = fit_calibration(rng.normal(size=(40, 3)))
        assert calibration
        told += [far > 1 for far in calibration.ood_score(rng.normal(size=(50, 3)))]
    assert np.mean(told) == pytest.approx(0.05, abs=0.012)


def test_one_strong_sign_is_enough() -> None:
    calibration = fit_calibration(np.random.default_rng(0).normal(size=(100, 3)))
    assert calibration
    far, near = calibration.ood_score(np.array([[0.0, 9.0, 0.0], [0.0, 0.0, 0.0]]))
    assert far > 1 > near


def test_less_strange_than_the_middle_counts_nothing() -> None:
    calibration = OodCalibration((1.0, 1.0), (0.5, 0.5), 1.0)
    assert calibration.ood_score(np.array([[-5.0, 1.0], [1.5, -5.0]])) == [0.0, 1.0]


def test_signs_that_never_vary_stay_finite() -> None:
    calibration = fit_calibration(np.zeros((30, 2)))
    assert calibration
    assert calibration.ood_score(np.array([[0.0, 0.0], [1.0, 0.0]]))[0] == 0.0
    assert np.isfinite(calibration.ood_score(np.array([[1.0, 0.0]]))).all()


@pytest.mark.parametrize(("rows", "place"), [(5, 5), (19, 19), (39, 38), (100, 96)])
def test_limit_leaves_room_for_what_was_not_seen(rows: int, place: int) -> None:
    assert conformal_threshold([float(n) for n in range(rows, 0, -1)]) == place


def test_too_few_known_rows_say_nothing() -> None:
    assert fit_calibration(np.zeros((4, 2))) is None


def test_every_row_is_left_out_once() -> None:
    seen: list[int] = []

    def signs_of(learn: object, look: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> object:
        assert not set(np.asarray(learn).tolist()) & set(look.tolist())
        seen.extend(look.tolist())
        return None if 0 in look else np.ones((len(look), 1))

    kept = list(cross_fitted(12, signs_of))  # type: ignore[arg-type]
    assert sorted(seen) == list(range(12))
    assert sum(map(len, kept)) == 12 - 3


def test_neighbours_of_earlier_models_still_tell(tmp_path: Path) -> None:
    vectors = np.eye(4, dtype=np.float16)
    save_file({"vectors": vectors}, tmp_path / VECTORS)
    record = {"v": 1, "threshold": 0.5, "ids": ["a", "b", "c", "d"]}
    (tmp_path / RECORD).write_text(json.dumps(record), "utf-8")
    found = load_neighbours(tmp_path)
    assert found
    asked = np.array([[1.0, 0, 0, 0], [1.0, 1, 1, 1]], np.float32)
    assert found.ood_score(asked, np.full((2, 2), 0.5)) == [0.0, 1.0]


def test_doubt_between_classes_makes_strange(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows, held = rng.normal(size=(50, 8)), rng.normal(size=(40, 8))
    sure = np.tile([0.99, 0.01], (40, 1))
    make_neighbours(rows, [str(n) for n in range(50)], held, sure).save(tmp_path)
    found = load_neighbours(tmp_path)
    assert found
    calm, torn = found.ood_score(held[:1].repeat(2, axis=0), np.array([[0.99, 0.01], [0.5, 0.5]]))
    assert calm is not None
    assert torn is not None
    assert torn > 1
    assert torn > calm
