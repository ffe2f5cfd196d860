"""A conversation with a model that learned to answer turn by turn: what was said stays and goes along, until somebody clears it."""

import html
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.inputs import MARK, SEPARATOR
from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.errors import ModelError
from bigmodel.services.inference.predict import Answered
from pages.shared.demo import text_view
from pages.shared.web.page import Context

Said = tuple[str, str, object]  # what is shown, the conversation so far, what stands in the box


class Talk:
    """The memory of a conversation, and the button that empties it."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def build(self) -> None:
        """Lay out the button; what was said is kept out of sight, in the page of whoever talks."""
        self.said = gr.State("")
        self.clear = gr.Button(
            self._ctx.t("pages.text_demo.clear"),
            visible=False,
            min_width=120,
            elem_id="text-demo-clear",
        )

    def answers(
        self, model_id: str, said: str, text: str, dials: Mapping[str, float], request: gr.Request
    ) -> Iterator[Said]:
        """Yield the conversation as far as the answer to a new turn has come; what came of one that is stopped stays.

        Raises:
            ModelError: `text_missing`.
        """
        asked = text.replace(MARK, " ").strip()
        if not asked:
            raise ModelError("text_missing")
        owner, say = self._ctx.owner(request), partial(self._ctx.say, request)
        before = turns_of(said)
        prompt = SEPARATOR.join([*before, asked])
        box: object = ""  # emptied once: the next turn may be written meanwhile
        for found in self._ctx.services.inference.grow(owner, model_id, prompt, dials):
            answer = found.answer.text if found.answer is not None else ""
            whole = SEPARATOR.join([*before, asked, answer.replace(MARK, " ").strip()])
            yield drawn((*before, asked), found, say), whole, box
            box = gr.skip()


def drawn(turns: Sequence[str], found: Answered, say: Say) -> str:
    """Return what was said so far, and the answer that grows."""
    names = [html.escape(say(f"pages.text_demo.turn_{who}")) for who in ("person", "model")]
    lines = "".join(
        f'<div class="bm-turn{" is-person" if place % 2 == 0 else ""}" data-testid="turn">'
        f'<div class="bm-muted">{names[place % 2]}</div>{html.escape(turn)}</div>'
        for place, turn in enumerate(turns)
    )
    return f'<div class="bm-card" data-testid="talk">{lines}</div>{text_view.look(found, (), say)}'
