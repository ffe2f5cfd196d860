"""Columns of a further file find those of a dataset, however they are written."""

import pytest

from bigmodel.core.dataset import Recipe
from bigmodel.core.errors import DatasetError
from bigmodel.data.added import match

RECIPE = Recipe("Review Text", "label")
WIDE = "\uff2cabel"  # a wide L, as Chinese keyboards give


def test_columns_match_in_any_order_case_and_width() -> None:
    found = match(("Review Text", "label", "n"), (WIDE, "n", "reviewtext "), RECIPE)
    assert found == {"Review Text": "reviewtext ", "label": WIDE, "n": "n"}


def test_exact_names_win_over_similar_ones() -> None:
    found = match(("Review Text",), ("review text", "Review Text"), RECIPE)
    assert found == {"Review Text": "Review Text"}


def test_column_is_used_for_one_only() -> None:
    found = match(("Review Text", "a", "A"), ("Review Text", "a"), RECIPE)
    assert found == {"Review Text": "Review Text", "a": "a"}


def test_one_column_holds_the_texts() -> None:
    assert match(("Review Text", "label"), ("whatever",), RECIPE) == {"Review Text": "whatever"}


def test_file_without_the_texts_is_refused() -> None:
    with pytest.raises(DatasetError, match="added_columns"):
        match(("Review Text", "label"), ("label", "text"), RECIPE)
