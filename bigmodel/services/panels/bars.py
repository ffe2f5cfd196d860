"""Draws an answer that chooses: the answer in large letters, and how sure the model is of each choice."""

from html import escape

from bigmodel.core.answer import percent
from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import below, lead


class Bars(PanelKind):
    """Data: `text`, and `bars` of (label, share of 1), largest first.

    `said` is a key with arguments that stands in the place of an empty text, `about` one above the bars,
    `note` the key of a sentence below that; `beside` and `beside_title` as of `answer.below`.
    """

    def draw(self, panel: Panel, say: Say) -> str:
        data = panel.data
        lines = "".join(bar(label, share) for label, share in data["bars"])
        key, args = data.get("about", ("pages.alone.sureness", {}))
        title = escape(say(key, **args))
        said, given = data.get("said", ("", {}))
        text = data["text"] or (say(said, **given) if said else "")
        note = data.get("note")
        more = f'<div class="bm-muted" data-testid="note">{escape(say(note))}</div>' if note else ""
        return (
            f'{lead(escape(text))}<div class="bm-muted">{title}</div>'
            f'{more}<div class="bm-bars">{lines}</div>{below(data, say)}'
        )


def bar(label: str, share: float) -> str:
    """Return a bar whose width is an attribute, which pages that forbid styles in their text let through."""
    return (
        f"<span>{escape(label)}</span>"
        f'<svg class="bm-bar" aria-hidden="true"><rect width="{100 * share:.1f}%" height="100%"/></svg>'
        f'<span class="bm-number">{escape(percent(share))}</span>'
    )


PANEL = Bars()
