"""The Learn tab without a browser: every term stands there, in both languages, with the field's term."""

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.learn import TERMS, LearnTab
from tests.pages.one_tab import one_tab


@pytest.mark.parametrize(
    ("language", "field"), [("en", "confusion matrix"), ("zh", "混淆矩阵（confusion matrix）")]
)
def test_every_term_has_a_sentence(settings: Settings, language: str, field: str) -> None:
    services: Any = SimpleNamespace(settings=settings, words=load_words())
    scope = {"type": "http", "headers": [(b"accept-language", language.encode())]}
    shown = one_tab(LearnTab, services).show(gr.Request(request=Request(scope)))
    names = [name for group in TERMS.values() for name in group]
    assert len(set(names)) == len(names) >= 30
    assert all(f'id="term-{name}"' in shown for name in names)
    assert field in shown
