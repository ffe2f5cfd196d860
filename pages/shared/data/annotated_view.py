"""Labelled pictures or recordings to take along, on the Data tab: in which form, and the button; it writes nothing itself."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.services.sharing.annotated import Pack
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets import answer

WORDS = "pages.annotated."
LOOK_S = 1.0
SOON_S = 0.5  # for which a press waits, since most ZIPs are made at once
# The browser saves a ZIP that came while somebody waited, and once.
SAVE = """() => {
  const link = document.querySelector('#data-annotated-said a[data-save]');
  link?.removeAttribute('data-save');
  link?.click();
}"""


class AnnotatedView:
    """A folded part, there once something is labelled. A page that is loaded anew finds the ZIP under way, or made."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        t = ctx.t
        with gr.Accordion(
            t(f"{WORDS}title"), open=False, visible=False, elem_id="data-annotated"
        ) as self.part:
            self.style = gr.Radio([], label=t(f"{WORDS}style"), elem_id="data-annotated-style")
            with gr.Row():
                self.make = gr.Button(t(f"{WORDS}button"), elem_id="data-annotated-make")
                self.cancel = gr.Button(
                    t(f"{WORDS}cancel"), visible=False, elem_id="data-annotated-cancel"
                )
            self.said = gr.HTML("", min_height=24, elem_id="data-annotated-said")
        self.timer = gr.Timer(LOOK_S, active=False)

    @property
    def parts(self) -> list[Any]:
        """The components that `shown` fills."""
        return [self.part, self.style, *self._state]

    @property
    def _state(self) -> list[Any]:
        return [self.make, self.cancel, self.said, self.timer]

    def wire(self, protect: Callable[..., Any]) -> None:
        """Connect the parts."""
        dataset = self._ctx.dataset
        pressed = self.make.click(protect(self.pack), [dataset, self.style], self._state, **QUIET)
        looked = self.timer.tick(protect(self.look), dataset, self._state, **QUIET)
        for event in (pressed, looked):
            event.success(None, None, None, js=SAVE, **QUIET)
        self.cancel.click(protect(self.give_up), dataset, self._state, **QUIET)

    def hidden(self) -> Updates:
        """Return the part of no dataset."""
        return {
            self.part: gr.Accordion(visible=False),
            self.style: gr.Radio([], value=None),
            self.make: gr.Button(interactive=True),
            self.cancel: gr.Button(visible=False),
            self.said: "",
            self.timer: gr.Timer(active=False),
        }

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the forms of a dataset, and where its ZIP stands; nothing where it has none."""
        styles = self._ctx.services.annotated.styles(dataset)
        if not styles:
            return self.hidden()
        choices = [(self._ctx.say(request, f"{WORDS}styles.{style}"), style) for style in styles]
        pack = self._ctx.services.annotated.packed(dataset.owner, dataset.id)
        style = pack.style if pack and pack.style in styles else styles[0]
        return {
            self.part: gr.Accordion(visible=True, open=pack is not None),
            self.style: gr.Radio(choices, value=style),
            **self._drawn(pack, request),
        }

    def pack(self, dataset_id: str, style: str | None, request: gr.Request) -> Updates:
        """Begin the ZIP; most are made at once."""
        owner = self._ctx.owner(request)
        pack = self._ctx.services.annotated.pack(owner, dataset_id, style or "")
        pack.ended.wait(SOON_S)
        return self._drawn(pack, request, is_awaited=True)

    def look(self, dataset_id: str, request: gr.Request) -> Updates:
        """Return how far the ZIP is."""
        pack = self._ctx.services.annotated.packed(self._ctx.owner(request), dataset_id)
        return self._drawn(pack, request, is_awaited=True)

    def give_up(self, dataset_id: str, request: gr.Request) -> Updates:
        """Leave the ZIP."""
        self._ctx.services.annotated.stop(self._ctx.owner(request), dataset_id)
        return self._drawn(None, request)

    def _drawn(
        self, pack: Pack | None, request: gr.Request, *, is_awaited: bool = False
    ) -> Updates:
        is_working = pack is not None and not pack.ended.is_set()
        return {
            self.make: gr.Button(interactive=not is_working),
            self.cancel: gr.Button(visible=is_working),
            self.said: self._told(pack, request, is_awaited=is_awaited) if pack else "",
            self.timer: gr.Timer(active=is_working),
        }

    def _told(self, pack: Pack, request: gr.Request, *, is_awaited: bool) -> str:
        say = partial(self._ctx.say, request)
        if pack.error:
            why = escape(self._ctx.tell(request, pack.error))
            return f'<div class="bm-problem is-error" role="alert">{why}</div>'
        if pack.taken is None:
            percent = round(100 * pack.share)
            return answer.progress(say(f"{WORDS}making", percent=percent), percent)
        taken = pack.taken
        key = "written_some" if taken.left_out else "written"
        said = answer.quiet(say(f"{WORDS}{key}", rows=taken.rows, left_out=taken.left_out))
        save = " data-save" if is_awaited else ""
        link = f'<a href="bm/handouts/{pack.key}" download{save}>{escape(say(f"{WORDS}save"))}</a>'
        return f'<div role="status">{said}{link}</div>'
