"""The instant model: any script, any number of classes, the same answers after loading, errors in plain words."""

from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.loop.targets import balanced_weights, numbers
from bigmodel.training.text import baseline
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data

PAIRS = (("the dog", "the man"), ("the man", "the dog"))


def rows(texts: list[str], targets: list[str]) -> Rows:
    return Rows([str(number) for number in range(len(texts))], texts, targets)


def train(data: TaskData, folder: Path, **settings: object) -> baseline.TextBaseline:
    params = TextParams.model_validate(settings)
    baseline.train_classifier(data, params, folder, FakeReporter(folder))
    return baseline.load_baseline(folder)


def test_many_classes_sum_to_one(tmp_path: Path) -> None:
    labels = tuple(f"class{number:02}" for number in range(12))
    texts = [f"{label} word {number}" for label in labels for number in range(4)]
    part = rows(texts, [label for label in labels for _ in range(4)])
    model = train(TaskData(part, Rows(), Rows(), labels), tmp_path)
    scores = np.array(model.predict(part.inputs))
    np.testing.assert_allclose(scores.sum(axis=1), 1.0)
    assert [labels[best] for best in scores.argmax(axis=1)] == part.targets


def test_label_without_training_rows_gets_nothing(tmp_path: Path) -> None:
    data = text_data("label")
    model = train(TaskData(data.train, Rows(), Rows(), (*data.labels, "never")), tmp_path)
    assert model.predict(["good soup"])[0][2] == 0.0


def test_chinese_is_read_in_short_pieces() -> None:
    assert baseline.choose_vectorizer(["今天的菜太咸了"]).longest == 3
    assert baseline.choose_vectorizer(["the soup was cold"]).longest == 5


def test_odd_texts_are_answered(tmp_path: Path) -> None:
    model = train(text_data("label"), tmp_path)
    scores = model.predict(["", " ", "\u0000", "🙂", "x" * 100_000, "从未见过"])
    assert np.isfinite(scores).all()


def test_balanced_weights_find_more_of_rare_class(tmp_path: Path) -> None:
    data = text_data("label", 400)
    few = [n for n, t in enumerate(data.train.targets) if t == "good"][:8]
    chosen = sorted({*few, *(n for n, t in enumerate(data.train.targets) if t == "bad")})
    part = rows([data.train.inputs[n] for n in chosen], [data.train.targets[n] for n in chosen])
    skewed = TaskData(part, Rows(), data.test, data.labels)
    found = []
    for weights in ("none", "balanced"):
        folder = tmp_path / weights
        folder.mkdir()
        scores = np.array(train(skewed, folder, class_weights=weights).predict(data.test.inputs))
        found.append(int((scores.argmax(axis=1) == 1).sum()))
    assert found[1] >= found[0]


@pytest.mark.parametrize(
    ("texts", "targets", "labels", "key"),
    [
        (["a b", "c d"], ["one", "one"], ("one",), "one_class_only"),
        (["", " "], ["one", "two"], ("one", "two"), "texts_are_empty"),
        (["a b", "c d"], ["one", "odd"], ("one", "two"), "class_not_in_training_rows"),
    ],
)
def test_unusable_rows_are_named(
    texts: list[str], targets: list[str], labels: tuple[str, ...], key: str, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match=key):
        train(TaskData(rows(texts, targets), Rows(), Rows(), labels), tmp_path)


def test_numbers_refuse_what_is_none() -> None:
    assert numbers(["3.5", "3,5", " -2 ", "1e3"]).tolist() == [3.5, 3.5, -2.0, 1000.0]
    for bad in ("many", "nan", "inf", ""):
        with pytest.raises(TrainingError, match="target_not_a_number"):
            numbers([bad])


def test_balanced_weights_average_to_one() -> None:
    classes = np.array([0] * 90 + [1] * 10)
    weights = balanced_weights(classes, 3)
    assert weights[classes].mean() == pytest.approx(1.0)
    assert weights[1] == pytest.approx(9 * weights[0])


def test_pairs_of_words_tell_texts_apart(tmp_path: Path) -> None:
    texts = [f"{first} bites {second} {n}" for n in range(12) for first, second in PAIRS]
    data = TaskData(rows(texts, ["dog", "man"] * 12), Rows(), Rows(), ("dog", "man"))
    scores = np.array(train(data, tmp_path).predict(["the dog bites the man 99"]))
    assert scores.argmax() == 0


def test_scripts_without_spaces_have_no_words(tmp_path: Path) -> None:
    texts, targets = ["今天的菜太咸了", "汤很好喝"] * 5, ["bad", "good"] * 5
    train(TaskData(rows(texts, targets), Rows(), Rows(), ("bad", "good")), tmp_path)
    assert "words" not in (tmp_path / baseline.VOCABULARY).read_text("utf-8")


def test_rare_class_leaves_the_usual_penalty() -> None:
    part = rows(["good", "fine", "bad", "awful"] * 3, ["a", "a", "b", "b"] * 3)
    odd = rows([*part.inputs, "strange"], [*part.targets, "c"])
    assert baseline._choose_strength(odd, ("a", "b", "c"), TextParams()) == baseline.USUAL
    assert baseline._choose_strength(part, ("a", "b"), TextParams()) in baseline.STRENGTHS
