"""Cleaning: each step does what its name says, and hostile texts take no longer than others."""

import time

import pytest

from bigmodel.data.cleaning import STEPS, clean_text, clean_texts, in_order


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (
            "html",
            "<p>fish &amp; <b>chips</b></p><script>steal()</script> 3 < 4",
            "fish &  chips    3 < 4",
        ),
        ("encoding", "cafÃ© â€“ good", "café – good"),
        ("unicode", "\uff21\uff22\uff11\uff12，好\u200b\x07\u3000c", "AB12，好 c"),
        ("links", "see https://example.org/a?b=1，好 www.x.de ok", "see  ，好   ok"),
        ("mentions", "@anna: thanks, mail a@b.de", "thanks, mail a@b.de"),
        ("simplified", "漢字轉換", "汉字转换"),
        ("traditional", "汉字转换", "漢字轉換"),
        ("remove:[ad]", "good [AD] tea", "good   tea"),
        ("mask", "call 13812345678 or a@b.org", "call [PHONE] or [EMAIL]"),
        ("repeats", "good!!!!!   tea……。。。。", "good! tea……。"),
        (
            "spell:recieve=receive,teh=the",
            "Recieve TEH mail, recieves",
            "Receive THE mail, recieves",
        ),
        ("cut:20", "One two. Three four. Five six seven.", "One two. Three four."),
        ("fill:0=none", "  ", "none"),
        ("fill:0=none", "NaN", "none"),
    ],
)
def test_step_changes_what_it_is_for(step: str, before: str, after: str) -> None:
    assert clean_text(before, (step,)) == after


def test_plain_text_stays_as_it_is() -> None:
    text = "A plain sentence, with 3 < 4 and “quotes”; 这也是一句话。"
    assert clean_text(text, ("encoding", "html", "unicode", "links", "mentions", "repeats")) == text


def test_steps_run_in_their_own_order() -> None:
    assert in_order(("repeats", "html", "html")) == ("html", "repeats")
    assert clean_texts(["<b>a</b>   b"], ("repeats", "html")) == ["a b"]


def test_filling_is_of_one_column() -> None:
    assert clean_texts(["", "a"], ("fill:1=none",)) == ["", "a"]
    assert clean_texts(["", "a"], ("fill:1=none",), 1) == ["none", "a"]


def test_unknown_step_is_refused() -> None:
    with pytest.raises((KeyError, ValueError)):
        in_order(("grammar",))


@pytest.mark.parametrize(
    "piece", ["<script>", "<", "&", "@", "!", "((", "1 ", "a@a.", "<!--", "1:", "..", "http://"]
)
def test_hostile_text_takes_no_long_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    steps = [
        step for step in STEPS if step not in ("simplified", "traditional", "remove", "cut", "fill")
    ]
    started = time.process_time()
    for step in steps:
        clean_text(text, (step,))
    assert time.process_time() - started < 10
