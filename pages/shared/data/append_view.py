"""More data for a table: a file is looked at, what it would add is said, and then it is added. It reads no file itself."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.datasets.added_rows import AppendPreview
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.services.datasets.append import append_sentences
from pages.shared.data import dataset_view as view
from pages.shared.web.guard import Newest
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets.rerun_button import AgainButton

WORDS = "pages.growing."


class GrowingView:
    """The accordion, and the button to train again that stands above it."""

    def __init__(self, ctx: Context, again: AgainButton) -> None:
        self.ctx, self.again = ctx, again
        t = ctx.t
        self.growth = gr.State(None)  # of the file that was looked at
        self.path = gr.State("")  # where that file lies, or what was pasted
        with gr.Accordion(t(f"{WORDS}title"), open=False, elem_id="data-grow") as self.box:
            gr.Markdown(t(f"{WORDS}intro"))
            self.file = gr.File(
                label=t(f"{WORDS}file"), elem_id="data-grow-file", type="filepath", height=120
            )
            self.text = gr.Textbox(
                label=t(f"{WORDS}paste"), lines=3, max_lines=8, elem_id="data-grow-text"
            )
            self.read = gr.Button(t(f"{WORDS}read"), size="sm", elem_id="data-grow-read")
            self.found = gr.HTML("", elem_id="data-grow-found")
            self.keep = gr.Checkbox(
                False, label=t(f"{WORDS}keep"), visible=False, elem_id="data-grow-keep"
            )
            with gr.Row():
                self.add = gr.Button(variant="primary", visible=False, elem_id="data-grow-add")
                self.cancel = gr.Button(
                    t(f"{WORDS}cancel"), visible=False, elem_id="data-grow-cancel"
                )

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills, in that order."""
        return [self.box, *self.again.parts]

    @property
    def _asking(self) -> list[Any]:
        return [
            self.growth, self.path, self.found, self.keep, self.add, self.cancel, self.file,
            self.text,
        ]  # fmt: skip

    def wire(
        self, protect: Callable[..., Any], show: Callable[..., object], shown: Sequence[Any]
    ) -> None:
        """Connect the parts; `show` draws the tab anew once rows came in."""
        dataset = self.ctx.dataset
        seen: Mapping[str, Any] = {"api_visibility": "private", "show_progress_on": self.file}
        self.file.upload(protect(self.look), [dataset, self.file], self._asking, **seen)
        self.read.click(protect(self.look_pasted), [dataset, self.text], self._asking, **seen)
        self.keep.input(protect(Newest()(self.count)), [self.growth, self.keep], self.add, **QUIET)
        added = self.add.click(
            protect(self.put_in), [dataset, self.path, self.keep], self._asking, **seen
        )
        added.success(show, dataset, list(shown), **QUIET)
        self.cancel.click(protect(self.give_up), self.path, self._asking, **QUIET)
        for away in (self.file.clear, dataset.change):
            away(self.closed, None, self._asking, **QUIET)
        self.again.wire(protect)

    # what fills them --------------------------------------------------------------------------

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the accordion of a table, and the training that should follow."""
        behind = self.ctx.services.append.behind(dataset.owner, dataset.id)
        again = self.again.shown(behind, dataset.version.number, request, "again")
        is_table = dataset.version.summary.medium == "text"
        return {self.box: gr.Accordion(visible=is_table), **again}

    def hidden(self) -> Updates:
        """Return that there is nothing that could grow."""
        away = gr.update(visible=False)
        return {self.box: gr.Accordion(visible=False), self.again.old: "", self.again.button: away}

    def closed(self) -> Updates:
        """Return that no file is being looked at."""
        away = gr.update(visible=False)
        return {
            self.growth: None,
            self.path: "",
            self.found: "",
            self.keep: gr.update(value=False, visible=False),
            self.add: away,
            self.cancel: away,
            self.file: None,
            self.text: "",
        }

    # handlers ---------------------------------------------------------------------------------

    def look(
        self,
        dataset_id: str,
        path: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Say what a file would add."""
        owner, text = self.ctx.owner(request), self.ctx.say(request, f"{WORDS}looking")
        try:
            growth = self.ctx.services.append.look(
                owner, dataset_id, Path(path), lambda share: progress(share, desc=text)
            )
        except DatasetError as error:
            return self._refused(error, request)
        return {
            self.growth: growth,
            self.path: path,
            self.found: self._told(growth, request),
            self.keep: gr.update(value=False, visible=growth.repeated > 0),
            self.add: self._button(growth, request, keeps=False),
            self.cancel: gr.update(visible=True),
            self.file: gr.skip(),
            self.text: gr.skip(),
        }

    def look_pasted(
        self,
        dataset_id: str,
        text: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Say what the lines in the box would add."""
        path = self.ctx.services.workbooks.write_pasted(text)
        return self.look(dataset_id, str(path), request, progress)

    def give_up(self, path: str, _request: gr.Request) -> Updates:
        """Forget the file."""
        if path:
            self.ctx.services.workbooks.forget_pasted(Path(path))
        return self.closed()

    def count(self, growth: AppendPreview | None, keeps: bool, request: gr.Request) -> object:
        """Say on the button how many rows come in."""
        return self._button(growth, request, keeps=keeps) if growth else gr.skip()

    def put_in(
        self,
        dataset_id: str,
        path: str | None,
        keeps: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Add the rows and say what the dataset has become."""
        if not path:
            raise DatasetError("file_missing", name="")
        owner, text = self.ctx.owner(request), self.ctx.say(request, f"{WORDS}adding")
        try:
            grown = self.ctx.services.append.add_rows(
                owner,
                dataset_id,
                Path(path),
                keep_repeated=keeps,
                progress=lambda share: progress(share, desc=text),
            )
        except DatasetError as error:
            return self._refused(error, request)
        self.ctx.services.workbooks.forget_pasted(Path(path))
        version = grown.dataset.version
        said = self.ctx.say(
            request,
            f"{WORDS}{'added' if grown.added else 'added_labels'}",
            count=grown.added or grown.growth.completed,
            version=version.number,
            rows=version.summary.rows,
        )
        self.ctx.notice(request, said)
        card = f'<div class="bm-card" role="status" data-testid="grown">{escape(said)}</div>'
        return self.closed() | {self.found: card}

    # parts ------------------------------------------------------------------------------------

    def _button(self, growth: AppendPreview, request: gr.Request, *, keeps: bool) -> object:
        count = growth.added(keep_repeated=keeps)
        key = "add" if count or not growth.completed else "add_labels"
        text = self.ctx.say(request, f"{WORDS}{key}", count=count or growth.completed)
        return gr.update(value=text, visible=True, interactive=bool(count or growth.completed))

    def _told(self, growth: AppendPreview, request: gr.Request) -> str:
        tell = partial(self.ctx.tell, request)
        lead, *more = append_sentences(growth)
        lines = "".join(
            f'<div class="bm-problem is-{message.level}">{escape(tell(message))}</div>'
            for message in more
        )
        said = f'<p class="bm-lead">{escape(tell(lead))}</p>{lines}'
        return f'<div role="status" data-testid="growth">{said}</div>'

    def _refused(self, error: DatasetError, request: gr.Request) -> Updates:
        title = escape(self.ctx.say(request, "pages.data.refused"))
        found = view.problems(error.problems, self.ctx.services.words, self.ctx.language(request))
        return self.closed() | {
            self.found: f'<p class="bm-lead">{title}</p>{found}',
            self.file: gr.skip(),
            self.text: gr.skip(),
        }
