"""Answers of several media: what all bring over the best alone has an interval, is said in a sentence, and is stored whole."""

import numpy as np
import pytest

from bigmodel.core.answer import Tried
from bigmodel.tasks.fusion import together
from bigmodel.tasks.fusion.answer import ANSWER
from bigmodel.training.several.fused import Fused

LABELS = ("no", "yes")


def of_class(whole: float, text: float, picture: float, *, lacking: tuple[str, ...] = ()) -> Fused:
    alone = (("text", (1 - text, text)), ("picture", (1 - picture, picture)))
    return Fused(LABELS, (1 - whole, whole), alone, lacking)


def of_number(whole: float, text: float, picture: float) -> Fused:
    return Fused((), (whole,), (("text", (text,)), ("picture", (picture,))))


def test_gain_is_the_difference_to_the_best_alone() -> None:
    truth = ["yes"] * 100
    answers = [of_class(0.9, 0.9 if n < 80 else 0.2, 0.9 if n < 30 else 0.2) for n in range(100)]
    found = ANSWER.evaluate(Tried(truth, answers, LABELS))
    assert found.measures["accuracy"].value == 1.0
    gain = found.measures["gain"]
    assert gain.value == pytest.approx(0.2)  # over the texts, which are right in 80 of 100
    assert 0.11 < gain.low < 0.14  # a share of 0.2 of 100 rows, drawn anew
    assert 0.27 < gain.high < 0.30
    assert found.remarks[0].key == "results.remarks.fused_better_text"


def test_gain_within_chance_offers_the_simpler_model() -> None:
    truth = ["yes"] * 40
    answers = [of_class(0.9 if n else 0.1, 0.9 if n > 1 else 0.1, 0.1) for n in range(40)]
    remark = ANSWER.evaluate(Tried(truth, answers, LABELS)).remarks[0]
    assert remark.key == "results.remarks.fused_same_text"
    assert remark.level == "warning"


def test_harm_is_called_harm() -> None:
    truth = ["yes"] * 100
    answers = [of_class(0.1 if n < 40 else 0.9, 0.2, 0.9) for n in range(100)]
    found = ANSWER.evaluate(Tried(truth, answers, LABELS))
    assert found.measures["gain"].value == pytest.approx(-0.4)
    assert found.remarks[0].key == "results.remarks.fused_worse_picture"


def test_gain_of_numbers_is_of_r2() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=200)
    answers = [
        of_number(v + 0.1 * e, v + 0.5 * e, 0.0)
        for v, e in zip(values, random.normal(size=200), strict=True)
    ]
    found = ANSWER.evaluate(Tried([f"{value:+.6f}" for value in values], answers, ()))
    whole, text = (found.beside["alone_text"] if n else found.measures for n in (0, 1))
    assert found.measures["gain"].value == pytest.approx(whole["r2"].value - text["r2"].value)
    assert found.measures["quality"] == found.measures["r2"]


def test_same_rows_are_drawn_for_both() -> None:
    points = together.of_right(["a"] * 50, ["a", "b"] * 25)
    _, gain = together.gain(points, {"text": points})
    assert (gain.low, gain.value, gain.high) == (0, 0, 0)


def test_answer_is_stored_whole() -> None:
    for answer in (of_class(0.7, 0.6, 0.2, lacking=("picture",)), of_number(3.0, 2.0, 5.0)):
        assert ANSWER.decode(ANSWER.encode(answer), answer.labels) == answer


def test_classes_joined_later_are_joined_in_each_medium() -> None:
    [answer] = ANSWER.renamed([of_class(0.7, 0.6, 0.2)], {"no": "all", "yes": "all"}.__getitem__)
    assert answer.labels == ("all",)
    assert dict(answer.alone)["text"] == pytest.approx((1.0,))


def test_record_says_what_each_medium_says() -> None:
    record = ANSWER.record(of_class(0.7, 0.6, 0.2, lacking=("picture",)))
    assert record["label"] == "yes"
    assert record["alone"]["picture"]["label"] == "no"
    assert record["lacking"] == ["picture"]


def test_number_is_shown_without_the_sign_it_is_kept_with() -> None:
    assert ANSWER.said("+3.5e+0") == "3.5"
    assert ANSWER.said("+1") == "+1"
    assert ANSWER.said("-3.5") == "-3.5"
    assert ANSWER.said("+plus") == "+plus"
