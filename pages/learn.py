"""The Learn tab: the terms of the other tabs in one plain sentence each, with the field's term beside them."""

from functools import partial
from html import escape

import gradio as gr

from pages.shared.web.guard import guard
from pages.shared.web.page import Context, Page

TERMS = {
    "data": ("dataset", "label", "split", "leak", "near_copy", "active"),
    "train": (
        "base",
        "instant",
        "frozen",
        "epoch",
        "batch",
        "rate",
        "warmup",
        "loss",
        "overfit",
        "augment",
        "checkpoint",
    ),
    "results": (
        "accuracy",
        "precision",
        "recall",
        "f1",
        "matrix",
        "roc",
        "interval",
        "guess",
        "wer",
    ),
    "use": ("sure", "none", "near", "token", "card"),
}


class LearnTab:
    """The glossary, in the reader's language."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        self.glossary = gr.HTML("", elem_id="learn-glossary")
        ctx.on_show(tab, guard(ctx.services.words)(self.show), [], [self.glossary])

    def show(self, request: gr.Request) -> str:
        """Return every term, by the tab where it is met."""
        say = partial(self.ctx.say, request)
        groups = "".join(
            f"<h2>{escape(say(f'pages.learn.group.{group}'))}</h2>"
            f'<dl class="bm-cards bm-terms">{"".join(_term(name, say) for name in names)}</dl>'
            for group, names in TERMS.items()
        )
        return f'<p class="bm-lead">{escape(say("pages.learn.lead"))}</p>{groups}'


def _term(name: str, say: partial[str]) -> str:
    plain, field, about = (
        escape(say(f"pages.learn.term.{name}.{part}")) for part in ("plain", "field", "about")
    )
    return (
        f'<div class="bm-card" id="term-{name}"><dt><b>{plain}</b><br>'
        f'<span class="bm-muted">{field}</span></dt><dd>{about}</dd></div>'
    )


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    LearnTab(ctx, tab)


PAGE = Page(slug="learn", order=90, build=build, group="learn")
