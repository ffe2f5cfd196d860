"""What answers come to: counts, shares, the surest rows, and the cells of the summary sheet."""

from functools import partial

import pytest

from bigmodel.core.results.results import Measure
from bigmodel.data.writeback.order import Head, Share
from bigmodel.services.inference.summary import About, PredictionSummary, counted, summary_rows
from bigmodel.words import load_words

SAY = partial(load_words().say, "en")
TYPICAL = load_words().text("en", "writeback.summary.typical")
ABOUT = About("reviews", Measure(0.91, 0.86, 0.95), day="2026-11-24")


@pytest.fixture
def tally() -> PredictionSummary:
    made = PredictionSummary(rows=9, empty=1, own=1)
    for place, certainty in enumerate((0.6, 0.9, 0.7, 0.99, 0.8), 2):
        made.label(place, f"text {place}", "good", certainty)
    made.label(8, "x" * 500, "bad", 0.5)
    made.label(9, "mine", "bad", None)
    made.label(10, "=1+1", "=cmd", 0.5)
    return made


def test_classes_are_counted_with_their_share(tally: PredictionSummary) -> None:
    rows = summary_rows(tally, ABOUT, ("bad", "good", "never"), SAY)
    assert ("good", 5, Share(0.625), Share(0.798)) in rows
    assert ("bad", 2, Share(0.25), Share(0.5)) in rows
    assert ("never", 0, Share(0.0), None) in rows


def test_three_surest_rows_stand_for_a_class(tally: PredictionSummary) -> None:
    rows = summary_rows(tally, ABOUT, (), SAY)
    start = next(i for i, row in enumerate(rows) if row[0] == Head(TYPICAL))
    good = [row for row in rows[start:] if row[0] == "good"]
    assert [(row[1], row[2]) for row in good] == [
        (5, Share(0.99)),
        (3, Share(0.9)),
        (6, Share(0.8)),
    ]
    [bad] = [row for row in rows[start:] if row[0] == "bad"]
    assert len(str(bad[3])) == 200


def test_row_like_none_of_the_classes_is_not_typical() -> None:
    tally = PredictionSummary(rows=2)
    tally.label(2, "usual", "good", 0.6)
    tally.label(3, "odd", "good", 0.9, is_strange=True)
    rows = summary_rows(tally, ABOUT, (), SAY)
    assert [row[3] for row in rows if len(row) == 4 and row[1] in (2, 3)][-1] == "usual"
    assert "odd" not in [cell for row in rows for cell in row]


def test_model_is_named_with_its_interval(tally: PredictionSummary) -> None:
    rows = summary_rows(tally, ABOUT, (), SAY)
    assert (load_words().text("en", "writeback.summary.model"), "reviews") in rows
    [accuracy] = [row for row in rows if Share(0.91) in row and len(row) == 3]
    assert accuracy[2] == "95 % interval: 86 % to 95 %"


def test_strangers_are_counted_only_where_known(tally: PredictionSummary) -> None:
    words = load_words().text("en", "writeback.summary.strange")
    assert not [row for row in summary_rows(tally, ABOUT, (), SAY) if row[0] == words]
    tally.strange = 2
    assert (words, 2) in summary_rows(tally, ABOUT, (), SAY)


def test_numbers_give_lowest_average_and_highest() -> None:
    tally = PredictionSummary(rows=3, empty=1)
    for value in (1.0, 4.0):
        tally.number(value)
    rows = summary_rows(tally, About(day="today"), (), SAY)
    assert [row[1] for row in rows[-3:]] == [1.0, 2.5, 4.0]


def test_many_classes_stay_one_sentence() -> None:
    tally = PredictionSummary(rows=40)
    for number in range(40):
        tally.label(number, "text", f"class {number:02d}", 0.5)
    said = counted(tally, SAY)
    assert said.startswith("40 rows: 40 with an answer, 0 without.")
    assert said.endswith("28 more classes")
