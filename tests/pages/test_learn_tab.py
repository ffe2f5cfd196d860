"""The Learn tab without a browser: every term stands there, in both languages, with the field's term."""

import importlib
import pkgutil
import re
from functools import partial
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel import answers
from bigmodel.core.answer import AnswerType
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.learn import LearnTab
from pages.shared.widgets.terms import TERMS, drawn
from tests.pages.one_tab import one_tab


@pytest.mark.parametrize(
    ("language", "field"), [("en", "confusion matrix"), ("zh", "混淆矩阵（confusion matrix）")]
)
def test_every_term_has_a_sentence(settings: Settings, language: str, field: str) -> None:
    services: Any = SimpleNamespace(settings=settings, words=load_words())
    scope = {"type": "http", "headers": [(b"accept-language", language.encode())]}
    shown = one_tab(LearnTab, services).show(gr.Request(request=Request(scope)))
    names = [name for group in TERMS.values() for name in group]
    assert len(set(names)) == len(names) >= 45
    assert all(f'id="term-{name}"' in shown for name in names)
    assert field in shown
    say = partial(services.words.text, language)
    strips = "".join(drawn(group, say) for group in TERMS)
    assert strips.count("<details") == strips.count("<summary>") == len(names)
    assert f"<summary>{field}</summary>" in strips


@pytest.mark.parametrize(("language", "away"), [("en", "lead away"), ("zh", "越走越远")])
def test_examples_are_computed_and_follow_the_rate(
    settings: Settings, language: str, away: str
) -> None:
    services: Any = SimpleNamespace(settings=settings, words=load_words())
    scope = {"type": "http", "headers": [(b"accept-language", language.encode())]}
    request = gr.Request(request=Request(scope))
    tab = one_tab(LearnTab, services)
    first, last = tab.show_examples(request)
    assert all(number in first for number in ("2.120", "4.241"))
    slopes = re.findall(r'<td class="bm-number">(−?\d\.\d{3})</td>', last)
    assert slopes[::2] == slopes[1::2] != []  # by the rule, and as a nudge measures it
    steps = tab.walk(0.1, request)
    assert all(number in steps for number in ("θ = 1.800", "θ = 1.900", "m = 0.200", "v = 0.004"))
    assert away not in steps
    assert away in tab.walk(5, request)


def test_every_answer_names_terms_that_are_explained() -> None:
    assert {name: set(kind.terms) - set(TERMS["results"]) for name, kind in kinds().items()} == {
        name: set() for name in kinds()
    }
    assert all(kind.terms for kind in kinds().values())


def kinds() -> dict[str, AnswerType]:
    modules = [each.name for each in pkgutil.iter_modules(answers.__path__)]
    held = [importlib.import_module(f"bigmodel.answers.{name}") for name in modules]
    return {each.ANSWER.name: each.ANSWER for each in held if hasattr(each, "ANSWER")}
