"""How a check-up is told: where it stands, each finding with its harm and button, everything escaped."""

import re
from typing import Any

import pytest

from bigmodel.core.datasets.checkup import (
    Checkup,
    Example,
    Finding,
    Repair,
    RepairPreview,
    Report,
)
from bigmodel.core.errors import DatasetError
from bigmodel.core.language import LANGUAGES
from bigmodel.core.message import Message
from bigmodel.words import load_words
from pages.shared.checkup.checkup_view import FIRST, HIGH, MIDDLE, before_after, drawn

WORDS = load_words()
BROKEN = DatasetError("reader_broken").message
BAD = "<img src=x>"
DATASET = "d1"


def say(key: str, /, **args: Any) -> str:
    return WORDS.say("en", Message(key, args))


def tell(message: Message) -> str:
    return WORDS.say("en", message)


def card(found: Checkup, preview: RepairPreview | None = None) -> str:
    return drawn(found, DATASET, say, tell, preview)


def doubled(harm: int = 50, **more: Any) -> Finding:
    return Finding("duplicates", harm, 2, repair=Repair.DROP, rows=(1, 2), **more)


def acts(html: str) -> list[str]:
    return re.findall(r'data-act="(\w+)"', html)


def test_running_one_says_how_far_and_can_be_stopped() -> None:
    html = card(Checkup(share=0.4))
    assert "40" in html
    assert acts(html) == ["stop"]


def test_share_that_is_not_known_says_no_number() -> None:
    assert 'value="0"' in card(Checkup())
    assert "0 %" not in card(Checkup())


def test_failed_one_says_why_and_can_begin_again() -> None:
    html = card(Checkup(error=BROKEN))
    assert tell(BROKEN) in html
    assert acts(html) == ["start"]


def test_clean_data_are_said_to_be_clean() -> None:
    html = card(Checkup(Report((), rows=7, kinds=9)))
    assert 'data-testid="checkup-clean"' in html
    assert {"7", "9"} <= set(re.findall(r"\d+", html))


@pytest.mark.parametrize("undo", ["", "duplicates"])
def test_repair_that_was_made_can_be_undone(undo: str) -> None:
    for found in (Checkup(Report(), undo=undo), Checkup(share=0.1, undo=undo)):
        assert ("undo" in acts(card(found))) == bool(undo)


@pytest.mark.parametrize(
    ("harm", "level"),
    [(100, "high"), (HIGH, "high"), (HIGH - 1, "middle"), (MIDDLE, "middle"), (MIDDLE - 1, "low")],
)
def test_harm_has_three_levels(harm: int, level: str) -> None:
    html = card(Checkup(Report((doubled(harm),), rows=4, kinds=9)))
    assert f"is-{level}" in html
    assert say(f"checkup.harm_{level}") in html


def test_finding_without_repair_has_no_button() -> None:
    found = Finding("empty", 50, 1)
    assert acts(card(Checkup(Report((found,), rows=4, kinds=9)))) == ["start"]


def test_findings_beyond_the_first_are_folded() -> None:
    few, many = ((doubled(),) * count for count in (FIRST, FIRST + 1))
    assert "<details" not in card(Checkup(Report(few)))
    html = card(Checkup(Report(many)))
    assert html.count("<details>") == 1
    assert html.split("<details>")[0].count("bm-finding") == FIRST


def test_folded_part_is_open_while_it_holds_the_preview() -> None:
    late = Finding("empty", 10, 1, repair=Repair.DROP)
    findings = (*(doubled(),) * FIRST, late)
    html = card(Checkup(Report(findings)), RepairPreview(late, 3, 1))
    assert "<details open>" in html
    html = card(Checkup(Report(findings)), RepairPreview(findings[0], 3, 1))
    assert "<details>" in html


def test_preview_takes_the_place_of_the_button() -> None:
    found = doubled()
    html = card(Checkup(Report((found,))), RepairPreview(found, 3, 1, (("a", "b"),)))
    assert acts(html) == ["repair", "close", "start"]
    assert "<td>a</td><td>b</td>" in html


def test_row_that_goes_is_said_to_go() -> None:
    assert say("checkup.gone") in before_after([("a", "")], say)
    assert before_after([], say) == ""


def test_examples_are_texts_pictures_and_recordings() -> None:
    examples = (
        Example("a text", note="its note"),
        Example("a.png", file="0/a.png"),
        Example("b.wav", file="0/b.flac"),
    )
    html = card(Checkup(Report((doubled(examples=examples),))))
    assert "→ its note" in html
    assert html.count("<img") == html.count("<audio") == 1


def test_nothing_of_a_person_is_markup() -> None:
    found = doubled(examples=(Example(BAD, note=BAD), Example(BAD, file='"><img src=x>.png')))
    html = card(Checkup(Report((found,))), RepairPreview(found, 3, 1, ((BAD, BAD),)))
    assert BAD not in html
    assert html.count("&lt;img src=x&gt;") == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_repair_has_a_preview_in_each_language(language: Any) -> None:
    for repair in filter(None, Repair):
        assert WORDS.say(language, Message(f"checkup.preview_{repair}", {"changed": 2, "rows": 3}))
