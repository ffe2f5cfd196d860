"""Draws an answer that is a text, whole or as far as it has come; words that the model was unsure of are marked."""

from html import escape

from bigmodel.core.answer import UNSURE, percent
from bigmodel.core.callbacks import Say
from bigmodel.core.results.alignment import is_unspaced
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import lead


class Words(PanelKind):
    """Data: `text`; `words` of (word, certainty), if it is known; keys of what to say of a `certainty` and of no text."""

    def draw(self, panel: Panel, say: Say) -> str:
        text, data = panel.data["text"], panel.data
        if not text.strip() and data.get("nothing"):
            return lead(escape(say(data["nothing"])))
        spans = [
            f'<span class="bm-word{" is-unsure" if sure < UNSURE else ""}" '
            f'title="{escape(percent(sure))}">{escape(word)}</span>'
            for word, sure in data.get("words", ())
        ]
        shown = ("" if is_unspaced(text) else " ").join(spans) or escape(text)
        note = ""
        if data.get("note"):
            said = say(data["note"], percent=percent(data["certainty"]))
            note = f'<div class="bm-muted">{escape(said)}</div>'
        return lead(shown) + note


PANEL = Words()
