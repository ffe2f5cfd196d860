"""A model of several media: together better than each alone where each tells a part, a row may lack any, numbers come in their unit."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import COLUMNS, Rows, TaskData
from bigmodel.core.datasets.inputs import row_of
from bigmodel.core.errors import TrainingError
from bigmodel.training.several import model
from bigmodel.training.several.fused import Fused
from bigmodel.training.several.head import Goal, fit_line
from bigmodel.training.several.recipe import FusionParams
from tests.fakes.reporter import FakeReporter
from tests.fakes.several import LABELS, several_data


def trained(data: TaskData, folder: Path) -> model.FusionPredictor:
    folder.mkdir(exist_ok=True)
    model.train_instant(data, FusionParams(), folder, FakeReporter(folder))
    return model.load(folder, lambda *_: {})


def two_halves(rows: int = 300) -> TaskData:
    """Return rows whose number is the sum of what a text and a number say."""
    random = np.random.default_rng(0)
    word, size = random.integers(0, 2, rows), random.normal(size=rows)
    inputs = [row_of([("low", "high")[w], f"{s:.4f}"]) for w, s in zip(word, size, strict=True)]
    targets = [f"{value:+.5f}" for value in 2 * word + size]
    ids = [str(n) for n in range(rows)]
    half = rows // 2
    parts = [Rows(ids[a:b], inputs[a:b], targets[a:b]) for a, b in ((0, half), (half, rows))]
    return TaskData(parts[0], Rows(), parts[1], (), {COLUMNS: ("word", "size")})


def r2(truth: np.ndarray, values: np.ndarray) -> float:
    return float(1 - np.square(values - truth).mean() / truth.var())


def test_together_adds_up_what_each_tells(tmp_path: Path) -> None:
    data = two_halves()
    found = [a for a in trained(data, tmp_path).answer(data.test.inputs) if isinstance(a, Fused)]
    truth = np.array([float(text) for text in data.test.targets])
    together = r2(truth, np.array([answer.scores[0] for answer in found]))
    alone = {
        m: r2(truth, np.array([dict(a.alone)[m][0] for a in found])) for m in ("text", "number")
    }
    assert together > 0.99
    assert alone["text"] == pytest.approx(0.5, abs=0.1)  # variance 1 of 2 is the word's
    assert alone["number"] == pytest.approx(0.5, abs=0.1)


def test_skewed_positive_numbers_are_learned_as_logarithms() -> None:
    values = np.exp(np.random.default_rng(0).normal(8, 1, 200))
    rows = Rows(inputs=[""] * 200, ids=[""] * 200, targets=[repr(v) for v in values.tolist()])
    goal, unit = model.goal_of(rows, ())
    assert unit["is_log"]
    back = np.exp(goal.values * unit["spread"] + unit["centre"])
    assert back == pytest.approx(values)


@pytest.mark.parametrize("values", [np.linspace(1, 100, 50), np.linspace(-5, 5, 50) ** 3])
def test_even_or_negative_numbers_stay_as_they_are(values: np.ndarray) -> None:
    rows = Rows(targets=[repr(v) for v in values.tolist()])
    assert not model.goal_of(rows, ())[1]["is_log"]


def test_row_may_lack_any_medium(tmp_path: Path) -> None:
    data = several_data(tmp_path, rows=60)
    predictor = trained(data, tmp_path / "model")
    note, size, photo, noise = data.test.inputs[1].split("\n\u2063\n")
    for given in ([note, "", "", ""], ["", size, "", ""], ["", "", photo, ""], ["", "", "", noise]):
        [answer] = predictor.answer([row_of(given)])
        assert isinstance(answer, Fused)
        assert len(answer.lacking) == 3
        assert answer.text == data.test.targets[1]


def test_each_medium_alone_is_asked(tmp_path: Path) -> None:
    data = several_data(tmp_path, rows=60)
    [answer] = trained(data, tmp_path / "model").answer(data.test.inputs[:1])
    assert isinstance(answer, Fused)
    assert [medium for medium, _ in answer.alone] == ["text", "number", "picture", "sound"]
    assert {answer.by(medium).text for medium, _ in answer.alone} == {data.test.targets[0]}
    assert answer.lacking == ()


def test_path_of_a_file_is_no_file(tmp_path: Path) -> None:
    data = several_data(tmp_path, rows=60)
    plain = tmp_path / "secret.png"
    plain.write_bytes(b"not to be opened")
    [answer] = trained(data, tmp_path / "model").answer([row_of(["", "", str(plain), ""]) or "x"])
    assert isinstance(answer, Fused)
    assert "picture" in answer.lacking


def test_column_without_use_weighs_less() -> None:
    random = np.random.default_rng(1)
    said, noise = random.normal(size=(200, 1)), random.normal(size=(200, 60))
    blocks = {"text": (10 * said).astype("f4"), "picture": (noise * 10 / 60**0.5).astype("f4")}
    values = said[:, 0] + 0.05 * random.normal(size=200)
    line = fit_line(blocks, Goal(values / values.std(), 0), 0)
    assert dict(zip(line.media, line.shares, strict=True))["picture"] < 1


def test_rows_of_nothing_are_refused(tmp_path: Path) -> None:
    rows = Rows(["1", "2"], ["–", "–"], list(LABELS))
    with pytest.raises(TrainingError, match="fusion_nothing_to_read"):
        model.train_instant(
            TaskData(rows, Rows(), Rows(), LABELS), FusionParams(), tmp_path, FakeReporter(tmp_path)
        )
