"""Recordings that became clearer are counted together, and what is not better is not called so."""

import math
from dataclasses import replace

import pytest

from bigmodel.metrics.sound import clearer
from bigmodel.metrics.sound.clearer import Judged


def rows(*gains: float, stoi: float = 0.02) -> list[Judged]:
    return [
        Judged(3.0 + 2 * n, 3.0, 3.0 + gain, 0.8, 0.8 + stoi, "steady")
        for n, gain in enumerate(gains)
    ]


def test_gain_is_the_mean_of_what_each_recording_gained() -> None:
    found = clearer.headline(rows(6.0, 4.0, -1.0))
    assert found["si_sdr_improvement"] == pytest.approx(3)
    assert found["stoi_improvement"] == pytest.approx(0.02)
    assert found["si_sdr"] == pytest.approx(6)
    assert found["made_worse"] == pytest.approx(1 / 3)
    assert clearer.headline([]) == {}


def test_what_cannot_be_measured_counts_neither_way() -> None:
    silent = Judged(math.nan, math.nan, math.nan, math.nan, math.nan, "")
    found = clearer.headline([*rows(6.0), silent])
    assert found["si_sdr_improvement"] == pytest.approx(6)
    assert found["made_worse"] == 0


def test_model_that_loses_is_refused_as_better() -> None:
    for judged in (rows(-1.0, -0.5, -0.8), rows(5.0, 6.0, 5.5, stoi=-0.1)):
        results = clearer.evaluate(judged, {}, is_folded=False)
        assert results.sentence.key == "results.sentence.sounds_no_better"
        assert "results.remarks.sounds_leave" in [remark.key for remark in results.remarks]
    better = clearer.evaluate(rows(5.0, 6.0, 5.5), {}, is_folded=False)
    assert better.sentence.key == "results.sentence.sounds"


def test_recordings_as_they_are_stand_beside() -> None:
    results = clearer.evaluate(rows(5.0, 6.0), {"instant": rows(7.0, 8.0)}, is_folded=True)
    assert results.beside["noisy"]["si_sdr_improvement"].value == 0
    assert results.beside["noisy"]["si_sdr"].value == pytest.approx(3)
    assert "results.remarks.sounds_instant" in [remark.key for remark in results.remarks]
    assert results.sentence.key.endswith("_folded")
    names = [(group["name"], group["rows"]) for group in results.panels[0].data["groups"]]
    assert names == [("loudness_0_5", 1), ("loudness_5_10", 1), ("noise_steady", 2)]


def test_two_models_are_compared_on_the_same_recordings() -> None:
    found = clearer.compare(rows(5.0, 6.0, 7.0), rows(4.0, 5.0, 8.0))
    assert found.measures[0].difference.value == pytest.approx(1 / 3)
    assert (found.is_gained.tolist(), found.is_lost.tolist()) == (
        [True, True, False],
        [False, False, True],
    )
    assert found.sentence.key == "compare.sentence.sounds_better_chance"


def test_words_are_counted_of_what_a_recogniser_listened_to() -> None:
    one, two, three = rows(6.0, 4.0, 5.0)
    heard = [replace(one, words=4.0, wrong_before=3.0, wrong=1.0), replace(two, words=6.0, wrong_before=2.0, wrong=1.0), three]  # fmt: skip
    found = clearer.evaluate(heard, {}, is_folded=False)
    assert found.measures["words_wrong"].value == pytest.approx(0.2)
    assert found.beside["noisy"]["words_wrong"].value == pytest.approx(0.5)
    told = {group["name"]: group["words"] for group in found.panels[0].data["groups"]}
    assert told == {"loudness_0_5": "75% → 25%", "loudness_5_10": "33% → 17%", "noise_steady": "50% → 20%"}  # fmt: skip
    assert "words_wrong" not in clearer.evaluate([three], {}, is_folded=False).measures
