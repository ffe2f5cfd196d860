"""Numbers are read as people write them, and what a file leaves open is named."""

import pytest

from bigmodel.data.tables.number import as_number, find_format


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.5", 3.5),
        ("3,5", 3.5),
        ("1e3", 1000),
        ("9,000", 9000),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1 234,5", 1234.5),
        ("1'000.50", 1000.5),
        ("12,34,567", 1234567),
        ("$1,234.50", 1234.5),
        ("\uffe5\uff11\uff12.50", 12.5),
        ("12元", 12),
        ("85%", 85),
        ("(5.00)", -5),
        ("1.234,50-", -1234.5),
        ("\u22125", -5),
        ("0,125", 0.125),
        ("\u0661\u0662\u066b\u0665", 12.5),
        ("12.5 kg", 12.5),
        ("~20\u00b0C", 20),
        ("'100", 100),
    ],
)
def test_number_is_read_as_people_write_it(text: str, number: float) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize(
    "text", ["2026-01-01", "1.2.3", "1,2,3", "abc", "", "12 345 67", "1/2", "30-min"]
)
def test_what_is_no_number_stays_a_text(text: str) -> None:
    assert as_number(text) is None


def test_other_values_of_the_column_decide() -> None:
    assert find_format(["625", "9,000", "9,5"]).number("9,000") == 9.0
    assert find_format(["625", "9,000", "9.5"]).number("9,000") == 9000.0
    assert find_format(["1.250", "0,5"]).number("1.250") == 1250.0


def test_open_value_is_named() -> None:
    assert find_format(["625", "9,000"]).open_value == "9,000"
    assert find_format(["625", "9,000"], delimiter=";").number("9,000") == 9.0
    assert find_format(["1.5", "2.125"]).open_value == ""


@pytest.mark.parametrize("text", ["4 / 5", "4/5", "4.0 out of 5 stars"])
def test_a_score_out_of_one_highest_is_a_number(text: str) -> None:
    assert find_format([text, "0 / 5"]).number(text) == 4
    assert find_format([text, "3/12"]).number(text) is None


def test_number_is_kept_as_programs_write_it() -> None:
    found = find_format(["$1,234.50", "$1,000.00"])
    assert [found.plain(text) for text in ("$1,234.50", "$1,000.00", "7", "soon")] == [
        "1234.5", "1000", "7", "soon",
    ]  # fmt: skip
