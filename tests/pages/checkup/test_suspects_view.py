"""How doubtful labels are told: one card at a time, with a choice of classes and nothing unescaped."""

import re
from typing import Any

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.suspects import Decision, Doubts, Suspect
from bigmodel.core.message import Message
from bigmodel.words import load_words
from pages.shared.checkup.suspects_view import MOST_CHOICES, drawn

WORDS = load_words()
BROKEN = DatasetError("reader_broken").message
BAD = "<img src=x>"
LABELS = ("food", "music", "sea")


def say(key: str, /, **args: Any) -> str:
    return WORDS.say("en", Message(key, args))


def tell(message: Message) -> str:
    return WORDS.say("en", message)


def suspect(row: str, shown: str = "warm soup", **more: Any) -> Suspect:
    known: dict[str, Any] = {"file": "", "label": "sea", "guess": "food", "share": 0.91}
    return Suspect(row, shown, own_share=0.05, **{**known, **more})


def doubts(*suspects: Suspect, **more: Any) -> Doubts:
    return Doubts(suspects, sure=len(suspects), rows=60, labels=LABELS, **more)


def card(found: Doubts | None, share: float | None = None, passed: int = 0) -> str:
    return drawn(found, share, "d1", passed, say, tell)


def acts(html: str) -> list[str]:
    return re.findall(r'data-act="(\w+)"', html)


def rows(html: str) -> list[str]:
    return re.findall(r'bm-suspect" data-row="(\w+)"', html)


def test_search_is_offered_followed_and_stopped() -> None:
    assert acts(card(None)) == ["start"]
    html = card(None, 0.256)
    assert 'value="26"' in html
    assert acts(html) == ["stop"]


def test_search_that_failed_says_why_and_may_begin_again() -> None:
    html = card(Doubts(error=BROKEN))
    assert tell(BROKEN) in html
    assert acts(html) == ["start"]


def test_one_card_shows_label_guess_and_other_classes() -> None:
    html = card(doubts(suspect("r1"), suspect("r2")))
    assert rows(html) == ["r1"]
    assert "91" in html
    assert re.findall(r'<option value="(\w+)"', html) == ["music"]
    assert acts(html) == ["change", "keep", "remove", "next", "change"]


def test_two_classes_leave_no_other_to_choose() -> None:
    html = card(Doubts((suspect("r1"),), labels=("food", "sea")))
    assert "<select" not in html


def test_many_classes_are_not_all_offered() -> None:
    labels = tuple(f"class {n}" for n in range(50))
    assert card(Doubts((suspect("r1"),), labels=labels)).count("<option") == MOST_CHOICES


@pytest.mark.parametrize(("passed", "row"), [(0, "r1"), (1, "r3"), (2, "r1"), (5, "r3")])
def test_next_goes_round_those_that_are_open(passed: int, row: str) -> None:
    found = doubts(*map(suspect, ("r1", "r2", "r3")), decisions={"r2": Decision.KEEP})
    assert rows(card(found, passed=passed)) == [row]


def test_only_changes_make_a_version() -> None:
    kept = doubts(suspect("r1"), decisions={"r1": Decision.KEEP})
    assert acts(card(kept)) == []
    changed = doubts(*map(suspect, ("r1", "r2")), decisions={"r1": "food", "r2": Decision.REMOVE})
    html = card(changed)
    assert acts(html) == ["apply"]
    assert say("suspects.all_decided") in html
    assert "2" in html


def test_files_are_seen_and_heard() -> None:
    assert "<img" in card(doubts(suspect("r1", "a.png", file="0/a.png")))
    assert "<audio" in card(doubts(suspect("r1", "a.wav", file="0/a.flac")))


def test_nothing_of_a_person_is_markup() -> None:
    hostile = suspect("r1", BAD, label=BAD, guess=BAD)
    html = card(Doubts((hostile,), rows=9, labels=(BAD, f"{BAD} too", '"><b>')))
    assert BAD not in html
    assert "<b>" not in html
