"""The Learn tab: worked examples, and the terms of the other tabs in one plain sentence each, with the field's term beside them."""

from functools import partial
from html import escape

import gradio as gr

from pages.shared.learn import examples_view as examples
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context, Page
from pages.shared.widgets.terms import TERMS, told

RATES = (0.01, 1.1)  # from hardly moving to leading away
RATE = 0.1


class LearnTab:
    """The glossary and the examples, in the reader's language."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        self.glossary = gr.HTML("", elem_id="learn-glossary")
        self.first = gr.HTML("", elem_id="learn-examples")
        self.rate = gr.Slider(
            *RATES,
            value=RATE,
            step=0.01,
            label=ctx.t(f"{examples.WORDS}rate"),
            elem_id="learn-rate",
        )
        self.steps = gr.HTML("", elem_id="learn-steps")
        self.last = gr.HTML("", elem_id="learn-back")
        protect = guard(ctx.services.words)
        ctx.on_show(tab, protect(self.show), [], [self.glossary])
        ctx.on_show(tab, protect(self.show_examples), [], [self.first, self.last])
        walk = protect(Newest()(self.walk))
        ctx.on_show(tab, walk, [self.rate], [self.steps])
        self.rate.change(walk, self.rate, self.steps, trigger_mode="always_last", **QUIET)

    def show_examples(self, request: gr.Request) -> tuple[str, str]:
        """Return what stands before and after the examples that follow the slider."""
        say = partial(self.ctx.say, request)
        head = f"<h2>{escape(say(f'{examples.WORDS}title'))}</h2><p>{escape(say(f'{examples.WORDS}lead'))}</p>"
        return head + examples.loss_card(say), examples.back_card(say)

    def walk(self, rate: float, request: gr.Request) -> str:
        """Return the examples at a learning rate; one from nowhere is brought back among those that can be chosen."""
        low, high = RATES
        return examples.descent_cards(min(max(rate, low), high), partial(self.ctx.say, request))

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
    plain, field, about = told(name, say)
    return (
        f'<div class="bm-card" id="term-{name}"><dt><b>{plain}</b><br>'
        f'<span class="bm-muted">{field}</span></dt><dd>{about}</dd></div>'
    )


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    LearnTab(ctx, tab)


PAGE = Page(slug="learn", order=90, build=build, group="learn")
