"""Measures of models that write, from counts of rows."""

import pytest

from bigmodel.metrics import writing
from bigmodel.words import load_words

WORDS = load_words()
LONG = (200.0, 100, 450.0, 10, 1, 20, 2, 12, 3, 200, 40, 240.0)
SHORT = (100.0, 50, 225.0, 0, 0, 5, 0, 2, 0, 100, 20, 120.0)
GOOD = [LONG] * 50 + [SHORT] * 50
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


def test_perplexity_is_of_characters_bytes_and_tokens() -> None:
    found = writing.headline(GOOD)
    assert found["byte_perplexity"] == pytest.approx(2.0)
    assert found["token_perplexity"] == pytest.approx(32.0)
    plain = [(*row[:10], 0, 0.0) for row in GOOD]
    assert "token_perplexity" not in writing.headline(plain), "n-grams know no tokens"


def test_base_stands_beside_what_was_tuned_from_it() -> None:
    found = writing.evaluate(GOOD, beside={}, is_folded=False)
    assert found.beside["base"]["token_perplexity"].value == pytest.approx(64.0)
    assert found.beside["base"]["bits_per_character"].value == pytest.approx(2.4)
    [remark] = [each for each in found.remarks if "base_writing" in each.key]
    assert (remark.key, remark.args["percent"]) == ("results.remarks.base_writing_lower", 50.0)
    worse = [(300.0 if row is LONG else 150.0, *row[1:]) for row in GOOD]
    keys = [each.key for each in writing.evaluate(worse, beside={}, is_folded=False).remarks]
    assert "results.remarks.base_writing_higher" in keys
    plain = writing.evaluate([(*row[:10], 0, 0.0) for row in GOOD], beside={}, is_folded=False)
    assert "base" not in plain.beside


def test_much_copying_and_no_gain_are_warnings() -> None:
    rows = [(900.0, 100, 450.0, 10, 9, 20, 2, 12, 3, 100, 0, 0.0)] * 100
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
