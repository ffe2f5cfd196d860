"""Marks keep their words when texts are cleaned; what cannot be kept is counted and said."""

from collections import Counter

import pytest

from bigmodel.core.datasets.spans import spans_of
from bigmodel.data.cleaning import clean_text
from bigmodel.data.targets import target_kind

KIND = target_kind("spans")


def fitted(cell: str, marks: str, *steps: str) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Return the words that are still marked, and what was counted."""
    counts: Counter[str] = Counter()
    text = clean_text(cell, steps)
    [target] = KIND.fitted([marks], [cell], [text], counts)
    return [(text[start:end], kind) for start, end, kind in spans_of(target)], counts


@pytest.mark.parametrize(
    ("cell", "marks", "steps"),
    [
        ("  Ann lives in Rome", '[[2, 5, "P"], [15, 19, "L"]]', ()),
        ("<b>Ann</b> lives&nbsp;in <i>Rome</i>", '[[3, 6, "P"], [28, 32, "L"]]', ("html",)),
        ("Ann   lives!!!!!  in   Rome", '[[0, 3, "P"], [23, 27, "L"]]', ("repeats",)),
        ("see http://a.b/c Ann in Rome", '[[17, 20, "P"], [24, 28, "L"]]', ("links",)),
        ("\uff21\uff4e\uff4e in Rome", '[[0, 3, "P"], [7, 11, "L"]]', ("unicode",)),
    ],
)
def test_marks_follow_their_words_through_cleaning(
    cell: str, marks: str, steps: tuple[str, ...]
) -> None:
    assert fitted(cell, marks, *steps) == ([("Ann", "P"), ("Rome", "L")], Counter())


def test_marks_of_another_count_are_found_by_their_words() -> None:
    words, counts = fitted("😀😀 Ann and Ann", '[[5, 8, "P", "Ann"]]')
    assert words == [("Ann", "P")]
    assert counts == {"spans_moved": 1}


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ('[[0, 3, "P"], [1, 2, "L"]]', "overlapping"),
        ('[[0, 3, "P"], [5, 900, "L"]]', "outside"),
        ('[[0, 3, "P"], [3, 4, "L"]]', "blank"),
        ('[[0, 3, "P"], [0, 4, "L", "Nobody"]]', "lost"),
    ],
)
def test_marks_that_cannot_be_kept_are_counted(marks: str, why: str) -> None:
    assert fitted("Ann lives", marks) == ([("Ann", "P")], Counter({f"spans_{why}": 1}))


def test_blanks_around_marked_words_are_cut_off() -> None:
    assert fitted("Ann lives", '[[0, 4, "P"]]') == ([("Ann", "P")], Counter())


def test_cell_that_lists_no_marks_makes_a_row_without_a_target() -> None:
    counts: Counter[str] = Counter()
    assert KIND.fitted(["PERSON", "", "[]"], ["a", "b", "c"], ["a", "b", "c"], counts) == [
        "",
        "",
        "[]",
    ]
    assert counts == {"spans_unread": 1}
