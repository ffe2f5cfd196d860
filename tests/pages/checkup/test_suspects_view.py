"""How doubtful labels are told: one card at a time, with a choice of classes and nothing unescaped."""

import re
from typing import Any

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.gain import LabelGain
from bigmodel.core.labelling.suspects import Decision, Doubts, Suspect
from bigmodel.core.message import Message
from bigmodel.words import load_words
from pages.shared.checkup.suspects_view import MOST_CHOICES, brought, drawn

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
    return re.findall(r'data-act="([\w-]+)"', html)


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


@pytest.mark.parametrize(
    ("low", "high", "key"), [(0.01, 0.2, "better"), (-0.2, -0.01, "worse"), (-0.1, 0.1, "same")]
)
def test_gain_is_said_with_its_interval(low: float, high: float, key: str) -> None:
    gain = LabelGain(0.8, 0.9, low, high, 58)
    html = brought(gain, None, say, tell)
    assert gain.sentence.key == f"suspects.gain_{key}"
    assert tell(gain.sentence) in html
    assert {"58", "80", "90", str(round(100 * low, 1)).removesuffix(".0")} <= set(
        re.findall(r"-?[\d.]*\d", html)
    )
    assert acts(html) == []
    assert LabelGain.from_json(gain.to_json()) == gain


def test_gain_is_measured_only_when_asked_and_can_be_stopped() -> None:
    assert acts(brought(None, None, say, tell)) == ["gain"]
    html = brought(None, 0.4, say, tell)
    assert acts(html) == ["gain-stop"]
    assert "40" in html
    failed = LabelGain(error=Message("checkup.stopped"))
    assert acts(brought(failed, None, say, tell)) == ["gain"]
