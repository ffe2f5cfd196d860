"""A whole table or document answered in a demo tab: its box, its button, and what is said of it; no row is read here."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.errors import ModelError, PersonError
from bigmodel.services.inference.summary import counted
from pages.shared.demo.models import LOCK
from pages.shared.web.page import QUIET, Context
from pages.shared.widgets import answer

WORDS = "pages.text_demo."


class TableBox:
    """A folded part of the tab `slug`. Its button can be pressed while a file lies there that was not refused."""

    def __init__(self, ctx: Context, slug: str, words: str, endings: Sequence[str] = ()) -> None:
        self._ctx = ctx
        t = ctx.t
        with gr.Accordion(t(f"{words}file_title"), open=False, elem_id=f"{slug}-file-section"):
            gr.Markdown(t(f"{words}file_about"))
            self._file = gr.File(
                label=t(f"{WORDS}file_in"),
                file_types=list(endings) or None,
                height=140,
                elem_id=f"{slug}-file",
            )
            self._run = gr.Button(
                t(f"{WORDS}file_run"), interactive=False, elem_id=f"{slug}-file-run"
            )
            self._done = gr.HTML(padding=False, elem_id=f"{slug}-file-done")
            self._out = gr.DownloadButton(
                t(f"{WORDS}file_out"),  # type: ignore[arg-type] # every label may be I18nData
                visible=False,
                elem_id=f"{slug}-file-out",
            )

    def wire(self, protect: Callable[..., Any], model: gr.Dropdown) -> None:
        """Connect the parts; what an earlier model or file came to goes when there is another."""
        given, said = [model, self._file], [self._run, self._out, self._done]
        for changed in (model.change, self._file.change):
            changed(protect(self.look), given, said, queue=False, **QUIET)
        self._run.click(protect(self.answer), given, said, show_progress_on=self._done, **LOCK)

    def look(self, model_id: str, path: str | None, _request: gr.Request) -> tuple[object, ...]:
        """Return the parts before anything is asked."""
        can_ask = bool(model_id and path)
        return gr.Button(interactive=can_ask), gr.DownloadButton(visible=False), ""

    def answer(
        self,
        model_id: str,
        path: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it in the signature
    ) -> tuple[object, ...]:
        """Answer every row; a file that cannot be answered says why until another lies there."""
        try:
            made, said = answer_table(self._ctx, model_id, path, request, progress)
        except PersonError as error:
            why = escape(self._ctx.tell(request, error.message))
            told = f'<div class="bm-problem is-error" role="alert">{why}</div>'
            return gr.Button(interactive=False), gr.DownloadButton(visible=False), told
        return gr.Button(), made, said


def answer_table(
    ctx: Context, model_id: str, path: str | None, request: gr.Request, progress: gr.Progress
) -> tuple[object, str]:
    """Answer every row of an uploaded table; return the download and what is said of it.

    Raises:
        ModelError: `model_missing`, `table_missing`.
    """
    if not model_id:
        raise ModelError("model_missing")
    if not path:
        raise ModelError("table_missing")
    tell = partial(ctx.tell, request)
    made = ctx.services.inference.predict_file(
        ctx.owner(request),
        model_id,
        Path(path),
        None,
        tell,
        lambda done, total: progress((done, total)),
    )
    said = counted(made.tally, tell)
    said = " ".join([said, *map(tell, made.remarks)])
    return gr.DownloadButton(value=str(made.path), visible=True), answer.quiet(said)
