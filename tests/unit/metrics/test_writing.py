"""Measures of models that write, from counts of rows."""

import pytest

from bigmodel.metrics import writing
from bigmodel.words import load_words

WORDS = load_words()
GOOD = [(200.0, 100, 450.0, 10, 1, 20, 2, 12, 3)] * 50 + [(100.0, 50, 225.0, 0, 0, 5, 0, 2, 0)] * 50
BAD = [(500.0, *row[1:]) for row in GOOD]


def test_bits_are_of_all_characters_together() -> None:
    found = writing.headline(GOOD)
    assert found["bits_per_character"] == pytest.approx(2.0)
    assert found["perplexity"] == pytest.approx(4.0)
    assert found["copied"] == pytest.approx(0.1)
    assert found["repetition"] == pytest.approx(150 / 700)
    assert writing.headline([]) == {}


def test_evaluation_stands_beside_the_instant_model_and_the_frequency_of_letters() -> None:
    found = writing.evaluate(GOOD, beside={"instant": BAD}, is_folded=False)
    assert found.beside["letters"]["bits_per_character"].value == pytest.approx(4.5)
    assert found.beside["instant"]["perplexity"].value > found.measures["perplexity"].value
    for language in ("en", "zh"):
        said = [WORDS.say(language, message) for message in (found.sentence, *found.remarks)]  # type: ignore[arg-type]
        assert "4.5" in said[0]
        assert any("10" in line for line in said[1:])
    assert found.panels[0].data["rows"][0]["value"] == pytest.approx(2.0)


def test_much_copying_and_no_gain_are_warnings() -> None:
    rows = [(900.0, 100, 450.0, 10, 9, 20, 2, 12, 3)] * 100
    levels = [
        (r.key.rpartition(".")[2], r.level)
        for r in writing.evaluate(rows, beside={}, is_folded=False).remarks
    ]
    assert ("no_better_writing", "warning") in levels
    assert ("copied_writing", "warning") in levels


def test_fewer_bits_are_better() -> None:
    paired = writing.compare(GOOD, BAD)
    assert paired.sentence.key.endswith("writing_better_sure")
    assert paired.is_gained.all()
    assert writing.compare(GOOD, GOOD).sentence.key.endswith("writing_same")
    assert writing.compare(BAD, GOOD).sentence.key.endswith("writing_worse_sure")
