"""Stars are read however people write them, and nothing else is taken for stars."""

import pytest

from bigmodel.core.labelling.class_names import ClassNames
from bigmodel.data.versions.stars import sorted_into, stars_of

SCALES = [
    ["1", "2", "3", "4", "5"],
    ["1.0", "3.0", "5.0"],
    ["1 star", "2 stars", "5-star"],
    ["1星", "3 星", "5颗星"],
    ["一星", "三星", "五星级"],
    ["1/5", "2 / 5", "4 out of 5"],
    ["★☆☆☆☆", "★★★", "⭐⭐⭐⭐⭐"],
    ["1分", "6分", "10 分"],
]
OTHERS = [
    ["0", "1"],
    ["good", "bad", "3"],
    ["2019", "2020", "2021"],
    ["10", "11", "12"],
    ["1.5", "2.5", "3"],
    ["1/5", "2/10", "3/5"],
    ["4", "5", "6"],
    [],
]


@pytest.mark.parametrize("labels", SCALES)
def test_scale_is_read_in_order(labels: list[str]) -> None:
    stars = stars_of(labels)
    assert list(stars) == labels
    assert list(stars.values()) == sorted(stars.values())
    assert min(stars.values()) == 1


@pytest.mark.parametrize("labels", OTHERS)
def test_other_labels_are_no_stars(labels: list[str]) -> None:
    assert stars_of(labels) == {}


@pytest.mark.parametrize(("most", "borders"), [(5, (2, 4)), (10, (4, 7)), (3, (1, 3)), (4, (1, 4))])
def test_borders_lie_around_the_middle(most: int, borders: tuple[int, int]) -> None:
    assert ClassNames((), {"top": most}).usual_borders == borders


def test_stars_are_sorted_by_the_borders() -> None:
    stars = {"一星": 1, "三星": 3, "五星": 5}
    found = sorted_into(stars, ("bad", "middling", "good"), low_to=2, high_from=4)
    assert found == {"一星": "bad", "三星": "middling", "五星": "good"}
