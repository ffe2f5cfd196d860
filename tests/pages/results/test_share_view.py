"""What a picture of the results is drawn from: the sentence, and no more classes than fit."""

import json
from dataclasses import replace

from bigmodel.core.message import Message
from bigmodel.core.results.results import ErrorRow, Measure, Results
from pages.shared.results.share_view import MOST_DRAWN, drawing


def say(key: str, /, **args: str | int) -> str:
    return f"{key.rpartition('.')[2]} {args}" if args else key.rpartition(".")[2]


def results(labels: int = 0, pairs: int = 0) -> Results:
    confusion = tuple(tuple(10 + i if i == j else 0 for j in range(labels)) for i in range(labels))
    return Results(
        family="",
        rows=1,
        labels=tuple(f"label {n}" for n in range(labels)),
        measures={},
        sentence=Message("x"),
        confusion=confusion,
        pairs=tuple((float(n), float(n)) for n in range(pairs)),
    )


def test_small_matrix_is_drawn_whole() -> None:
    drawn = json.loads(drawing(results(3), "reviews", "Of 100 …", say))
    assert (len(drawn["matrix"]), drawn["note"]) == (3, "")
    assert drawn["alt"] == "alt {'title': 'reviews', 'sentence': 'Of 100 …'}"


def test_large_matrix_keeps_the_largest_classes_in_order() -> None:
    drawn = json.loads(drawing(results(30), "reviews", "Of 100 …", say))
    assert drawn["labels"] == [f"label {n}" for n in range(30 - MOST_DRAWN, 30)]
    assert "'count': 30" in drawn["note"]


def test_many_numbers_are_thinned_out() -> None:
    drawn = json.loads(drawing(results(pairs=2000), "stars", "Off by …", say))
    assert len(drawn["pairs"]) == 400
    assert "matrix" not in drawn


def test_transcripts_are_drawn_as_shares_with_intervals() -> None:
    errors = (ErrorRow("wer", Measure(0.25, 0.1, 0.4), 22, 2, 2, 2),)
    drawn = json.loads(drawing(replace(results(), errors=errors), "colours", "Of 100 …", say))
    assert drawn["bars"] == [["wer", 0.25, 0.1, 0.4]]
