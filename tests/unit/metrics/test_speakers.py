"""Errors of telling voices apart are counted as the field counts them; strangers are real ones, or people who were left out."""

import numpy as np
import pytest

from bigmodel.answers.speaker import ANSWER, Speaker
from bigmodel.metrics import speakers
from bigmodel.metrics.speakers import Heard, equal_error

LABELS = ("Ann", "Ben")


def heard(truth: list[str], likeness: list[tuple[float, float]], margin: float = -0.1) -> Heard:
    rows = len(truth)
    return Heard(truth, LABELS, np.array(likeness), np.full(rows, 0.5), np.full((rows, 2), margin))


def test_equal_error_lies_where_both_errors_are_the_same() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1])
    same = np.array([True, True, True, False, True, False, False, False])
    assert equal_error(scores, same, np.ones(8)) == pytest.approx(0.25)
    assert equal_error(scores, scores > 0.5, np.ones(8)) == 0
    assert equal_error(scores, scores < 0.5, np.ones(8)) == 1
    assert equal_error(np.full(8, 0.5), same, np.ones(8)) == pytest.approx(0.5)


def test_pairs_count_as_often_as_their_people_are_drawn() -> None:
    scores, same = np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, False, True, False])
    assert equal_error(scores, same, np.array([1.0, 0.0, 1.0, 1.0])) == 0


def test_right_refused_and_strangers_are_told_apart() -> None:
    rows = heard(["Ann", "Ann", "Ben", "Cleo"], [(0.9, 0.1), (0.4, 0.3), (0.2, 0.8), (0.7, 0.2)])
    found = speakers.headline(rows)
    assert found["identification"] == 1
    assert found["right_refused"] == pytest.approx(1 / 3)
    assert found["strangers_accepted"] == 1
    results = speakers.evaluate(rows, {}, (), is_folded=False)
    assert results.measures["strangers_accepted"].has_interval
    assert [remark.key.rpartition(".")[2] for remark in results.remarks] == [
        "few_people", "real_strangers", "loose_threshold", "not_for",
    ]  # fmt: skip
    loose = results.remarks[2].args
    assert (loose["share"], loose["name"], loose["other"]) == (100, "Cleo", "Ann")


def test_without_strangers_everybody_stands_for_one() -> None:
    likeness = [(0.9, 0.1), (0.2, 0.8)]
    assert speakers.headline(heard(["Ann", "Ben"], likeness))["strangers_accepted"] == 0
    let_in = speakers.headline(heard(["Ann", "Ben"], likeness, margin=0.1))
    assert let_in["strangers_accepted"] == 1


def test_strangers_alone_say_nothing_of_right_people() -> None:
    rows = heard(["Cleo", "Dan"], [(0.9, 0.1), (0.2, 0.1)])
    assert set(speakers.headline(rows)) == {"strangers_accepted"}
    results = speakers.evaluate(rows, {"instant": rows}, ("Ann",), is_folded=False)
    assert set(results.measures) == {"strangers_accepted"}
    assert results.sentence.key == "results.sentence.strangers"
    assert results.measures["strangers_accepted"].value == 0.5
    [asked] = [one for one in results.remarks if one.key.endswith("other_names")]
    assert asked.args == {"file": "Cleo, Dan", "known": "Ann, Ben"}


def test_lines_run_from_nobody_to_everybody() -> None:
    rows = heard(["Ann", "Ben", "Ann", "Ben"], [(0.9, 0.1), (0.2, 0.8), (0.6, 0.7), (0.1, 0.9)])
    results = speakers.evaluate(rows, {}, ["Ann", "Ben"], is_folded=False)
    lines = {
        panel.name: panel.data["lines"][0] for panel in results.panels if "lines" in panel.data
    }
    assert (lines["roc-speakers"]["x"][0], lines["roc-speakers"]["y"][-1]) == (0, 1)
    assert (lines["det"]["y"][0], lines["det"]["y"][-1]) == (1, 0)
    assert lines["det"]["area"] == results.measures["eer"].value
    assert results.beside["majority"]["identification"].value == 0.5


def test_who_is_refused_is_not_right_and_who_refuses_a_stranger_is() -> None:
    right, refused = (Speaker(LABELS, scores, 0.5) for scores in ((0.9, 0.1), (0.4, 0.1)))
    assert ANSWER.hits(["Ann", "Ann"], [right, refused]) == [0]
    compared = ANSWER.compare(["Cleo", "Ann"], [refused, right], [right, right])
    assert compared.is_gained.tolist() == [True, False]


@pytest.mark.parametrize("strangers", [True, False])
def test_threshold_of_the_humps_does_what_was_measured(strangers: bool) -> None:
    truth = ["Ann", "Ann", "Ben", "Ben"] + ["Cleo", "Dan"] * strangers
    likeness = [(0.9, 0.1), (0.4, 0.3), (0.2, 0.8), (0.3, 0.45), (0.7, 0.2), (0.1, 0.2)]
    limits = np.array([0.5, 0.3, 0.5, 0.5, 0.5, 0.3])[: len(truth)]
    margins = np.array([[0.1, 0.1], [-0.1, 0.1]] * 3)[: len(truth)]
    rows = Heard(truth, LABELS, np.array(likeness[: len(truth)]), limits, margins)
    found, data = speakers.headline(rows), speakers.humps(rows).data
    at_it = [100 * found["strangers_accepted"], 100 * found["right_refused"]]
    assert data["steps"][data["at"]] == pytest.approx(at_it, abs=0.06)
    let_in, refused = zip(*data["steps"], strict=True)
    assert (let_in[0], refused[0]) == (100, 0)
    assert list(let_in) == sorted(let_in, reverse=True)
    assert list(refused) == sorted(refused)
    assert sum(data["own"]) == pytest.approx(1, abs=0.02)


def test_likeness_is_the_mean_of_each_persons_recordings() -> None:
    rows = heard(["Ann", "Ann", "Cleo"], [(0.9, 0.1), (0.7, 0.3), (0.5, 0.5)])
    assert speakers.likeness(rows).data["rows"] == [[0.8, 0.2], [None, None]]
