"""A button that gives a person's own table back with a label beside each row; it writes and counts nothing itself."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import NotFoundError
from bigmodel.services.inference.summary import counted
from pages.shared.web.download import save
from pages.shared.web.guard import Newest
from pages.shared.web.page import QUIET, Context
from pages.shared.widgets import answer

WORDS = "pages.own_table."


class OwnTable:
    """The button and the sentence below it, on a tab that shows a dataset (`data`) or a training on it (`results`)."""

    def __init__(self, ctx: Context, where: str) -> None:
        self._ctx, self._where = ctx, where
        self._no_model = gr.State("")
        with gr.Column(visible=False, elem_id=f"{where}-own-table-part") as self._part:
            self._button = gr.Button(ctx.t(f"{WORDS}button"), elem_id=f"{where}-own-table")
            self._note = gr.HTML(
                "", padding=False, min_height=64, elem_id=f"{where}-own-table-note"
            )
        self._file = gr.DownloadButton(elem_id=f"{where}-own-table-file", elem_classes="bm-away")

    def follow(
        self,
        tab: gr.Tab,
        protect: Callable[..., Any],
        named: gr.Textbox,
        in_sight: Sequence[gr.components.Component] = (),
    ) -> None:
        """Show the button while the dataset or training that `named` holds has a table to give back, and connect it.

        `in_sight` holds the training and the model that are shown, where it is a model that answers.
        """
        parts = [self._part, self._note]
        look = protect(Newest()(self.look))
        self._ctx.on_show(tab, look, [named], parts)
        named.change(look, named, parts, **QUIET)
        made = self._button.click(
            protect(self.pack),
            list(in_sight) or [named, self._no_model],
            [self._file, self._note],
            api_visibility="private",
            show_progress="full",
            show_progress_on=self._note,
        )
        save(made, self._file)

    def look(self, named: str | None, request: gr.Request) -> tuple[object, str]:
        """Return whether there is a table to give back, and what would come."""
        dataset = self._dataset(named or "", request)
        is_shown = dataset is not None and self._ctx.services.export_table.can_export(dataset)
        about = self._ctx.say(request, f"{WORDS}about")
        return gr.Column(visible=is_shown), answer.quiet(about)

    def pack(
        self,
        named: str,
        model_id: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it in the signature
    ) -> tuple[str, str]:
        """Return the table, or an archive of several, and what its answers come to."""
        dataset = self._dataset(named, request)
        if dataset is None:
            raise NotFoundError("dataset_unknown")
        tell = partial(self._ctx.tell, request)
        made = self._ctx.services.export_table.export(
            self._ctx.owner(request),
            dataset.id,
            tell,
            model=(model_id or named) if self._where == "results" else "",
            progress=lambda done, total: progress((done, total)),
        )
        said = [counted(table.tally, tell) for table in made]
        if any(table.is_old_format for table in made):
            said.append(self._ctx.say(request, "writeback.old_format"))
        return str(made[0].path), answer.quiet(" ".join(said))

    def _dataset(self, named: str, request: gr.Request) -> Dataset | None:
        """Return the dataset that is shown, or behind the training that is."""
        owner, services = self._ctx.owner(request), self._ctx.services
        try:
            if self._where == "results":
                named = services.jobs.get(owner, named).dataset_id
            return services.datasets.get(owner, named)
        except NotFoundError:
            return None
