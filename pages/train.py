"""The Train tab: which model, how thorough, and go; everything else is folded away. It trains nothing itself."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, JobError, ParamsError
from bigmodel.core.ids import new_id
from pages.shared.label.sort_hook import SortHook
from pages.shared.train import train_view as view
from pages.shared.train.augmentation_view import VariedView
from pages.shared.train.base_intake import BaseIntake
from pages.shared.train.consent_view import ConsentView
from pages.shared.train.forecast_view import ForecastView
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context, Page, Updates
from pages.shared.widgets.form import ParamsForm, all_fields, task_choices
from pages.shared.widgets.terms import strip

PRESET = "balanced"
Facts = dict[str, dict[str, Any]]  # of each base: minutes, is_ready, size_mb


class TrainTab:
    """The components of the tab, what fills them, and what their events do."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        self.training = ctx.services.training
        self.guard = guard(ctx.services.words)
        self._build()
        self._wire(tab)

    # components ---------------------------------------------------------------------------------

    def _build(self) -> None:
        t = self.ctx.t
        self.shown = gr.State("")  # the dataset version that fills the tab
        self.of_task = gr.State("")  # for which it is filled
        self.facts = gr.State({})  # of the bases on offer
        # Of this form. It stands in the page and travels with each press: however often one is sent, it is one job.
        self.key = gr.Textbox("", visible="hidden", elem_id="train-key")
        # The choice that the settings were filled for. It travels with them, so that settings of the
        # choice before are never taken for changes by somebody who clicks faster than they arrive.
        self.filled_for = gr.Textbox("", visible="hidden", elem_id="train-filled-for")
        self.nothing = gr.Markdown(t("pages.train.nothing"), elem_id="train-nothing")
        self.to_data = gr.Button(
            t("pages.train.to_data"), variant="primary", elem_id="train-to-data"
        )
        self.unlabelled = SortHook(self.ctx, "train")
        with gr.Column(visible=False, elem_id="train-body") as self.body:
            with gr.Row():
                self.dataset = gr.Dropdown([], label=t("pages.train.data"), elem_id="train-dataset")
                self.task = gr.Dropdown(
                    task_choices(self.ctx),
                    value=self.training.tasks()[0].name,
                    label=t("pages.train.task"),
                    elem_id="train-task",
                )
                self.name = gr.Textbox(label=t("pages.train.name"), elem_id="train-name")
            self.base = gr.Radio(
                [], label=t("pages.train.base"), info=t("train.tuned_too"), elem_id="train-base"
            )
            self.expect = gr.HTML("", elem_id="train-expect", visible=False, padding=False)
            self.unfit = gr.HTML("", elem_id="train-unfit", visible=False)
            self.preset = gr.Radio(
                [], label=t("pages.train.preset"), elem_id="train-preset", visible=False
            )
            self.fetch = gr.Button(visible=False, variant="primary", elem_id="train-fetch")
            self.stop_place = gr.Column(elem_id="train-stop-place")
            self.consent = ConsentView(self.ctx)
            self.forecast = ForecastView(self.ctx)
            self.train = gr.Button(
                t("pages.train.train"), variant="primary", size="lg", elem_id="train-train"
            )
            self._build_more()

    def _build_more(self) -> None:
        t = self.ctx.t
        with gr.Accordion(
            t("pages.train.advanced"), open=False, elem_id="train-advanced"
        ) as self.advanced:
            gr.Markdown(t("pages.train.advanced_intro"))
            self.form = ParamsForm(self.ctx, all_fields(self.ctx))
            self.varied = VariedView(self.ctx)
        self.intake = BaseIntake(self.ctx)
        with self.stop_place:
            self.stop = self.intake.stop_button("train-stop")
        with gr.Accordion(t("pages.train.command"), open=False, elem_id="train-command-box"):
            self.command = gr.Textbox(
                label=t("pages.train.command_label"),
                buttons=["copy"],
                lines=2,
                interactive=False,
                elem_id="train-command",
            )

    # events -------------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        dataset = self.ctx.dataset
        self.settings = [
            self.filled_for, self.preset, self.expect, self.fetch, self.train, self.advanced,
            self.command, self.varied.place, *self.consent.parts, *self.form.inputs,
        ]  # fmt: skip
        self.filled = [
            self.shown, self.of_task, self.facts, self.key, self.nothing, self.to_data,
            *self.unlabelled.outputs, self.body, self.dataset,
            self.task, self.name, self.base, self.unfit, self.intake.about, *self.settings,
        ]  # fmt: skip
        whole = Newest()
        show, pick = self.guard(whole(self.show)), self.guard(whole(self.pick))
        part = Newest(within=whole)
        # Only what a person does fills the form: filled once more behind their back, it would undo their choice.
        self.ctx.on_show(tab, show, [dataset, self.shown], [dataset, *self.filled])
        # A list tells one choice twice. One after the other, the second finds the form filled and leaves it.
        once: dict[str, Any] = {"concurrency_limit": 1, **QUIET}
        self.dataset.input(pick, [self.dataset, self.shown], [dataset, *self.filled], **once)
        asked = [dataset, self.task, self.of_task]
        self.task.input(self.guard(whole(self.change_task)), asked, self.filled, **once)
        gr.on(
            [self.base.input, self.preset.input],
            self.guard(part(self.choose)),
            [dataset, self.task, self.base, self.preset, self.facts],
            self.settings,
            **QUIET,
        )
        choice = [dataset, self.task, self.base, self.preset, *self.form.inputs]
        submitted = self.train.click(
            self.guard(self.submit),
            [self.key, self.name, self.filled_for, *choice],
            self.ctx.job,
            api_visibility="private",
            show_progress="minimal",
        )
        submitted.success(
            lambda: gr.Timer(active=False), None, self.forecast.timer, queue=False, **QUIET
        )
        self.ctx.go(submitted, "jobs")
        self.ctx.go(self.to_data.click(lambda: None, None, None, **QUIET), "data")
        self._wire_outlook(tab, choice)
        self.consent.wire(self.guard, [dataset, self.task], self.train)
        self._wire_bases()

    def _wire_outlook(self, tab: gr.Tab, choice: Sequence[gr.components.Component]) -> None:
        """Connect what says beforehand what a training will be like, and as which command it could be given."""
        dataset = self.ctx.dataset
        changed = self.form.changes
        outlook = [*self.forecast.parts, self.forecast.asked]
        newest: dict[str, Any] = {"trigger_mode": "always_last", **QUIET}
        gr.on(changed, self.guard(self.write_command), choice, self.command, **newest)
        asked = [self.filled_for.change, *changed]
        gr.on(asked, self.guard(self.expect_now), choice, outlook, **newest)
        # Each second, with nothing from the form: the browser looks for each input in the whole page.
        look, again = self.guard(self.forecast.look), [self.forecast.asked]
        self.forecast.timer.tick(look, again, self.forecast.parts, queue=False, **QUIET)
        self.ctx.on_show(tab, look, again, self.forecast.parts)
        self.forecast.use.click(
            self.guard(self.use_plan),
            [self.forecast.plan, dataset, self.task, self.facts],
            [self.base, *self.settings],
            **QUIET,
        ).then(self.guard(self.expect_now), choice, outlook, **QUIET)
        self.varied.button.click(
            self.guard(self.draw_varied),
            [dataset, *self.form.inputs],
            self.varied.html,
            api_visibility="private",
            show_progress_on=self.varied.html,
        )

    def _wire_bases(self) -> None:
        where = [self.ctx.dataset, self.task]
        chosen = [self.base, *where]
        self.intake.wire_fetch(self.guard, self.fetch, self.stop, chosen, self.filled)
        self.intake.wire(self.guard, where, self.filled, self.refill)

    # filling ------------------------------------------------------------------------------------

    def show(self, dataset_id: str | None, shown: str, request: gr.Request) -> Updates:
        """Fill the tab with the chosen dataset, else the newest; what somebody typed stays while it is the same."""
        known = self.ctx.services.datasets.all(self.ctx.owner(request))
        dataset = next((d for d in known if d.id == dataset_id), known[0] if known else None)
        if dataset is None:
            return {self.ctx.dataset: "", **self._closed("")}
        # One that was asked for is not chosen anew: another may be chosen meanwhile.
        chosen: Updates = {self.ctx.dataset: dataset.id} if dataset.id != dataset_id else {}
        try:
            dataset = self.ctx.services.labelling.ready(dataset.owner, dataset.id)
        except JobError as error:
            return chosen | self._closed(self.ctx.tell(request, error.message))
        if shown == view.version_key(dataset, self.ctx.language(request)):
            return chosen | {self.key: new_id()}
        return chosen | self._fill(dataset, self.training.guess_task(dataset), "", request)

    def pick(self, dataset_id: str | None, shown: str, request: gr.Request) -> Updates:
        """Choose another dataset, and fill the tab with it."""
        return {self.ctx.dataset: dataset_id or "", **self.show(dataset_id, shown, request)}

    def _closed(self, unlabelled: str) -> Updates:
        """Return the tab without its form: no data yet, or a sentence about data without labels."""
        return {
            self.shown: "",
            self.of_task: "",
            self.facts: {},
            self.nothing: gr.Markdown(visible=not unlabelled),
            self.to_data: gr.Button(visible=not unlabelled),
            **self.unlabelled.say(unlabelled),
            self.body: gr.Column(visible=False),
        }

    def change_task(self, dataset_id: str, task: str, of_task: str, request: gr.Request) -> Updates:
        """Fill the tab for another task than it is filled for."""
        if task == of_task:
            return {self.of_task: gr.skip()}
        return self.refill(dataset_id, task, request)

    def refill(self, dataset_id: str, task: str, request: gr.Request, base: str = "") -> Updates:
        """Fill the tab for another task, or with a base that came in."""
        dataset = self.ctx.services.datasets.get(self.ctx.owner(request), dataset_id)
        return self._fill(dataset, task, base, request)

    def _fill(self, dataset: Dataset, task: str, base: str, request: gr.Request) -> Updates:
        owner, say, words = dataset.owner, partial(self.ctx.say, request), self.ctx.services.words
        tell = partial(self.ctx.tell, request)
        choices = self.training.choices(owner, dataset.id, task)
        named = [(c, view.base_name(c.base.name, task, words, say)) for c in choices]
        fitting = [(c, name) for c, name in named if c.fits]
        called = {c.base.name: name for c, name in fitting}
        speaks = dataset.version.summary.medium == "text"
        chosen = base if base in called else next(iter(called))
        expected = partial(self.training.expectation, owner, dataset.id)
        facts = {
            c.base.name: view.facts_of(c) | {"expect": view.expectation(expected(c, task), tell)}
            for c in choices
        }
        unfit = view.unfit([(c, name) for c, name in named if not c.fits], say, tell)
        known = self.ctx.services.datasets.all(owner)
        cards = [(view.card(c, name, say, tell, speaks=speaks), c.base.name) for c, name in fitting]
        return {
            self.shown: view.version_key(dataset, self.ctx.language(request)),
            self.of_task: task,
            self.facts: facts,
            self.key: new_id(),
            self.nothing: gr.Markdown(visible=False),
            self.to_data: gr.Button(visible=False),
            **self.unlabelled.say(""),
            self.body: gr.Column(visible=True),
            self.dataset: gr.Dropdown([(d.name, d.id) for d in known], value=dataset.id),
            self.task: task,
            self.name: gr.Textbox(value="", placeholder=f"{dataset.name} · {called[chosen]}"),
            self.base: gr.Radio(cards, value=chosen, info=view.about_bases(choices, say)),
            self.unfit: gr.HTML(unfit, visible=bool(unfit)),
            self.intake.about: self.intake.introduced(dataset.version.summary.medium, say),
            **self.choose(dataset.id, task, chosen, PRESET, facts, request),
        }

    def expect_now(
        self,
        request: gr.Request,
        dataset_id: str,
        task: str,
        base: str,
        preset: str,
        *values: Any,  # Any: of the form, each field has its own type
    ) -> Updates:
        """Return the forecast of the choice as it stands."""
        if not dataset_id or not base:
            return {self.forecast.html: gr.skip()}
        known = {field.name for field in self.training.form(task)}
        given = zip(self.form.names, values, strict=True)
        mine = {name: value for name, value in given if name in known}
        asked = (list(mine), dataset_id, task, base, preset or PRESET, *mine.values())
        return {**self.forecast.shown(request, *asked), self.forecast.asked: asked}

    def draw_varied(self, request: gr.Request, dataset_id: str, *values: Any) -> str:
        """Return how the settings vary some pictures."""
        return self.varied.draw(request, dataset_id, self.form.names, values)

    def use_plan(
        self, plan: dict[str, Any], dataset_id: str, task: str, facts: Facts, request: gr.Request
    ) -> Updates:
        """Fill the form with the plan that fits."""
        if not plan:
            return {self.base: gr.skip()}
        changes = {
            self.form.components[name]: gr.update(visible=True, value=value)
            for name, value in plan["changes"].items()
            if name in self.form.components
        }
        chosen = self.choose(dataset_id, task, plan["base"], plan["preset"], facts, request)
        return {self.base: plan["base"], **chosen, **changes}

    def choose(
        self,
        dataset_id: str,
        task: str,
        base: str,
        preset: str | None,
        facts: Facts,
        request: gr.Request,
    ) -> Updates:
        """Fill what depends on base and preset: times, the button, the command line, the settings."""
        say, owner = partial(self.ctx.say, request), self.ctx.owner(request)
        about = facts[base]
        preset = preset or PRESET
        values = self.training.values(owner, task, base, preset)
        presets = view.preset_choices(about["minutes"], say)
        can_be_set = about["kind"] != "instant"
        dataset = self.ctx.services.datasets.get(owner, dataset_id)
        is_agreed = not self.ctx.services.consents.is_wanted(dataset.version, task)
        return {
            self.filled_for: view.choice_key(task, base, preset),
            self.preset: gr.Radio(presets, value=preset, visible=can_be_set),
            self.expect: gr.HTML(about["expect"], visible=bool(about["expect"])),
            self.fetch: gr.Button(
                say("pages.train.fetch", size_mb=round(about["size_mb"])),
                visible=not about["is_ready"],
            ),
            self.train: gr.Button(visible=about["is_ready"], interactive=is_agreed),
            **self.consent.shown(dataset, task, request),
            self.advanced: gr.Accordion(visible=can_be_set and about["kind"] != "features"),
            self.command: self.training.command(
                owner, dataset_id, task=task, base=base, preset=preset
            ),
            self.varied.place: self.varied.shown(list(values)),
            **self.form.updates(self.training.form(task), values),
        }

    def write_command(
        self,
        request: gr.Request,
        dataset_id: str,
        task: str,
        base: str,
        preset: str,
        *values: Any,  # Any: of the form, each field has its own type
    ) -> str:
        """Return the command line for the form as it stands."""
        return self.training.command(
            self.ctx.owner(request),
            dataset_id,
            task=task,
            base=base,
            preset=preset,
            changes=dict(zip(self.form.names, values, strict=True)),
        )

    # doing --------------------------------------------------------------------------------------

    def submit(
        self,
        request: gr.Request,
        key: str,
        name: str,
        filled_for: str,
        dataset_id: str,
        task: str,
        base: str,
        preset: str,
        *values: Any,  # Any: of the form, each field has its own type
    ) -> str:
        """Queue the training and return its job; the same form sent again is the same job."""
        if not dataset_id:
            raise DatasetError("no_dataset")
        is_filled = filled_for == view.choice_key(task, base, preset)
        known = {field.name for field in self.training.form(task)} if is_filled else set()
        given = dict(zip(self.form.names, values, strict=True))
        sent, words = key or request.session_hash, self.ctx.services.words
        try:
            job = self.training.submit(
                self.ctx.owner(request),
                dataset_id,
                task=task,
                base=base,
                preset=preset,
                changes={field: value for field, value in given.items() if field in known},
                name=name,
                called=view.base_name(base, task, words, partial(self.ctx.say, request)),
                key=view.form_key(sent, name, dataset_id, task, base, preset, *values),
                via="browser",
            )
        except ParamsError as error:
            text = view.problems(error.problems, partial(self.ctx.tell, request))
            title = self.ctx.say(request, "shell.problem")
            raise gr.Error(text, duration=None, print_exception=False, title=title) from error
        self.ctx.notice(request, self.ctx.say(request, "pages.train.started", name=job.name))
        return job.id


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    TrainTab(ctx, tab)
    strip(ctx, tab, "train")


PAGE = Page(slug="train", order=30, build=build)
