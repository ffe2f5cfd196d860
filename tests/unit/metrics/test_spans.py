"""Marked words are counted as conlleval and seqeval count entities; borders and kinds are told apart."""

import numpy as np
import pytest

from bigmodel.answers.spans import ANSWER, Marked
from bigmodel.core.answer import Tried
from bigmodel.core.datasets.spans import Span, spans_of_tags, write_spans
from bigmodel.metrics import spans

# The example of seqeval's README: F1 0.50, MISC 0 of 1, PER 1 of 1.
TRUE = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
NAMED = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]


def rows(*tags: list[str]) -> list[list[Span]]:
    return [spans_of_tags(row) for row in tags]


def test_figures_of_seqeval_come_out() -> None:
    counted = spans.count(rows(*TRUE), rows(*NAMED))
    measures = spans.measures(counted)
    assert {name: m.value for name, m in measures.items()} == {
        "entity_f1": 0.5, "entity_precision": 0.5, "entity_recall": 0.5,
    }  # fmt: skip
    assert all(m.low <= m.value <= m.high and m.low < m.high for m in measures.values())
    by_kind = {row["label"]: row["f1"] for row in spans.by_kind(counted)}
    assert by_kind == {"MISC": 0.0, "PER": 1.0}


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (["B-A", "I-A", "O"], [(0, 2, "A")]),
        (["I-A", "I-A", "B-A"], [(0, 2, "A"), (2, 3, "A")]),  # IOB1
        (["B-A", "I-B"], [(0, 1, "A"), (1, 2, "B")]),
        (["S-A", "B-A", "I-A", "E-A", "O", "S-B"], [(0, 1, "A"), (1, 4, "A"), (5, 6, "B")]),
        (["B-A", "M-A", "E-A", "B-A"], [(0, 3, "A"), (3, 4, "A")]),  # BMES
        (["U-A", "B-A", "L-A"], [(0, 1, "A"), (1, 3, "A")]),  # BILOU
        (["O", "O"], []),
    ],
)
def test_tags_of_every_scheme_are_the_same_spans(
    tags: list[str], found: list[tuple[int, int, str]]
) -> None:
    assert spans_of_tags(tags) == found


def test_borders_and_kinds_are_counted_apart() -> None:
    true = [
        [Span(0, 3, "A"), Span(4, 8, "A"), Span(9, 12, "B"), Span(13, 15, "B"), Span(20, 22, "A")]
    ]
    named = [
        [Span(0, 3, "A"), Span(4, 7, "A"), Span(9, 12, "A"), Span(12, 14, "A"), Span(30, 33, "B")]
    ]
    assert spans.faults(true, named) == {
        "exact": 1, "border": 1, "kind": 1, "both": 1, "missed": 1, "invented": 1,
    }  # fmt: skip


def test_same_marks_twice_count_once() -> None:
    once = [[Span(0, 3, "A")]]
    assert spans.count(once, [[Span(0, 3, "A"), Span(0, 3, "A")]]).columns.ravel().tolist() == [
        1,
        1,
        1,
    ]


def test_better_model_is_said_to_be_surely_better() -> None:
    truth = [write_spans([Span(0, 3, "A")])] * 60
    right, nothing = (
        [Marked("Ann is here", marks, (0.9,) * len(marks), ("A",))] * 60
        for marks in ((Span(0, 3, "A"),), ())
    )
    found = ANSWER.compare(truth, right, nothing)
    assert found.sentence.key == "compare.sentence.spans_better_sure"
    assert found.measures[0].measure == "entity_f1"
    assert found.measures[0].difference.value == 1.0
    assert np.all(found.is_gained)
    assert not np.any(found.is_lost)


def test_worst_texts_come_first_with_the_truth_under_the_answer() -> None:
    truth = [
        write_spans([Span(0, 3, "A")]),
        write_spans([Span(0, 3, "A"), Span(7, 11, "B")], "Ann in Rome"),
        "[]",
    ]
    answers = [Marked("Ann in Rome", (), (), ("A", "B")) for _ in truth]
    assert ANSWER.mistakes(truth, answers) == [1, 0]
    assert ANSWER.hits(truth, answers) == [2]
    assert ANSWER.said(truth[1]) == "A: Ann · B: Rome"
    assert [
        len(layer["spans"]) for layer in ANSWER.mark("", truth[1], answers[1]).data["layers"]
    ] == [0, 2]
    assert ANSWER.evaluate(Tried(truth, answers, ("A", "B"))).measures["entity_f1"].value == 0.0


def test_answer_survives_being_stored() -> None:
    answer = Marked(
        "Ann in Rome", (Span(0, 3, "A"), Span(7, 11, "B")), (0.5, 0.75), ("A", "B", "C")
    )
    assert ANSWER.decode(ANSWER.encode(answer), ("A", "B", "C")) == answer
    assert ANSWER.cells(answer) == ("Ann", "Rome", None)
    assert len(ANSWER.added(answer.kinds)) == 3
    assert answer.text == "A: Ann · B: Rome"
