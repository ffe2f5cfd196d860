"""Two models on the same rows: the difference has an interval that chance explains, and one sentence."""

import numpy as np
import pytest

from bigmodel.core.results.results import Measure
from bigmodel.metrics import paired


def test_mid_p_agrees_with_a_published_table() -> None:
    # Fagerland, Lydersen and Laake 2013, airway hyper-responsiveness: 7 against 1, mid-p 0.039
    assert paired.mcnemar(7, 1, 21).low > 0
    assert paired.mcnemar(5, 0, 21).low > 0  # mid-p 0.031
    assert paired.mcnemar(4, 0, 21).low < 0  # mid-p 0.0625


def test_difference_turns_its_sign_with_its_models() -> None:
    forward, backward = paired.mcnemar(9, 2, 50), paired.mcnemar(2, 9, 50)
    assert forward.value == pytest.approx(7 / 50)
    assert (forward.low, forward.high) == pytest.approx((-backward.high, -backward.low))


def test_models_that_agree_differ_by_about_nothing() -> None:
    measure = paired.mcnemar(0, 0, 40)
    assert measure.value == 0
    assert measure.low == -measure.high < 0


def test_many_differing_rows_are_no_trouble() -> None:
    measure = paired.mcnemar(3_000, 2_000, 20_000)
    assert 0.04 < measure.low < 0.05 < measure.high < 0.06


def test_more_classes_right_is_said_to_be_sure() -> None:
    truth = ["a", "b"] * 60
    new, old = list(truth), ["a"] * 120
    found = paired.of_classes(truth, new, old)
    assert found.sentence.key == "compare.sentence.classes_better_sure"
    assert found.sentence.args == {"count": 60, "rows": 120}
    assert int(found.is_gained.sum()) == 60
    assert not found.is_lost.any()
    accuracy, f1 = found.measures
    assert accuracy.difference.value == 0.5
    assert f1.difference.low > 0


def test_few_rows_may_be_chance() -> None:
    truth = ["a", "b", "a", "b"]
    found = paired.of_classes(truth, truth, ["a", "a", "a", "a"])
    assert found.sentence.key == "compare.sentence.classes_better_chance"


def test_same_answers_are_said_to_be_the_same() -> None:
    found = paired.of_classes(["a", "b"], ["a", "a"], ["a", "a"])
    assert found.sentence.key == "compare.sentence.classes_same"


def test_paired_interval_is_narrower_than_of_strangers() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=400)
    noise = random.normal(size=400)
    found = paired.of_numbers(truth, truth + noise, truth + noise + 0.05 * np.sign(noise))
    by, alone = found.measures[0].difference, found.measures[0].new
    assert by.value == pytest.approx(-0.05)
    assert by.high - by.low < 0.1 * (alone.high - alone.low)
    assert found.sentence.key == "compare.sentence.numbers_better_sure"
    assert int(found.is_gained.sum()) == 400


def test_worse_numbers_are_said_to_be_worse() -> None:
    found = paired.of_numbers([1.0] * 50, [2.0] * 50, [1.5] * 50)
    assert found.sentence.key == "compare.sentence.numbers_worse_sure"
    assert found.sentence.args == {"new": 1.0, "old": 0.5, "rows": 50}


def test_transcripts_are_counted_by_their_words() -> None:
    truth = ["turn the light on", "turn it off"] * 10
    found = paired.of_transcripts(truth, truth, ["turn the lamp on", "turn it off"] * 10)
    assert found.measures[0].measure == "wer"
    assert found.measures[0].difference.value == pytest.approx(-10 / 70)
    assert found.sentence.key == "compare.sentence.words_better_sure"
    assert (int(found.is_gained.sum()), int(found.is_lost.sum())) == (10, 0)


def test_chinese_transcripts_are_counted_by_characters() -> None:
    found = paired.of_transcripts(["打开灯"] * 5, ["打开灯"] * 5, ["打开窗"] * 5)
    assert found.measures[0].measure == "cer"
    assert found.sentence.key == "compare.sentence.characters_better_sure"


def test_measures_hold_their_own_interval() -> None:
    truth = [str(i % 3) for i in range(90)]
    new = [label if i % 5 else "0" for i, label in enumerate(truth)]
    found = paired.of_classes(
        truth, new, [label if i % 4 else "1" for i, label in enumerate(truth)]
    )
    for compared in found.measures:
        for measure in (compared.new, compared.old, compared.difference):
            assert isinstance(measure, Measure)
            assert measure.low <= measure.value <= measure.high
