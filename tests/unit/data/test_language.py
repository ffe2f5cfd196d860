"""The language of texts, so that a base model of another one is not offered."""

import pytest

from bigmodel.data.language import language_of

TEXTS = {
    "en": ["The battery of this phone is bad", "I like it, and you will not regret it"],
    "zh": ["这家店很好吃", "今天天气真好"],
    "other": ["Das Essen ist nicht gut und der Kellner war unfreundlich"],
}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_sentences_tell_their_language(language: str) -> None:
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "null eins zwei drei vier fünf", "un deux trois quatre cinq", "один два три четыре",
        "いち に さん 今日は天気がいい", "하나 둘 셋 넷", "uno dos tres cuatro cinco",
    ],
)  # fmt: skip
def test_small_vocabularies_of_other_languages_are_no_english(text: str) -> None:
    assert language_of(text.split()) == "other"


@pytest.mark.parametrize("text", ["", "12 34 !", "red green blue"])
def test_nothing_is_guessed_from_too_little(text: str) -> None:
    assert not language_of([text])


def test_english_digits_are_english() -> None:
    assert language_of(["zero", "one", "two", "three", "four"]) == "en"
