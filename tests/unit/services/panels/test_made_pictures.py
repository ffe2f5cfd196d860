"""A made picture is drawn with what was done to it, and an evaluated one between the plain picture and the truth."""

from functools import partial

import pytest

from bigmodel.answers.picture import ANSWER, Enhanced
from bigmodel.services import panels
from bigmodel.words import load_words

SAY = partial(load_words().text, "en")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Enhanced((80, 60), 2), "2 times as large"),
        (Enhanced((80, 60), 1), "cleaned"),
        (Enhanced((80, 60), 2, "plain"), "no model was at work"),
        (Enhanced((80, 60), 2, "left"), "noisier"),
        (Enhanced((80, 60), 1, "left"), "stays as it was given"),
        (Enhanced((80, 60), 2, is_reduced=True), "made smaller before"),
        (Enhanced((80, 60), 2, done=(1, 3)), "1 of 3 parts"),
    ],
)
def test_an_answer_says_what_was_done(answer: Enhanced, told: str) -> None:
    shown = panels.html(ANSWER.view(answer), SAY)
    assert 'data-testid="answer">80 × 60<' in shown
    assert told in shown


def test_an_evaluated_picture_stands_between_plain_and_truth() -> None:
    answer = Enhanced((80, 60), 2, measures=(31.5, 0.91, 30.0, 0.9), strip=b"jpeg")
    drawn = panels.html(ANSWER.mark("<a>.png", "", answer), SAY)
    assert "31.50 dB (+1.50)" in drawn
    assert "bicubic), PSNR 30.00 dB" in drawn
    assert "<a>" not in drawn
