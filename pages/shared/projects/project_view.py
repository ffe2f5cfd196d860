"""Taking work along as one file, and bringing such a file in: two folded parts of a tab; they read and pack nothing."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.errors import PersonError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from pages.shared.web.page import QUIET, Context
from pages.shared.web.theme import script

DATA = "data"
MOST_LEFT = 8  # of what stays or was left out, that are named
NO_PROGRESS = gr.Progress()


class ProjectView:
    """The components and what their events do."""

    def __init__(self, ctx: Context, protect: Callable[..., Any]) -> None:
        self.ctx = ctx
        self._build_out()
        self._build_in()
        self._wire(protect)

    def _build_out(self) -> None:
        t = self.ctx.t
        with gr.Accordion(t("pages.project.title"), open=False, elem_id="project-out") as fold:
            self.fold = fold
            gr.Markdown(t("pages.project.intro"))
            self.which = gr.Dropdown(
                [], multiselect=True, label=t("pages.project.which"), elem_id="project-which"
            )
            self.bases = gr.Checkbox(
                False, label=t("pages.project.bases"), elem_id="project-bases", visible=False
            )
            self.size = gr.HTML("", elem_id="project-size")
            self.save = gr.Button(
                t("pages.project.save"), variant="primary", elem_id="project-save"
            )
            self.saved = gr.HTML("", elem_id="project-saved")

    def _build_in(self) -> None:
        t = self.ctx.t
        with gr.Accordion(t("pages.project.bring"), open=False, elem_id="project-in"):
            gr.Markdown(t("pages.project.bring_intro"))
            self.box = gr.HTML(
                "",
                html_template='<div class="bm-folder bm-project" data-testid="project-box"></div>',
                js_on_load=script("project.js"),
                elem_id="project-box",
            )
            self.came = gr.HTML("", elem_id="project-came")
            self.open = gr.Button(t("pages.project.open"), visible=False, elem_id="project-open")
            self.first = gr.State("")

    def _wire(self, protect: Callable[..., Any]) -> None:
        shown = [self.which, self.bases, self.size, self.save, self.saved]
        chosen = [self.which, self.bases]
        self.fold.expand(protect(self.look), chosen, shown, **QUIET)
        changed = [self.which.input, self.bases.input]
        gr.on(changed, protect(self.measure), chosen, [self.size, self.saved], **QUIET)
        self.save.click(
            protect(self.pack), chosen, self.saved,
            api_visibility="private", show_progress_on=self.saved,
        )  # fmt: skip
        self.box.submit(
            protect(self.bring), None, [self.came, self.open, self.first, self.box],
            api_visibility="private", show_progress_on=self.came,
        )  # fmt: skip
        opened = self.open.click(lambda first: first, self.first, self.ctx.dataset, **QUIET)
        self.ctx.go(opened, DATA)

    # taking along -------------------------------------------------------------------------------

    def look(self, which: list[str], bases: bool, request: gr.Request) -> dict[Any, Any]:
        """Offer what is here now."""
        owner = self.ctx.owner(request)
        choices = [(dataset.name, dataset.id) for dataset in self.ctx.services.datasets.all(owner)]
        known = {dataset_id for _, dataset_id in choices}
        kept = [dataset_id for dataset_id in which or () if dataset_id in known]
        size = self.ctx.services.project.measure(owner, kept, with_bases=True)
        return {
            self.which: gr.Dropdown(choices, value=kept, visible=bool(choices)),
            self.bases: gr.Checkbox(visible=size.bases_mb > 0),
            self.size: self._size(kept, bases, request),
            self.save: gr.Button(visible=bool(choices)),
            self.saved: "",
        }

    def measure(self, which: list[str], bases: bool, request: gr.Request) -> dict[Any, str]:
        """Say how large the file would be."""
        return {self.size: self._size(which, bases, request), self.saved: ""}

    def pack(
        self,
        which: list[str],
        bases: bool,
        request: gr.Request,
        progress: gr.Progress = NO_PROGRESS,
    ) -> str:
        """Make the file and offer it."""
        say = partial(self.ctx.say, request)

        def tell(share: float) -> None:
            progress(share, desc=say("pages.project.saving"))

        key, size = self.ctx.services.project.save_download(
            self.ctx.owner(request), which or [], with_bases=bases, progress=tell
        )
        saved = escape(say("pages.project.saved", mb=_mb(size.mb)))
        download = escape(say("pages.project.download"))
        link = (
            f'<a class="bm-button is-primary" href="bm/handouts/{key}" download '
            f'data-testid="project-download">{download}</a>'
        )
        return f"<p>{saved}</p><p>{link}</p>{self._left(size.left_out, request)}"

    def _size(self, which: list[str], bases: bool, request: gr.Request) -> str:
        say = partial(self.ctx.say, request)
        size = self.ctx.services.project.measure(
            self.ctx.owner(request), which or [], with_bases=bases
        )
        if not size.datasets:
            return f"<p>{escape(say('pages.project.nothing'))}</p>"
        counts = {"datasets": size.datasets, "jobs": size.jobs, "models": size.models}
        text = escape(say("pages.project.size", mb=_mb(size.mb), **counts))
        more = ""
        if size.bases_mb > 0 and not bases:
            more = escape(say("pages.project.size_bases", mb=_mb(size.bases_mb)))
        return (
            f'<p data-testid="project-mb">{text}</p><p class="bm-muted">{more}</p>'
            f"{self._left(size.left_out, request)}"
        )

    # bringing in --------------------------------------------------------------------------------

    def bring(
        self, event: gr.EventData, request: gr.Request, progress: gr.Progress = NO_PROGRESS
    ) -> dict[Any, Any]:
        """Bring a file in that was sent; what cannot be used is explained in the page."""
        owner, key = self.ctx.owner(request), str(event.key)
        say = partial(self.ctx.say, request)

        def tell(share: float) -> None:
            progress(share, desc=say("pages.project.loading"))

        try:
            loaded = self.ctx.services.project.load(
                owner, self.ctx.services.project.uploads.whole(owner, key), tell
            )
        except PersonError as error:
            text = escape(self.ctx.tell(request, error.message))
            refused = f'<div class="bm-problem is-error" data-testid="project-refused">{text}</div>'
            return self._came(refused, "")
        finally:
            self.ctx.services.project.uploads.discard(owner, key)
        shown, rest = loaded.lines, loaded.left_out
        lines = "".join(
            f"<li>{escape(self.ctx.tell(request, message))}</li>"
            for message in shown[: len(shown) - len(rest)]
        )
        title = escape(say("pages.project.came"))
        came = f'<div class="bm-card" data-testid="project-summary"><b>{title}</b><ul>{lines}</ul></div>'
        return self._came(came + self._left(rest, request), loaded.first)

    def _came(self, said: str, first: str) -> dict[Any, Any]:
        """Return what is shown after a file was brought in; `first` is the dataset that can be opened."""
        button = gr.Button(visible=bool(first))
        return {self.came: said, self.open: button, self.first: first, self.box: new_id()}

    def _left(self, messages: tuple[Message, ...], request: gr.Request) -> str:
        """Return what stays or was left out, sentence by sentence."""
        told = [
            f'<div class="bm-problem is-warning">{escape(self.ctx.tell(request, message))}</div>'
            for message in messages[:MOST_LEFT]
        ]
        more = len(messages) - MOST_LEFT
        return "".join(told) + (f'<p class="bm-muted">… +{more}</p>' if more > 0 else "")


def _mb(mb: float) -> float | int:
    return max(0.1, round(mb, 1)) if mb < 10 else round(mb)
