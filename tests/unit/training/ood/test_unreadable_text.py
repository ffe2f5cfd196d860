"""Unreadable texts are told apart from readable ones, by what the training rows look like."""

import pytest

from bigmodel.training.ood.unreadable_text import (
    BROKEN,
    LETTERLESS,
    LETTERS,
    UNKNOWN,
    fit_script_stats,
    is_broken,
    why_unreadable,
)

ENGLISH = fit_script_stats(["the soup was cold", "a kind waiter, 5 stars"] * 20)
CHINESE = fit_script_stats(["今天的菜太咸了", "服务员很热情，下次再来"] * 20)


@pytest.mark.parametrize(
    "text",
    [
        "锟斤拷锟斤拷",
        "\ufffd\ufffd came",
        "CafÃ© trÃ¨s",
        "你好世界".encode().decode("latin-1"),
        "服务态度很差".encode().decode("gb18030"),
        "你好世界".encode("gb18030").decode("cp1252"),
        "烫烫烫烫",
        "\x00\x01\x02ab",
    ],
)
def test_broken_characters_are_named(text: str) -> None:
    assert why_unreadable(text, CHINESE, is_unknown=False) == BROKEN


@pytest.mark.parametrize(
    "text",
    [
        "Él está aquí, señor – größe über naïve Œuvre",
        "ÇA VA ÊTRE TRÈS BIEN",
        "Đặng Thị Ngọc ăn phở",
        "很好吃,送餐的很冷",
        "联通",  # whose GBK bytes are valid UTF-8
        "Привет, как дела?",
        "price: £5 “quoted” …",
        "",
    ],
)
def test_whole_characters_are_not_broken(text: str) -> None:
    assert not is_broken(text)


@pytest.mark.parametrize("text", ["...", "12 345", "👍👍", "？！", " "])
def test_text_without_letters_is_named(text: str) -> None:
    assert why_unreadable(text, ENGLISH, is_unknown=True) == LETTERLESS
    odd = fit_script_stats(["👍", "12", "good"])
    assert why_unreadable(text, odd, is_unknown=True) == ""


def test_letters_never_seen_are_named() -> None:
    assert why_unreadable("今天的菜太咸了", ENGLISH, is_unknown=False) == LETTERS
    assert why_unreadable("the soup was cold", CHINESE, is_unknown=False) == LETTERS
    assert why_unreadable("soup 汤", ENGLISH, is_unknown=False) == ""


def test_model_with_letters_of_its_own_may_read_others() -> None:
    for is_unknown, why in ((False, ""), (True, LETTERS)):
        said = why_unreadable("Привет", ENGLISH, is_unknown=is_unknown, is_own=False)
        assert said == why


def test_unknown_pieces_come_last() -> None:
    assert why_unreadable("asdkjh qwpoei", ENGLISH, is_unknown=True) == UNKNOWN
    assert why_unreadable("the rice was warm", ENGLISH, is_unknown=False) == ""


def test_broken_training_rows_make_it_usual() -> None:
    script_stats = fit_script_stats(["CafÃ© trÃ¨s", "the soup was cold"])
    assert why_unreadable("CafÃ© trÃ¨s", script_stats, is_unknown=False) == ""
