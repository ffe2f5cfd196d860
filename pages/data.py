"""The Data tab: a table, pictures or sounds come in, are looked at and corrected, and lead on to training. It reads no file."""

from collections.abc import Callable
from functools import partial
from html import escape

import gradio as gr

from bigmodel.core.datasets.dataset import NO_LABEL, ONLY_TEXT, Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from pages.shared.checkup.checkup_view import CheckupView
from pages.shared.checkup.cleaning_view import CleaningView
from pages.shared.checkup.filling_view import FillingView
from pages.shared.checkup.media_cleaning_view import MediaCleaningView
from pages.shared.checkup.split_view import SplitView
from pages.shared.checkup.suspects_view import SuspectsView
from pages.shared.data import dataset_view as view
from pages.shared.data.annotated_view import AnnotatedView
from pages.shared.data.append_view import GrowingView
from pages.shared.data.card_view import CardView
from pages.shared.data.classes_view import ClassesView
from pages.shared.data.gallery import Gallery
from pages.shared.data.intake import Intake
from pages.shared.data.last_look import LastLookView
from pages.shared.data.similar_view import SimilarView
from pages.shared.label.sort_hook import SortHook
from pages.shared.web.guard import Newest, OpenPages, guard
from pages.shared.web.page import QUIET, Context, Page, Updates
from pages.shared.widgets.own_table import OwnTable
from pages.shared.widgets.rerun_button import AgainButton
from pages.shared.widgets.terms import strip
from pages.shared.widgets.waiting import waiting

SHOWN_NAMES = 5


