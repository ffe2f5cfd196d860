"""What a page says of a failure and of a curve: escaped, complete, with the right button."""

from types import SimpleNamespace
from typing import Any

from bigmodel.core.message import Message
from bigmodel.services.jobs.diagnosis import Diagnosis, Fix
from bigmodel.services.jobs.insights import Advice, Apply
from bigmodel.words import load_words
from pages.shared.jobs.diagnosis_view import DoctorView
from pages.shared.jobs.insights_view import CoachView
from tests.pages.one_tab import one_tab
from tests.pages.train.test_train_tab import request

WORDS = load_words()
FOUND = Diagnosis(
    cause="broken_item",
    what=Message("errors.items_broken", {"count": 1, "names": "<b>.png", "rows": "x"}, "error"),
    why=Message("doctor.why.broken_item"),
    safe=Message("doctor.safe_with_model"),
    remedy=Fix(Message("doctor.button.leave_out", {"count": 1}), "leave_out"),
    report="task <i>",
)


def view(make: Any, **services: Any) -> Any:  # Any: either view
    given = SimpleNamespace(words=WORDS, settings=SimpleNamespace(language=None), **services)
    return one_tab(lambda ctx, _: make(ctx), given)


def test_failure_is_shown_whole_and_escaped() -> None:
    doctor = SimpleNamespace(diagnose=lambda *_: FOUND)
    made = view(DoctorView, diagnosis=doctor)
    shown = made.shown("job", request("zh-CN"))
    card, button = shown[made.html]["value"], shown[made.button]
    assert "&lt;b&gt;.png" in card
    assert "task &lt;i&gt;" in card
    assert "都还在" in card
    assert 'data-cause="broken_item"' in card
    assert (button["visible"], button["value"]) == (True, "去掉 1 个文件后重新运行")


def test_healthy_job_shows_nothing() -> None:
    made = view(DoctorView, diagnosis=SimpleNamespace(diagnose=lambda *_: None))
    shown = made.shown("job", request())
    assert not shown[made.html]["visible"]
    assert not shown[made.button]["visible"]


def test_coach_has_a_button_only_where_something_can_be_done() -> None:
    said = [
        Advice("steady", Message("coach.under_trained")),
        Advice("flat", Message("coach.flat"), Apply(Message("coach.apply_patience"))),
    ]
    made = view(lambda ctx: CoachView(ctx, "x"), insights=SimpleNamespace(advice=lambda *_: said))
    shown = made.shown("job", request())
    first, second = (shown[button] for button in made.buttons)
    assert shown[made.rules[0]] == "flat"
    assert first["visible"]
    assert not second["visible"]
    assert shown[made.html]["value"].count("<p data-rule") == 2
