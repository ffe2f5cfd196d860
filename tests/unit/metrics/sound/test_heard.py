"""What a listener gets wrong of a voice, beside natural recordings."""

from dataclasses import replace

import pytest

from bigmodel.answers.spoken import ANSWER, Spoken
from bigmodel.metrics.sound import heard
from bigmodel.metrics.sound.heard import Row


def row(wrong: int, natural: int, words: int = 5, *missing: str) -> Row:
    return Row("a b", words, missing, "whisper-base", "a", wrong, "b", natural, ("read this",))


UNHEARD = Row("c d", 2, ("d",))


def test_words_wrong_are_counted_over_all_texts_together() -> None:
    found = heard.headline([row(1, 2), row(0, 1, 15), UNHEARD])
    assert found["wer_heard"] == pytest.approx(1 / 20)
    assert found["wer_natural"] == pytest.approx(3 / 20)
    assert found["units_missing"] == pytest.approx(1 / 22)


def test_without_a_listener_there_is_no_number_but_a_reason() -> None:
    results = heard.evaluate([UNHEARD], {}, is_folded=False)
    assert set(results.measures) == {"units_missing"}
    assert results.sentence.key == "results.sentence.spoken_unheard"
    assert "results.remarks.spoken_unheard" in [remark.key for remark in results.remarks]
    assert [panel.name for panel in results.panels] == ["spoken-missing"]


def test_results_show_said_beside_heard_the_worst_first_and_what_to_record() -> None:
    results = heard.evaluate([row(0, 0), row(3, 1), UNHEARD], {}, is_folded=False)
    panels = {panel.name: panel.data["rows"] for panel in results.panels}
    assert [line[2] for line in panels["spoken-said"]] == ["3 / 5", "0 / 5"]
    assert panels["spoken-missing"] == [("d",)]
    assert panels["spoken-next"] == [("read this",)]
    assert results.beside["natural"]["wer_heard"].value == pytest.approx(1 / 10)


def test_voices_are_compared_by_what_is_heard_wrong_else_by_what_they_cannot_say() -> None:
    paired = heard.compare([row(0, 0)] * 4, [row(2, 0)] * 4)
    [measure] = paired.measures
    assert (measure.measure, measure.difference.value) == ("wer_heard", pytest.approx(-0.4))
    assert paired.is_gained.all()
    [measure] = heard.compare([UNHEARD], [Row("c d", 2, ())]).measures
    assert (measure.measure, measure.difference.value) == ("units_missing", pytest.approx(0.5))


def test_likeness_stands_beside_that_of_natural_recordings() -> None:
    rows = [replace(row(0, 0), like=like, natural_like=0.9) for like in (0.7, 0.8)]
    results = heard.evaluate([*rows, UNHEARD], {}, is_folded=False)
    measure = results.measures["voice_likeness"]
    assert measure.value == pytest.approx(0.75)
    assert 0.7 <= measure.low <= measure.high <= 0.8  # of the compared texts alone
    assert results.beside["natural"]["voice_likeness"].value == pytest.approx(0.9)
    assert "voice_likeness" not in heard.headline([row(0, 0)])


def test_an_answer_is_stored_and_read_again() -> None:
    answer = Spoken("a b", 1.5, 2, ("b",), 1, b"RIFF", next=("x", "y"))
    assert ANSWER.decode(ANSWER.encode(answer), ()) == answer
    assert ANSWER.files(answer) == {".wav": b"RIFF"}
    assert ANSWER.record(answer)["missing"] == ["b"]
