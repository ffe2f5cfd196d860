"""Columns of a further file find those of a dataset, however they are written."""

from bigmodel.data.versions.append import match

WIDE = "\uff2cabel"  # a wide L, as Chinese keyboards give


def test_columns_match_in_any_order_case_and_width() -> None:
    found = match(("Review Text", "label", "n"), (WIDE, "n", "reviewtext "))
    assert found == {"Review Text": "reviewtext ", "label": WIDE, "n": "n"}


def test_exact_names_win_over_similar_ones() -> None:
    found = match(("Review Text",), ("review text", "Review Text"))
    assert found == {"Review Text": "Review Text"}


def test_column_is_used_for_one_only() -> None:
    found = match(("Review Text", "a", "A"), ("Review Text", "a"))
    assert found == {"Review Text": "Review Text", "a": "a"}


def test_names_that_do_not_fit_match_nothing() -> None:
    assert match(("Review Text", "label"), ("text", "label")) == {"label": "label"}
