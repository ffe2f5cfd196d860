"""What the box for sorting draws: rows and counts as values, sentences in the person's language."""

from dataclasses import replace
from typing import Any

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.view import (
    ClassCount,
    CurvePoint,
    LabellingView,
    LabelModel,
    LabelRow,
)
from bigmodel.core.language import LANGUAGES
from bigmodel.core.message import Message
from bigmodel.words import load_words
from pages.shared.label.sort_view import LAST_CHARACTERS, state, texts

WORDS = load_words()
BROKEN = DatasetError("reader_broken").message
CURVE = (CurvePoint(10, 0.5, 0.4, 0.6), CurvePoint(20, 0.7, 0.6, 0.8))
VIEW = LabellingView(
    dataset_id="d1",
    name="reviews",
    medium="text",
    classes=(ClassCount("good", 3, 3), ClassCount("bad", 2, 1)),
    rows=(LabelRow("r1", "warm soup", guess=("good", 0.876)), LabelRow("r2", "cold soup")),
    last=(LabelRow("r0", "stale bread", label="bad"),),
    total=20,
    done=5,
    skipped=0,
    labelled=0,
    can_undo=True,
    missing=(("good", 7), ("bad", 8)),
    is_enough=False,
    model=LabelModel("none"),
)


def say(key: str, /, **args: Any) -> str:
    return WORDS.say("en", Message(key, args))


def tell(message: Message) -> str:
    return WORDS.say("en", message)


def box(*, shows_guess: bool = False, **changes: Any) -> dict[str, Any]:
    return state(replace(VIEW, **changes), say, tell, shows_guess=shows_guess)


def model(**more: Any) -> dict[str, Any]:
    return box(model=LabelModel("ready", **more))


def test_rows_classes_and_counts_are_values() -> None:
    shown = box()
    assert [row["text"] for row in shown["rows"]] == ["warm soup", "cold soup"]
    assert shown["classes"] == [{"name": "good", "count": 3}, {"name": "bad", "count": 2}]
    assert (shown["done"], shown["total"], shown["undo"]) == (5, 20, True)
    assert shown["skipped"] == shown["labelled"] == ""


def test_guess_stands_only_where_it_was_asked_for() -> None:
    assert [row["guess"] for row in box()["rows"]] == ["", ""]
    first, second = (row["guess"] for row in box(shows_guess=True)["rows"])
    assert "good" in first
    assert "88" in first
    assert second == say("pages.sort.no_guess")


def test_row_says_that_it_is_back_and_how_many_are_alike() -> None:
    rows = (LabelRow("r1", "a", alike=3, is_back=True), LabelRow("r2", "b"))
    first, second = (row["note"] for row in box(rows=rows)["rows"])
    assert say("pages.sort.is_back") in first
    assert say("pages.sort.alike", count=2) in first
    assert second == ""


def test_file_has_an_address_instead_of_a_text() -> None:
    rows = (LabelRow("r1", "0a/0abc.png"),)
    shown = box(medium="image", rows=rows, last=rows)
    for row in (*shown["rows"], *shown["last"]):
        assert row["text"] == ""
        assert row["url"].endswith("d1/0a/0abc.png")


@pytest.mark.parametrize("over", [0, 1])
def test_long_text_is_cut_among_the_last(over: int) -> None:
    text = "x" * (LAST_CHARACTERS + over)
    shown = box(last=(LabelRow("r0", text, label="bad"),))["last"][0]["text"]
    assert shown == "x" * LAST_CHARACTERS + "…" * over


def test_missing_labels_are_named_by_class() -> None:
    assert "good 7" in box()["missing"]
    assert box()["missing"] != box(is_enough=True)["missing"]
    assert box(missing=())["missing"] == ""
    assert box(classes=VIEW.classes[:1])["missing"] == say("pages.sort.classes_few", least=10)
    assert "reviews" in box(total=0)["missing"]


def test_model_is_told_as_none_first_ready_or_broken() -> None:
    said = [
        box()["model"],
        box(model=LabelModel("pending"))["model"],
        model(labels=20)["model"],
        model(error=BROKEN)["model"],
    ]
    assert len(set(said)) == 4
    assert "20" in said[2]
    assert box(model=LabelModel("pending"))["pending"]


def test_curve_says_what_more_labels_bring() -> None:
    assert model()["gain"] == ""
    unknown = model(curve=CURVE, held=12, more=20)
    assert unknown["curve"] == [[10, 0.5, 0.4, 0.6], [20, 0.7, 0.6, 0.8]]
    assert "70" in unknown["gain"]
    assert say("pages.sort.gain_unknown", more=20) in unknown["gain"]
    assert (
        say("pages.sort.gain_none", more=20) in model(curve=CURVE, more=20, gain=(0, 0.004))["gain"]
    )


def test_gain_never_goes_beyond_all_right() -> None:
    gain = model(curve=CURVE, more=20, gain=(0.1, 0.9))["gain"]
    assert say("pages.sort.gain", more=20, low="10", high="30") in gain


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_the_box_are_those_of_the_language_and_of_what_is_sorted(language: Any) -> None:
    of_texts, of_pictures = (texts(WORDS, language, medium) for medium in ("text", "image"))
    assert of_texts.keys() == of_pictures.keys()
    assert len(of_texts) > 10
    assert of_texts["draw_help"] != of_pictures["draw_help"]
    assert of_texts["skip"] == of_pictures["skip"]
    for found in (of_texts, of_pictures):
        assert all(text for key, text in found.items() if key != "between")
        assert not any(key.startswith("pages.") for key in found)


def test_marks_of_a_text_are_sent_with_what_is_missing() -> None:
    marked = LabelRow("r1", "warm soup", label='[[5, 9, "dish", "soup"]]')
    shown = box(is_drawn=True, rows=(marked,), last=(marked,), missing=(("dish", 9),))
    assert [tuple(one) for one in shown["rows"][0]["boxes"]] == [(5, 9, "dish")]
    assert "dish" in shown["last"][0]["label"]
    assert shown["model"] == say("pages.sort.model_marked")
    ready = box(is_drawn=True, model=LabelModel("ready", labels=12))
    assert ready["model"] == say("pages.sort.model_marks", labels=12)
    assert "dish 9" in shown["missing"]
