"""Measures of classes agree with scikit-learn, and hold up where it gives up."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics.classification import evaluate, headline

Case = tuple[list[str], np.ndarray, tuple[str, ...]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Rows whose truths may miss a class, with scores full of ties."""
    classes = draw(st.integers(2, 5))
    rows = draw(st.integers(2, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = tuple(f"class {i}" for i in range(classes))
    truth = [labels[i] for i in random.integers(0, draw(st.integers(1, classes)), rows)]
    raw = random.integers(0, 4, (rows, classes)) + 0.25
    return truth, raw / raw.sum(axis=1, keepdims=True), labels


def answers(scores: np.ndarray, labels: tuple[str, ...]) -> list[str]:
    return [labels[i] for i in scores.argmax(axis=1)]


@settings(max_examples=60, deadline=None)
@given(cases())
def test_headline_agrees_with_scikit_learn(case: Case) -> None:
    truth, scores, labels = case
    found = headline(truth, scores.tolist(), labels)
    answered = answers(scores, labels)
    for average in ("macro", "weighted"):
        expected = reference.precision_recall_fscore_support(
            truth, answered, average=average, zero_division=0
        )
        got = [found[f"{average}_{name}"] for name in ("precision", "recall", "f1")]
        assert got == pytest.approx(expected[:3])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of answers that no truth has
        assert found["balanced_accuracy"] == pytest.approx(
            reference.balanced_accuracy_score(truth, answered)
        )
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(truth, answered))
    assert found["log_loss"] == pytest.approx(
        reference.log_loss(truth, scores, labels=list(labels))
    )


def data_of(results: Results, kind: str) -> Any:
    panel = results.panel(kind)
    assert panel is not None
    return panel.data["rows"]


def lines_of(results: Results) -> list[Any]:
    """Return the lines of ROC and of precision-recall, where there are any."""
    found = {panel.name: panel.data["lines"] for panel in results.panels if panel.kind == "lines"}
    return [found.get("roc", []), found.get("precision-recall", [])]


@settings(max_examples=40, deadline=None)
@given(cases())
def test_evaluation_agrees_with_scikit_learn(case: Case) -> None:
    truth, scores, labels = case
    results = evaluate(truth, scores.tolist(), labels)
    assert np.array_equal(
        data_of(results, "confusion"),
        reference.confusion_matrix(truth, answers(scores, labels), labels=list(labels)),
    )
    for index, row in enumerate(data_of(results, "classes")):
        is_class = np.array(truth) == row["label"]
        if not 0 < is_class.sum() < len(truth):
            assert row["roc_auc"] is None
            continue
        assert row["roc_auc"] == pytest.approx(reference.roc_auc_score(is_class, scores[:, index]))
        line = next(line for line in lines_of(results)[1] if line["label"] == row["label"])
        assert line["area"] == pytest.approx(
            reference.average_precision_score(is_class, scores[:, index])
        )


@settings(max_examples=40, deadline=None)
@given(cases())
def test_every_interval_holds_its_value(case: Case) -> None:
    truth, scores, labels = case
    results = evaluate(truth, scores.tolist(), labels, beside={"instant": scores.tolist()})
    shares = [
        Measure(row[name], *ends)
        for row in data_of(results, "classes")
        for name, ends in row["intervals"].items()
    ]
    known = {name: m for name, m in results.measures.items() if not name.startswith("roc_auc")}
    for measure in (*known.values(), *shares):
        assert measure.low <= measure.value <= measure.high
    assert results.beside["instant"] == known
    lines = lines_of(results)[0]
    assert {len(line["x"]) <= 200 and len(line["x"]) == len(line["y"]) for line in lines} <= {True}


def sure(truth: list[str], answered: list[str], labels: tuple[str, ...]) -> list[list[float]]:
    return [[0.9 if label == answer else 0.1 for label in labels] for answer in answered]


def judged(truth: list[str], answered: list[str], labels: tuple[str, ...], **more: bool) -> Results:
    return evaluate(truth, sure(truth, answered, labels), labels, **more)


def test_headline_of_no_rows_is_empty() -> None:
    assert headline([], [], ("a", "b")) == {}


def test_all_right_is_one_everywhere() -> None:
    results = judged(["a", "b"] * 30, ["a", "b"] * 30, ("a", "b"))
    shares = {name: m.value for name, m in results.measures.items() if name != "log_loss"}
    assert set(shares.values()) == {1.0}
    assert {"roc_auc", "roc_auc_micro"} <= set(shares)
    assert results.sentence.args["high"] == 100
    assert results.measures["macro_f1"].low == results.measures["accuracy"].low < 0.95


def test_class_without_test_rows_is_remarked() -> None:
    results = judged(["a"] * 120, ["a"] * 119 + ["b"], ("a", "b", "c"))
    assert data_of(results, "classes")[2]["roc_auc"] is None
    assert [remark.key for remark in results.remarks] == [
        "results.remarks.no_better",
        "results.remarks.class_absent",
    ]


def test_majority_is_the_commonest_of_training() -> None:
    truth = ["a"] * 40 + ["b"] * 60
    scores = sure(truth, truth, ("a", "b"))
    results = evaluate(truth, scores, ("a", "b"), baseline_truth=["a", "a", "b"])
    assert results.beside["majority"]["accuracy"].value == 0.4
    assert results.sentence.args["majority"] == 40


def test_sentence_gives_interval_in_hundredths() -> None:
    truth = ["ham"] * 500 + ["spam"] * 500
    sentence = judged(truth, ["ham"] * 480 + ["spam"] * 520, ("ham", "spam")).sentence
    assert sentence.key == "results.sentence.common"
    assert sentence.args == {"low": 96, "high": 99, "rows": 1000, "majority": 50}


def test_rare_class_leads_the_sentence() -> None:
    truth = ["good"] * 360 + ["bad"] * 40
    answered = ["good"] * 353 + ["bad"] * 7 + ["bad"] * 31 + ["good"] * 9
    sentence = judged(truth, answered, ("bad", "good")).sentence
    assert sentence.key == "results.sentence.rare"
    named = ("label1", "rows1", "found1", "false1")
    assert [sentence.args[name] for name in named] == ["bad", 40, 31, 7]


def test_even_classes_are_not_rare() -> None:
    labels = tuple(f"topic {i:02}" for i in range(20))
    truth = [label for label in labels for _ in range(10)]
    assert judged(truth, truth, labels).sentence.key == "results.sentence.common"


def test_folded_evaluation_says_so() -> None:
    results = judged(["a", "b"] * 10, ["a", "b"] * 10, ("a", "b"), is_folded=True)
    assert results.sentence.key == "results.sentence.common_folded"
    assert [remark.key for remark in results.remarks] == ["results.remarks.folded"]


def test_instant_is_compared_row_by_row() -> None:
    truth, labels = ["a", "b"] * 60, ("a", "b")
    instant = sure(truth, ["a"] * 120, labels)
    results = evaluate(truth, sure(truth, truth, labels), labels, beside={"instant": instant})
    remark = next(item for item in results.remarks if item.key == "results.remarks.instant")
    assert remark.args == {"gained": 60, "lost": 0}


def test_same_input_gives_same_intervals() -> None:
    truth, answered = ["a", "b", "b"] * 20, ["a", "b", "a"] * 20
    assert judged(truth, answered, ("a", "b")) == judged(truth, answered, ("a", "b"))
