"""How rows are parted: at random, by groups or by time, with what that does to a score. It asks a service."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say, Tell
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.datasets.splits import AT_RANDOM, GIVEN, SplitDifference
from bigmodel.core.errors import NotFoundError
from pages.shared.checkup.parts import VersionMaker
from pages.shared.web.guard import Newest
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets.answer import progress

WORDS = "split."
LOOK_S = 1.0


class SplitView(VersionMaker):
    """The accordion with the choice, its two buttons, and what was measured."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        t = ctx.t
        with gr.Accordion(t(f"{WORDS}title"), open=False, elem_id="data-split") as self.box:
            gr.Markdown(t(f"{WORDS}about"))
            self.choice = gr.Dropdown([], label=t(f"{WORDS}choice"), elem_id="data-split-choice")
            with gr.Row():
                self.measure = gr.Button(t(f"{WORDS}measure"), elem_id="data-split-measure")
                self.stop = gr.Button(t("checkup.stop"), elem_id="data-split-stop", visible=False)
                self.apply = gr.Button(t(f"{WORDS}apply"), elem_id="data-split-apply")
            self.found = gr.HTML("", elem_id="data-split-found")
        self.timer = gr.Timer(LOOK_S, active=False)

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills."""
        return [self.box, self.choice, *self.looked]

    @property
    def looked(self) -> list[Any]:
        """Return what a look at the measuring fills."""
        return [self.measure, self.stop, self.found, self.timer]

    def wire(
        self,
        protect: Callable[..., Any],
        show: Callable[..., object],
        outputs: Sequence[Any],
        whole: Newest,
    ) -> None:
        """Connect the parts; `show` draws the tab anew once there is another version."""
        self.redraw(show, outputs)
        dataset, newest = self.ctx.dataset, Newest(within=whole)
        asked = [dataset, self.choice]
        self.timer.tick(protect(newest.tick(self.look)), dataset, self.looked, **QUIET)
        self.measure.click(protect(newest.keep(self.begin)), asked, self.looked, **QUIET)
        self.stop.click(protect(newest.keep(self.end)), dataset, self.looked, **QUIET)
        self.apply.click(protect(self.part), asked, self.made, **QUIET)

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the choices of a dataset; one that none is offered for has no need of this."""
        say = partial(self.ctx.say, request)
        choices = self.ctx.services.splits.choices(dataset)
        offered = [(say(f"{WORDS}{AT_RANDOM}"), AT_RANDOM)]
        offered += [
            (say(f"{WORDS}{each.how}", column=each.column, count=each.count), each.key)
            for each in choices
        ]
        now = dataset.version.recipe.split_by
        likely = next((each.key for each in choices if each.is_likely), AT_RANDOM)
        chosen = now if now in {key for _, key in offered} else likely
        return {
            self.box: gr.Accordion(visible=bool(choices)),
            self.choice: gr.Dropdown(offered, value=chosen),
            **self._looked(dataset, request),
        }

    def hidden(self) -> Updates:
        """Return that there is nothing to part."""
        return {self.box: gr.Accordion(visible=False), self.timer: gr.Timer(active=False)}

    def _looked(self, dataset: Dataset, request: gr.Request) -> Updates:
        splits = self.ctx.services.splits
        found, share = splits.look(dataset.owner, dataset.id)
        say, tell = partial(self.ctx.say, request), partial(self.ctx.tell, request)
        is_running = share is not None
        return {
            self.measure: gr.Button(visible=not is_running and splits.can_measure(dataset)),
            self.stop: gr.Button(visible=is_running),
            self.found: drawn(found, share, say, tell),
            self.timer: gr.Timer(active=is_running),
        }

    # handlers -----------------------------------------------------------------------------------

    def look(self, dataset_id: str, request: gr.Request) -> Updates:
        """Say how far the measuring is, or what it found."""
        try:
            dataset = self.ctx.services.datasets.get(self.ctx.owner(request), dataset_id)
        except NotFoundError:
            return {self.found: "", self.timer: gr.Timer(active=False)}
        return self._looked(dataset, request)

    def begin(self, dataset_id: str, key: str, request: gr.Request) -> Updates:
        """Measure what a choice does to the score."""
        if key == AT_RANDOM or key.startswith(f"{GIVEN}:"):
            why = "choose" if key == AT_RANDOM else "given_kept"
            said = escape(self.ctx.say(request, f"{WORDS}{why}"))
            return {self.found: f'<p role="status">{said}</p>'}
        self.ctx.services.splits.start(self.ctx.owner(request), dataset_id, key)
        return self.look(dataset_id, request)

    def end(self, dataset_id: str, request: gr.Request) -> Updates:
        """End the measuring."""
        self.ctx.services.splits.stop(self.ctx.owner(request), dataset_id)
        return self.look(dataset_id, request)

    def part(self, dataset_id: str, key: str, request: gr.Request) -> str:
        """Make the version that is parted so."""
        made = self.ctx.services.splits.part(self.ctx.owner(request), dataset_id, key)
        return self.told(made, request)


def drawn(found: SplitDifference | None, share: float | None, say: Say, tell: Tell) -> str:
    """Return what was measured, or how far it is, as HTML."""
    if share is not None:
        percent = round(100 * share)
        return progress(say(f"{WORDS}running", percent=percent), percent)
    if found is None:
        return ""
    said = escape(tell(found.error or found.sentence))
    level = ' class="bm-problem is-warning"' if found.matters else ""
    return f'<p role="status" data-testid="split-found"{level}>{said}</p>'
