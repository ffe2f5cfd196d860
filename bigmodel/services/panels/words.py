"""Draws an answer that is a text, whole or as far as it has come; words that the model was unsure of are marked."""

from collections.abc import Mapping
from html import escape
from typing import Any

from bigmodel.core.answer import UNSURE, percent
from bigmodel.core.callbacks import Say
from bigmodel.core.results.alignment import is_unspaced
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import lead
from bigmodel.services.panels.marked import marked_text


class Words(PanelKind):
    """Data: `text`; `words` of (word, certainty), if it is known; keys of what to say of a `certainty` and of no text; `others` of (text, certainty) and words `left`, each with the key of its title; the `passage` that it stands in, and where (`spans`). Of a long text (`is_long`), its `runs` of words and how many are `copied`, and what the `base` wrote."""

    def draw(self, panel: Panel, say: Say) -> str:
        text, data = panel.data["text"], panel.data
        is_nothing = not text.strip() and bool(data.get("nothing"))
        if is_nothing and "passage" not in data:
            return lead(escape(say(data["nothing"])))
        spans = [
            f'<span class="bm-word{" is-unsure" if sure < UNSURE else ""}" '
            f'title="{escape(percent(sure))}">{escape(word)}</span>'
            for word, sure in data.get("words", ())
        ]
        shown = ("" if is_unspaced(text) else " ").join(spans) or escape(
            say(data["nothing"]) if is_nothing else text
        )
        note = ""
        if data.get("note"):
            said = say(data["note"], percent=percent(data["certainty"]))
            note = f'<div class="bm-muted">{escape(said)}</div>'
        if data.get("is_long"):
            return lead(shown or "–", " is-text") + _copied(data, say) + _base(data, say)
        return lead(shown) + note + _passage(data) + _left(data, say) + _others(data, say)


def _passage(data: Mapping[str, Any]) -> str:
    """Return the passage that a text was found in, with its place marked."""
    if "passage" not in data:
        return ""
    layer = {"spans": data["spans"], "sureness": [data["certainty"]] * len(data["spans"])}
    shown = marked_text(data["passage"], layer, {})
    return f'<div class="bm-passage" data-testid="passage" tabindex="0">{shown}</div>'


def _copied(data: Mapping[str, Any], say: Say) -> str:
    """Return how much of a text stands word for word in the training texts."""
    runs, copied = data["runs"], data["copied"]
    if not runs:
        return ""
    said = say(f"pages.demo.writing_{'copied' if copied else 'own'}", runs=runs, copied=copied)
    kind = "bm-problem is-warning" if 2 * copied > runs else "bm-muted"
    return f'<div class="{kind}" data-testid="copied">{escape(said)}</div>'


def _base(data: Mapping[str, Any], say: Say) -> str:
    """Return what the base wrote that a model was tuned from."""
    if not data.get("base"):
        return ""
    title = f'<div class="bm-muted">{escape(say("pages.demo.writing_base"))}</div>'
    return f'{title}<div class="bm-lead is-text is-other" data-testid="base">{escape(data["base"])}</div>'


def _left(data: Mapping[str, Any], say: Say) -> str:
    """Return which words of the input stand in the text as they were."""
    if not data.get("left"):
        return ""
    said = escape(say(data["left_title"], words=", ".join(data["left"])))
    return f'<div class="bm-problem" data-testid="untranslated">{said}</div>'


def _others(data: Mapping[str, Any], say: Say) -> str:
    """Return the next best texts, each with how sure the model is of it."""
    if not data.get("others"):
        return ""
    lines = "".join(
        f'<li>{escape(text)} <span class="bm-muted">{escape(percent(sure))}</span></li>'
        for text, sure in data["others"]
    )
    title = f'<div class="bm-muted">{escape(say(data["others_title"]))}</div>'
    return f'{title}<ol class="bm-near" data-testid="alternatives">{lines}</ol>'


PANEL = Words()
