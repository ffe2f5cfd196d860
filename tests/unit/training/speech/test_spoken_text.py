"""Texts in the manner of a person's transcripts: numbers as words, one Chinese script."""

import pytest

from bigmodel.training.speech.spoken_text import (
    Manner,
    chinese_number,
    one_script,
    writes_no_digits,
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("15 or 20 years", "fifteen or twenty years"),
        ("in 1862", "in eighteen sixty two"),
        ("in 1905 and 1900", "in nineteen oh five and nineteen hundred"),
        ("$1,500", "one thousand five hundred dollars"),
        ("3.5%", "three point five percent"),
        ("21st, 12th, 30th", "twenty first, twelfth, thirtieth"),
        ("007", "zero zero seven"),
        ("1234567", "one million two hundred thirty four thousand five hundred sixty seven"),
    ],
)
def test_english_numbers_become_words(written: str, said: str) -> None:
    assert Manner("keep", "en", numbers=True).write(written) == said
    assert Manner("keep", "en").write(written) == written
    assert Manner("keep", "de", numbers=True).write(written) == written


@pytest.mark.parametrize(
    ("digits", "said"),
    [("0", "零"), ("15", "十五"), ("105", "一百零五"), ("1005", "一千零五"), ("10086", "一万零八十六"),
     ("3.14", "三点一四"), ("110", "一百一十"), ("100000000", "一亿")],
)  # fmt: skip
def test_chinese_numbers_become_characters(digits: str, said: str) -> None:
    assert chinese_number(digits) == said
    assert Manner("keep", "zh", numbers=True).write(f"共{digits}人") == f"共{said}人"


def test_chinese_is_written_in_the_script_of_the_transcripts() -> None:
    assert Manner(letters=one_script(["收买这个国家"])).write("收買這個國家") == "收买这个国家"
    assert Manner(letters=one_script(["收買這個國家"])).write("国家") == "國家"
    assert one_script(["hello", "人"]) == {}


def test_digits_in_any_transcript_keep_digits() -> None:
    assert writes_no_digits(["one", "二"])
    assert not writes_no_digits(["one", "2"])