class DataTab:
    """The components of the tab, what fills them, and what their events do."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        self.guard, self.newest = guard(ctx.services.words), Newest()
        self.drawn: OpenPages[tuple[str | None, int]] = OpenPages(
            (None, 0)
        )  # which dataset, and when
        self._build()
        self._wire(tab)

    # components -------------------------------------------------------------------------------

    def _build(self) -> None:
        t = self.ctx.t
        gr.Markdown(t("pages.data.intro"))
        with gr.Row(equal_height=False):
            self.file = gr.File(
                label=t("pages.data.upload"),
                elem_id="data-upload",
                type="filepath",
                height=150,
                min_width=300,  # on a phone it has a line of its own
            )
            self.chosen = gr.Dropdown(
                [], label=t("pages.data.chosen"), elem_id="data-chosen", interactive=True
            )
        self.intake = Intake(self.ctx)
        waiting("data", "data-wait")
        self.nothing = gr.Markdown(t("pages.data.nothing"), visible=False, elem_id="data-nothing")
        with gr.Row(visible=False, elem_id="data-columns") as self.columns:
            self.text = gr.Dropdown([], label=t("pages.data.text_column"), elem_id="data-text")
            self.label = gr.Dropdown([], label=t("pages.data.label_column"), elem_id="data-label")
            self.further = gr.Dropdown(
                [],
                label=t("pages.data.further_columns"),
                elem_id="data-further",
                multiselect=True,
                visible=self.ctx.services.datasets.most_inputs() > 1,
            )
            self.also = gr.Dropdown(
                [], label=t("pages.data.also_columns"), elem_id="data-also", multiselect=True
            )
            self.apply = gr.Button(
                t("pages.data.apply"), elem_id="data-apply", min_width=200, scale=0
            )
        with gr.Column(visible=False, elem_id="data-body") as self.body:
            self._build_body()

    def _build_body(self) -> None:
        t = self.ctx.t
        self.sort = SortHook(self.ctx, "data")
        self.problems = gr.HTML("", elem_id="data-problems")
        self.last_look = LastLookView(self.ctx)
        with gr.Row():
            self.train = gr.Button(t("pages.data.train"), variant="primary", elem_id="data-train")
            again = AgainButton(self.ctx, "data")
        self.own_table = OwnTable(self.ctx, "data")
        with gr.Row(equal_height=False):
            with gr.Column(min_width=300):
                gr.Markdown(t("pages.data.found"), elem_classes="bm-title")
                self.facts = gr.HTML("", elem_id="data-facts")
            with gr.Column(min_width=300) as self.counts:
                gr.Markdown(t("pages.data.classes"), elem_classes="bm-title")
                self.classes = gr.HTML("", elem_id="data-classes")
        self.checkup = CheckupView(self.ctx)
        self.suspects = SuspectsView(self.ctx)
        self.splits = SplitView(self.ctx)
        self.cleaning, self.polish = CleaningView(self.ctx), MediaCleaningView(self.ctx)
        self.filling = FillingView(self.ctx)
        self.names = ClassesView(self.ctx)
        gr.Markdown(t("pages.data.preview"), elem_classes="bm-title")
        self.gallery = Gallery(self.ctx, self.newest)
        self.similar = SimilarView(self.ctx)
        self.growing = GrowingView(self.ctx, again)
        self.card, self.annotated = CardView(self.ctx), AnnotatedView(self.ctx)
        with gr.Accordion(t("pages.data.test_title"), open=False, elem_id="data-test"):
            gr.Markdown(t("pages.data.test_intro"))
            self.test_name = gr.HTML("", elem_id="data-test-name")
            self.test_file = gr.File(
                label=t("pages.data.test_upload"), elem_id="data-test-upload", height=120
            )
        self._build_more()

    def _build_more(self) -> None:
        t = self.ctx.t
        with gr.Accordion(t("pages.data.more"), open=False, elem_id="data-more"):
            with gr.Row():
                self.name = gr.Textbox(label=t("pages.data.name"), elem_id="data-name")
                self.rename = gr.Button(t("pages.data.rename"), elem_id="data-rename")
            self.delete = gr.Button(t("pages.data.delete"), elem_id="data-delete")
            with gr.Group(visible=False, elem_id="data-delete-ask") as self.asking:
                self.asked = gr.State("")  # whose deletion is asked about: no other dataset goes
                self.question = gr.HTML("", elem_id="data-delete-question", padding=True)
                with gr.Row():
                    self.yes = gr.Button(
                        t("pages.data.delete_yes"), variant="stop", elem_id="data-delete-yes"
                    )
                    self.no = gr.Button(t("pages.data.delete_no"), elem_id="data-delete-no")

    # events -----------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        dataset, show = self.ctx.dataset, self.guard(self.newest(self.show))
        outputs = [
            dataset, self.chosen, *self.intake.outputs, self.nothing,
            self.columns, self.text, self.label, self.further, self.also, self.body, self.problems, self.facts,
            self.classes, self.test_name, self.counts, *self.gallery.outputs,
            self.name, self.asking, *self.growing.parts, *self.sort.outputs, *self.names.parts,
            *self.last_look.parts, self.train, *self.checkup.parts, *self.suspects.parts,
            *self.cleaning.parts, *self.polish.parts, *self.filling.parts, *self.splits.parts, *self.similar.parts, *self.card.parts, *self.annotated.parts,
        ]  # fmt: skip
        self.outputs = outputs
        self.ctx.on_show(tab, self.guard(self.newest(self.come)), [dataset], outputs)
        dataset.change(self.guard(self.newest(self.follow)), dataset, outputs, **QUIET)
        self.chosen.input(lambda chosen: chosen or "", self.chosen, dataset, **QUIET)
        below = [self.columns, self.text, self.label, self.body, self.further, self.also]
        self.intake.wire(self.file, self.test_file, self.apply, below, show, outputs)
        self.growing.wire(self.guard, show, outputs)
        self.intake.workbook.wire(tab, self.intake.changed)
        self.names.wire(self.guard, show, outputs)
        self.checkup.wire(self.guard, show, outputs, self.newest)
        self.suspects.wire(self.guard, show, outputs, self.newest)
        self.last_look.wire(self.guard, show, outputs)
        self.cleaning.wire(self.guard, show, outputs)
        self.polish.wire(self.guard, show, outputs)
        self.filling.wire(self.guard, show, outputs)
        self.splits.wire(self.guard, show, outputs, self.newest)
        self.similar.wire(self.guard)
        self.card.wire(self.guard)
        self.annotated.wire(self.guard)
        self.own_table.follow(tab, self.guard, dataset)
        self._follow(self.rename, self.set_name, [dataset, self.name])
        self._follow(self.yes, self.remove, [self.asked])
        asked = [self.asked, self.question, self.asking]
        self.delete.click(self.guard(self.ask), dataset, asked, **QUIET)
        self.no.click(lambda: gr.Group(visible=False), None, self.asking, **QUIET)
        self.ctx.go(self.train.click(self.guard(self.require), dataset, None, **QUIET), "train")

    def _follow(
        self,
        source: gr.Button,
        handler: Callable[..., str],
        inputs: list[gr.components.Component],
    ) -> None:
        """Run a change that returns the dataset to show, then show it."""
        event = source.click(
            self.guard(handler),
            inputs,
            self.ctx.dataset,
            api_visibility="private",
            show_progress="minimal",
        )
        event.success(
            self.guard(self.newest(self.show)),
            self.ctx.dataset,
            self.outputs,
            **QUIET,
        )

    # handlers ---------------------------------------------------------------------------------

    def come(self, dataset_id: str | None, request: gr.Request) -> Updates:
        """Fill the tab as it comes into view; what was refused before it was ever drawn stays in sight."""
        is_first = self.drawn.get(request.session_hash or "")[0] is None
        shown = self.show(dataset_id, request)
        return self.intake.left_in_sight(shown, self.intake.outputs) if is_first else shown

    def follow(self, dataset_id: str | None, request: gr.Request) -> Updates:
        """Fill the tab with a dataset that was chosen; what was refused since it was drawn stays in sight."""
        drawn, when = self.drawn.get(request.session_hash or "")
        is_refused = drawn == dataset_id and self.intake.told.has_answered(request, when)
        shown = self.show(dataset_id, request)
        return self.intake.left_in_sight(shown) if is_refused else shown

    def show(self, dataset_id: str | None, request: gr.Request) -> Updates:
        """Fill the whole tab with one dataset: the one asked for, else the newest.

        The answer may come after that of an upload, and must not take its dataset out of sight again: the
        one asked for is not chosen anew, and the newest is looked up again once everything is drawn. Nor is a
        refusal that was told meanwhile taken away.
        """
        owner, asked, moment = self.ctx.owner(request), dataset_id, self.intake.told.moment()
        while True:
            known = self.ctx.services.datasets.all(owner)
            dataset = next((d for d in known if d.id == asked), known[0] if known else None)
            shown = self._shown(dataset, known, request) if dataset else self._empty()
            self.drawn.put(request.session_hash or "", (dataset.id if dataset else "", moment))
            if self.intake.told.has_answered(request, moment):
                shown = self.intake.left_in_sight(shown)
            if dataset and dataset.id == asked:
                return shown
            newest = self.ctx.services.datasets.all(owner)[:1]
            if [d.id for d in newest] == [d.id for d in known[:1]]:
                return shown | {self.ctx.dataset: dataset.id if dataset else ""}

    def _shown(self, dataset: Dataset, known: list[Dataset], request: gr.Request) -> Updates:
        summary = dataset.version.summary
        return {
            self.chosen: gr.Dropdown(
                [(d.name, d.id) for d in known], value=dataset.id, visible=True
            ),
            **self.intake.closed(),
            self.nothing: gr.Markdown(visible=False),
            **self._columns(dataset, request),
            self.body: gr.Column(visible=True),
            **self._drawn(dataset, request),
            self.counts: gr.Column(visible=bool(summary.classes)),
            **self.gallery.show(dataset, request),
            self.name: dataset.name,
            self.asking: gr.Group(visible=False),
            **self.growing.shown(dataset, request),
            **self.sort.show(dataset, request),
            **self.names.shown(dataset, request),
            **self.checkup.shown(dataset, request),
            **self.suspects.shown(dataset, request),
            **self.last_look.shown(dataset, request),
            **self.cleaning.shown(dataset),
            **self.polish.shown(dataset, request),
            **self.filling.shown(dataset, request),
            **self.splits.shown(dataset, request),
            **self.similar.shown(dataset, request),
            **self.card.shown(dataset, request),
            **self.annotated.shown(dataset, request),
            self.train: gr.Button(visible=bool(summary.usable_rows)),
        }

    def _empty(self) -> Updates:
        """Return the tab without a dataset."""
        return {
            self.chosen: gr.Dropdown([], value=None, visible=False),  # nothing to choose from
            **self.intake.closed(),
            self.nothing: gr.Markdown(visible=True),
            self.columns: gr.Row(visible=False),
            self.body: gr.Column(visible=False),
            **self.gallery.hidden(),
            self.asking: gr.Group(visible=False),
            **self.growing.hidden(),
            **self.sort.say(""),
            **self.names.hidden(),
            **self.checkup.hidden(),
            **self.suspects.hidden(),
            **self.last_look.hidden(),
            **self.cleaning.hidden(),
            **self.polish.hidden(),
            **self.filling.hidden(),
            **self.splits.hidden(),
            **self.similar.hidden(),
            **self.card.hidden(),
            **self.annotated.hidden(),
        }

    def _columns(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the two choices of columns; media have none."""
        recipe, names = dataset.version.recipe, list(dataset.version.summary.columns)
        say = partial(self.ctx.say, request)
        none = [(say("pages.data.no_label"), NO_LABEL), (say("pages.data.only_text"), ONLY_TEXT)]
        text, label = self.ctx.t("pages.data.text_column"), self.ctx.t("pages.data.label_column")
        return {
            self.columns: gr.Row(visible=dataset.version.summary.medium == "text"),
            self.text: gr.Dropdown(names, value=recipe.input, label=text),
            self.label: gr.Dropdown(
                [*names, *none], value=self.ctx.services.datasets.label_of(dataset), label=label
            ),
            self.further: gr.Dropdown(names, value=list(recipe.more), multiselect=True),
            self.also: gr.Dropdown(names, value=list(recipe.also), multiselect=True),
        }

    def _drawn(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return problems, facts, classes and the name of the test file as HTML."""
        recipe, summary = dataset.version.recipe, dataset.version.summary
        say = partial(self.ctx.say, request)
        test = say("pages.data.test_set", name=recipe.test_name) if recipe.test_name else ""
        return {
            self.problems: view.problems(
                summary.problems,
                self.ctx.services.words,
                self.ctx.language(request),
                nothing=say("pages.data.no_problems"),
            ),
            self.facts: view.facts(dataset, say),
            self.classes: view.classes(self.ctx.services.datasets.chart(dataset), say),
            self.test_name: f"<p>{escape(test)}</p>" if test else "",
        }

    def set_name(self, dataset_id: str, name: str, request: gr.Request) -> str:
        """Rename the dataset."""
        self.ctx.services.datasets.rename(self.ctx.owner(request), dataset_id, name)
        self.ctx.notice(request, self.ctx.say(request, "pages.data.renamed"))
        return dataset_id

    def ask(self, dataset_id: str, request: gr.Request) -> tuple[str, str, gr.Group]:
        """Ask before deleting, naming what goes with it."""
        owner, datasets = self.ctx.owner(request), self.ctx.services.datasets
        dataset, jobs = datasets.get(owner, dataset_id), datasets.jobs_of(owner, dataset_id)
        with_jobs = ""
        if jobs:
            names = ", ".join(view.short(name, 60) for name in jobs[:SHOWN_NAMES])
            names += " …" if len(jobs) > SHOWN_NAMES else ""
            with_jobs = self.ctx.say(
                request, "pages.data.delete_jobs", count=len(jobs), names=names
            )
        summary = dataset.version.summary
        key = "pages.data.delete_ask" if summary.medium == "text" else "pages.media.delete_ask"
        question = self.ctx.say(request, key, name=dataset.name, rows=summary.rows, jobs=with_jobs)
        return dataset.id, f"<p>{escape(question)}</p>", gr.Group(visible=True)

    def remove(self, dataset_id: str, request: gr.Request) -> str:
        """Delete the dataset and what came from it."""
        owner, datasets = self.ctx.owner(request), self.ctx.services.datasets
        name = datasets.get(owner, dataset_id).name
        datasets.delete(owner, dataset_id)
        self.ctx.notice(request, self.ctx.say(request, "pages.data.deleted", name=name))
        return ""

    def require(self, dataset_id: str, request: gr.Request) -> None:
        """Go on only with a dataset that is still there."""
        try:
            self.ctx.services.datasets.get(self.ctx.owner(request), dataset_id)
        except NotFoundError as error:
            raise DatasetError("no_dataset") from error


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    DataTab(ctx, tab)
    strip(ctx, tab, "data")


PAGE = Page(slug="data", order=20, build=build)
