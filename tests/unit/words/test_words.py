"""The words: complete in every language, and every key that the code names exists."""

import re
import string
from pathlib import Path

import pytest

from bigmodel.core.language import LANGUAGES
from bigmodel.core.message import Message
from bigmodel.core.metric import metric
from bigmodel.words import Words, load_words

ROOT = Path(__file__).parents[3]
SOURCES = [*(ROOT / "bigmodel").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
STATIC = re.compile(r"\b(?:t|say|text|Message|note)\(\s*(?:\w+,\s*)?\"([a-z_]+(?:\.[a-z0-9_]+)+)\"")
ERRORS = re.compile(r"\b\w+Error\(\s*\"([a-z0-9_]+)\"")


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words()


def arguments(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_languages_have_the_same_keys(words: Words) -> None:
    first, *others = (set(words.texts[language]) for language in LANGUAGES)
    for other in others:
        assert first ^ other == set()


def test_languages_name_the_same_arguments(words: Words) -> None:
    english, chinese = words.texts["en"], words.texts["zh"]
    differing = {
        key: (arguments(text), arguments(chinese[key]))
        for key, text in english.items()
        if key in chinese and arguments(text) != arguments(chinese[key])
    }
    assert differing == {}


def test_chinese_is_written_in_chinese(words: Words) -> None:
    untranslated = {
        key
        for key, text in words.texts["zh"].items()
        if text == words.texts["en"][key] and re.search(r"[a-z]{4,} [a-z]{3,} [a-z]{3,}", text)
    }
    assert untranslated == set()


def test_people_are_spoken_to_in_one_form(words: Words) -> None:
    assert [key for key, text in words.texts["zh"].items() if "您" in text] == []


def test_every_key_named_in_code_exists(words: Words) -> None:
    missing = {
        (path.name, key)
        for path in SOURCES
        for key in STATIC.findall(path.read_text("utf-8"))
        if not any(words.has(name) for name in (key, f"{key}.problem", f"cli.{key}"))
    }
    assert missing == set()


def test_every_error_has_problem_and_fix(words: Words) -> None:
    missing = {
        (path.name, key)
        for path in SOURCES
        for key in ERRORS.findall(path.read_text("utf-8"))
        if not (words.has(f"errors.{key}.problem") and words.has(f"errors.{key}.fix"))
    }
    assert missing == set()


def test_message_survives_a_change_of_language(words: Words) -> None:
    stored = Message("errors.task_unknown", {"task": "x", "known": "y"}, "error").to_json()
    said = {words.say(language, Message.from_json(stored)) for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)


def test_numbers_in_sentences_are_grouped() -> None:
    words = Words({"en": {"a": "{rows} rows"}, "zh": {}})
    assert words.say("en", Message("a", {"rows": 12345})) == "12,345 rows"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{n} rows are left out", "1 row is left out"),
        ("drew {n} new boxes", "drew 1 new box"),
        ("{n} people, {two} classes", "1 person, 2 classes"),
        ("{n} of {two} rows", "1 of 2 rows"),
        ("{n} stands in line, {name} marks", "1 stands in line, 1 marks"),
        ("Copies made: {n} copies", "Copies made: 1 copy"),
    ],
)
def test_one_is_said_in_the_singular(template: str, said: str) -> None:
    """A name that is a figure counts nothing."""
    texts = {language: {"a.b": template} for language in LANGUAGES}
    message = Message("a.b", {"n": 1, "two": 2, "name": "1"})
    assert Words(texts).say("en", message) == said
    assert Words(texts).say("zh", message) == template.format(n=1, two=2, name="1")


def test_key_in_two_files_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "length" / "words"
    place.mkdir(parents=True)
    for language in LANGUAGES:
        (place / f"{language}.toml").write_text('name = "Length"', "utf-8")
    assert load_words([tmp_path]).has("tasks.length.name")
    with pytest.raises(ValueError, match=r"repeats \['tasks.length.name'\]"):
        load_words([tmp_path, tmp_path])


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("frechet_distance", ("Fréchet distance", "弗雷歇距离")),
        ("macro_f1", ("macro-F1", "macro-F1")),
    ],
)
def test_a_measure_that_a_sentence_names_is_said_in_the_language(
    name: str, texts: tuple[str, str], words: Words
) -> None:
    about = Message("jobs.notes.instant_kept_unmeasured", {"metric": metric(name).called})
    for language, text in zip(("en", "zh"), texts, strict=True):
        said = words.say(language, about)
        assert text in said
        assert "measures." not in said
