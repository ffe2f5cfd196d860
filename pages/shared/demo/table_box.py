"""A whole table answered in a demo tab: what the button does, and what is said of it; no row is read here."""

from functools import partial
from pathlib import Path

import gradio as gr

from bigmodel.core.errors import ModelError
from bigmodel.services.inference.summary import counted
from pages.shared.web.page import Context
from pages.shared.widgets import answer


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
    if made.guessed:
        said += " " + ctx.say(request, "writeback.column_guessed", column=made.guessed)
    if made.is_old_format:
        said += " " + ctx.say(request, "writeback.old_format")
    return gr.DownloadButton(value=str(made.path), visible=True), answer.quiet(said)
