"""Answers in a passage are measured as SQuAD and CMRC 2018 measure them; rows without an answer are told apart."""

import json

import pytest

from bigmodel.answers.extracted import ANSWER, Found
from bigmodel.core.answer import Tried
from bigmodel.metrics import extraction

NOTHING = "[]"


def truth(*texts: str) -> str:
    return json.dumps([{"text": text, "start": 0} for text in texts], ensure_ascii=False)


def answer(text: str, *, question: str = "who?", certainty: float = 0.5) -> Found:
    passage = f"{text}. And then nothing else." if text else "Nothing at all."
    return Found(passage, question, 0, len(text), certainty)


@pytest.mark.parametrize(
    ("accepted", "said", "exact", "f1"),
    [
        (
            ["The Denver Broncos"],
            "Denver Broncos!",
            1,
            1.0,
        ),  # articles, case and marks do not count
        (["Denver Broncos"], "the Broncos", 0, 2 / 3),
        (["Santa Clara", "Levi's Stadium in Santa Clara"], "Levi's Stadium", 0, 4 / 7),
        (["1867"], "in 1868", 0, 0.0),
        (["《清代图书事业发展史》"], "清代图书事业发展史", 1, 1.0),
        (["2009年"], "2009年7月", 0, 4 / 6),  # a number is one unit, each character another
        (["北京大学"], "大学北京", 0, 0.5),  # the longest common run
        ([], "", 1, 1.0),
        ([], "something", 0, 0.0),
        (["something"], "", 0, 0.0),
        (["?!"], "?!", 1, 1.0),
    ],
)
def test_scores_of_the_field_come_out(
    accepted: list[str], said: str, exact: float, f1: float
) -> None:
    assert extraction.score(accepted, said) == (exact, pytest.approx(f1))


def test_rows_with_and_without_an_answer_are_told_apart() -> None:
    true = [truth("Ann"), truth("Ben"), NOTHING, NOTHING, truth("Cleo")] * 10
    given = [answer("Ann"), answer("Dan"), answer(""), answer("Eve"), answer("")] * 10
    found = ANSWER.evaluate(Tried(true, given, (), beside={"instant": given[::-1]}))
    values = {name: measure.value for name, measure in found.measures.items()}
    assert values == {
        "f1": pytest.approx(0.4), "exact_match": pytest.approx(0.4),
        "f1_answerable": pytest.approx(1 / 3), "right_not_in_text": pytest.approx(0.5),
    }  # fmt: skip
    assert ANSWER.headline(true, given, ()) == pytest.approx(values)
    sorts = {row["part"]: row["f1"] for row in found.panels[0].data["rows"]}
    assert sorts == {"answerable": pytest.approx(1 / 3), "not_in_text": 0.5}
    assert list(found.beside) == ["instant", "first"]
    assert found.beside["first"]["f1"].value == pytest.approx(0.2)
    assert [remark.key.rpartition(".")[2] for remark in found.remarks] == [
        "instant_extracts", "extracts_nothing", "few_rows",
    ]  # fmt: skip
    assert found.remarks[1].args == {"rows": 20, "right": 10, "wrong": 10}


def test_parts_are_those_of_question_words_and_lengths() -> None:
    true = [truth("Ann")] * 20 + [truth("in the old town hall")] * 20
    given = [answer("Ann")] * 30 + [answer("in the old town hall", question="Where is it?")] * 10
    found = ANSWER.evaluate(Tried(true, given, ()))
    asked, lengths = (panel.data["rows"] for panel in found.panels)
    assert [(row["part"], row["rows"]) for row in asked] == [("who", 30), ("where", 10)]
    assert [row["part"] for row in lengths] == ["3 – 3", "3 – 3", "20 – 20", "20 – 20"]


def test_better_model_is_told_from_chance() -> None:
    true = [truth("Ann")] * 200
    new = [answer("Ann")] * 180 + [answer("Ben")] * 20
    old = [answer("Ann")] * 90 + [answer("Ben")] * 110
    found = ANSWER.compare(true, new, old)
    assert found.sentence.key == "compare.sentence.extracts_better_sure"
    assert found.sentence.args == {"rows": 200, "new": 90.0, "old": 45.0}
    assert found.measures[0].measure == "f1"
    assert (int(found.is_gained.sum()), int(found.is_lost.sum())) == (90, 0)
    assert ANSWER.compare(true, new, new).sentence.key.endswith("extracts_same")


def test_answer_is_stored_whole_and_drawn_in_its_passage() -> None:
    one = Found("Ann <lives> in Rome.", "Where?", 15, 19, 0.25, ((0, 3, 0.125),))
    assert ANSWER.decode(ANSWER.encode(one), ()) == one
    assert ANSWER.record(one)["answer"] == "Rome"
    assert ANSWER.record(one)["others"][0]["answer"] == "Ann"
    assert ANSWER.cells(one) == ("Rome", 0.25)
    layers = ANSWER.mark("", truth("Ann"), one).data["layers"]
    assert [layer["spans"] for layer in layers] == [[[15, 19, ""]], [[0, 3, ""]]]
    nowhere = Found("Ann lives.", "Where?", certainty=0.75)
    assert ANSWER.line(nowhere) == ANSWER.said(NOTHING) == "–"
    assert ANSWER.record(nowhere)["answer"] is None


def test_wrong_rows_come_worst_first_and_right_ones_surest_first() -> None:
    true = [truth("Ann"), truth("Ben Stone"), truth("Cleo"), truth("Dan")]
    given = [answer("Ann", certainty=0.2), answer("Ben"), answer("x"), answer("Dan", certainty=0.9)]
    assert ANSWER.mistakes(true, given) == [2, 1]
    assert ANSWER.hits(true, given) == [3, 0]


@pytest.mark.parametrize(
    ("passage", "first"),
    [
        ("One. Two.", "One."),
        ("它是3.5米高。很大。", "它是3.5米高。"),
        ("3.5 m high! Yes.", "3.5 m high!"),
        ("a line\nanother", "a line"),
        ("no end", "no end"),
        ("", ""),
    ],
)
def test_simplest_guess_is_the_first_sentence(passage: str, first: str) -> None:
    assert extraction.first_sentence(passage) == first
