"""The Train tab: which model, how thorough, and go; everything else is folded away. It trains nothing itself."""

from collections.abc import Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.dataset import Dataset
from bigmodel.core.errors import DatasetError, ModelError, ParamsError
from bigmodel.core.form import FormField
from bigmodel.core.ids import new_id
from bigmodel.core.model import BaseChoice
from pages.shared import train_view as view
from pages.shared.form import ParamsForm
from pages.shared.guard import guard
from pages.shared.page import Context, Page

PRESET = "balanced"
QUIET: Mapping[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
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
        self.facts = gr.State({})  # of the bases on offer
        self.key = gr.State("")  # of this form: however often it is sent, it is one job
        # The choice that the settings were filled for. It travels with them, so that settings of the
        # choice before are never taken for changes by somebody who clicks faster than they arrive.
        self.filled_for = gr.Textbox("", visible="hidden", elem_id="train-filled-for")
        self.nothing = gr.Markdown(t("pages.train.nothing"), elem_id="train-nothing")
        self.to_data = gr.Button(
            t("pages.train.to_data"), variant="primary", elem_id="train-to-data"
        )
        with gr.Column(visible=False, elem_id="train-body") as self.body:
            with gr.Row():
                self.dataset = gr.Dropdown([], label=t("pages.train.data"), elem_id="train-dataset")
                self.task = gr.Dropdown(
                    self._task_choices(),
                    value=self.training.tasks()[0].name,
                    label=t("pages.train.task"),
                    elem_id="train-task",
                )
                self.name = gr.Textbox(label=t("pages.train.name"), elem_id="train-name")
            self.base = gr.Radio(
                [], label=t("pages.train.base"), info=t("train.tuned_too"), elem_id="train-base"
            )
            self.unfit = gr.HTML("", elem_id="train-unfit", visible=False)
            self.preset = gr.Radio(
                [], label=t("pages.train.preset"), elem_id="train-preset", visible=False
            )
            self.fetch = gr.Button(visible=False, variant="primary", elem_id="train-fetch")
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
            self.form = ParamsForm(self.ctx, self._all_fields())
        with gr.Accordion(t("pages.train.other"), open=False, elem_id="train-other"):
            gr.Markdown(t("pages.train.hub_intro"))
            with gr.Row(elem_id="train-hub-row"):
                self.hub_id = gr.Textbox(
                    label=t("pages.train.hub_id"),
                    placeholder="google-bert/bert-base-chinese",
                    elem_id="train-hub-id",
                    scale=3,
                )
                self.look = gr.Button(t("pages.train.hub_look"), elem_id="train-hub-look")
            self.hub_card = gr.HTML("", elem_id="train-hub-card", visible=False)
            self.hub_fetch = gr.Button(visible=False, elem_id="train-hub-fetch")
            gr.Markdown(t("pages.train.folder_intro"))
            self.files = gr.File(
                label=t("pages.train.folder"),
                file_count="multiple",
                elem_id="train-folder",
                height=130,
            )
        with gr.Accordion(t("pages.train.command"), open=False, elem_id="train-command-box"):
            self.command = gr.Textbox(
                label=t("pages.train.command_label"),
                buttons=["copy"],
                lines=2,
                interactive=False,
                elem_id="train-command",
            )

    def _task_choices(self) -> list[tuple[Any, str]]:
        choices = []
        for task in self.training.tasks():
            key = f"tasks.{task.name}.name"
            choices.append((self.ctx.t(key) if self._has(key) else task.name, task.name))
        return choices

    def _has(self, key: str) -> bool:
        return self.ctx.services.words.has(key)

    def _all_fields(self) -> list[FormField]:
        found: dict[str, FormField] = {}
        for task in self.training.tasks():
            for field in self.training.form(task.name):
                found.setdefault(field.name, field)
        return list(found.values())

    # events -------------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        dataset = self.ctx.dataset
        self.settings = [
            self.filled_for, self.preset, self.fetch, self.train, self.advanced, self.command,
            *self.form.inputs,
        ]  # fmt: skip
        self.filled = [
            self.shown, self.facts, self.key, self.nothing, self.to_data, self.body, self.dataset,
            self.task, self.name, self.base, self.unfit, *self.settings,
        ]  # fmt: skip
        show = self.guard(self.show)
        # Only what a person does fills the form: filled once more behind their back, it would undo their choice.
        self.ctx.on_show(tab, show, [dataset, self.shown], [dataset, *self.filled])
        self.dataset.input(show, [self.dataset, self.shown], [dataset, *self.filled], **QUIET)
        self.task.input(self.guard(self.refill), [dataset, self.task], self.filled, **QUIET)
        gr.on(
            [self.base.input, self.preset.input],
            self.guard(self.choose),
            [dataset, self.task, self.base, self.preset, self.facts],
            self.settings,
            **QUIET,
        )
        choice = [dataset, self.task, self.base, self.preset, *self.form.inputs]
        gr.on(
            [component.input for component in self.form.inputs],
            self.guard(self.write_command),
            choice,
            self.command,
            trigger_mode="always_last",
            **QUIET,
        )
        submitted = self.train.click(
            self.guard(self.submit),
            [self.key, self.name, self.filled_for, *choice],
            [self.ctx.job, self.key],
            api_visibility="private",
            show_progress="minimal",
        )
        self.ctx.go(submitted, "jobs")
        self.ctx.go(self.to_data.click(lambda: None, None, None, **QUIET), "data")
        self._wire_bases()

    def _wire_bases(self) -> None:
        shown: Mapping[str, Any] = {"api_visibility": "private", "show_progress_on": self.hub_id}
        where = [self.ctx.dataset, self.task]
        self.fetch.click(
            self.guard(self.fetch_base),
            [self.base, *where],
            self.filled,
            api_visibility="private",
            show_progress_on=self.base,
        )
        gr.on(
            [self.look.click, self.hub_id.submit],
            self.guard(self.describe),
            self.hub_id,
            [self.hub_card, self.hub_fetch],
            **shown,
        )
        self.hub_fetch.click(
            self.guard(self.fetch_base), [self.hub_id, *where], self.filled, **shown
        )
        self.files.upload(
            self.guard(self.bring), [self.files, *where], [self.files, *self.filled], **shown
        )

    # filling ------------------------------------------------------------------------------------

    def show(self, dataset_id: str | None, shown: str, request: gr.Request) -> list[Any]:
        """Fill the tab with the chosen dataset, else the newest; what somebody typed stays while it is the same."""
        known = self.ctx.services.datasets.all(self.ctx.owner(request))
        dataset = next((d for d in known if d.id == dataset_id), known[0] if known else None)
        if dataset is None:
            hidden = [gr.skip()] * (len(self.filled) - 6)
            visible = [gr.Markdown(visible=True), gr.Button(visible=True), gr.Column(visible=False)]
            return ["", "", {}, "", *visible, *hidden]
        if shown == _version(dataset, self.ctx.language(request)):
            return [dataset.id, *[gr.skip()] * len(self.filled)]
        return [dataset.id, *self._fill(dataset, self.training.guess_task(dataset), "", request)]

    def refill(self, dataset_id: str, task: str, request: gr.Request, base: str = "") -> list[Any]:
        """Fill the tab for another task, or with a base that came in."""
        dataset = self.ctx.services.datasets.get(self.ctx.owner(request), dataset_id)
        return self._fill(dataset, task, base, request)

    def _fill(self, dataset: Dataset, task: str, base: str, request: gr.Request) -> list[Any]:
        owner, say = dataset.owner, partial(self.ctx.say, request)
        tell = partial(self.ctx.tell, request)
        choices = self.training.choices(owner, dataset.id, task)
        named = [(c, view.base_name(c.base, task, self.ctx.services.words, say)) for c in choices]
        fitting = [(c, name) for c, name in named if c.fits]
        names = [c.base.name for c, _ in fitting]
        chosen = base if base in names else names[0]
        facts = {choice.base.name: _facts(choice) for choice in choices}
        unfit = view.unfit([(c, name) for c, name in named if not c.fits], say, tell)
        known = self.ctx.services.datasets.all(owner)
        return [
            _version(dataset, self.ctx.language(request)),
            facts,
            new_id(),
            gr.Markdown(visible=False),
            gr.Button(visible=False),
            gr.Column(visible=True),
            gr.Dropdown([(d.name, d.id) for d in known], value=dataset.id),
            task,
            gr.Textbox(value="", placeholder=f"{dataset.name} · {chosen}"),
            gr.Radio(
                [(view.card(c, name, say, tell), c.base.name) for c, name in fitting], value=chosen
            ),
            gr.HTML(unfit, visible=bool(unfit)),
            *self.choose(dataset.id, task, chosen, PRESET, facts, request),
        ]

    def choose(
        self,
        dataset_id: str,
        task: str,
        base: str,
        preset: str | None,
        facts: Facts,
        request: gr.Request,
    ) -> list[Any]:
        """Fill what depends on base and preset: times, the button, the command line, the settings."""
        say, owner = partial(self.ctx.say, request), self.ctx.owner(request)
        about = facts[base]
        preset = preset or PRESET
        values = self.training.values(owner, task, base, preset)
        presets = view.preset_choices(about["minutes"], say)
        size = round(about["size_mb"])
        can_be_set = about["kind"] != "instant"
        return [
            _choice(task, base, preset),
            gr.Radio(presets, value=preset, visible=can_be_set),
            gr.Button(say("pages.train.fetch", size_mb=size), visible=not about["is_ready"]),
            gr.Button(visible=about["is_ready"]),
            gr.Accordion(visible=can_be_set),
            self.training.command(owner, dataset_id, task=task, base=base, preset=preset),
            *self.form.updates(self.training.form(task), values),
        ]

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
    ) -> tuple[str, str]:
        """Queue the training and return its job and the key of the next form."""
        owner = self.ctx.owner(request)
        if not dataset_id:
            raise DatasetError("no_dataset")
        is_filled = filled_for == _choice(task, base, preset)
        known = {field.name for field in self.training.form(task)} if is_filled else set()
        given = dict(zip(self.form.names, values, strict=True))
        try:
            job = self.training.submit(
                owner,
                dataset_id,
                task=task,
                base=base,
                preset=preset,
                changes={field: value for field, value in given.items() if field in known},
                name=name,
                key=key,
            )
        except ParamsError as error:
            tell = partial(self.ctx.tell, request)
            text = view.problems(error.problems, tell)
            raise gr.Error(text, duration=None, print_exception=False) from error
        gr.Info(escape(self.ctx.say(request, "pages.train.started", name=job.name)))
        return job.id, new_id()

    def describe(self, hub_id: str, request: gr.Request) -> tuple[gr.HTML, gr.Button]:
        """Ask the hub about a model and offer to fetch it; a refusal stays in the page."""
        say = partial(self.ctx.say, request)
        try:
            model = self.ctx.services.bases.describe(hub_id)
        except ModelError as error:
            text = view.refusal(self.ctx.tell(request, error.message))
            return gr.HTML(text, visible=True), gr.Button(visible=False)
        text = say("pages.train.fetch", size_mb=round(model.size_mb))
        return gr.HTML(view.hub_card(model, say), visible=True), gr.Button(text, visible=True)

    def fetch_base(
        self,
        hub_id: str,
        dataset_id: str,
        task: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> list[Any]:
        """Fetch a model and choose it."""
        say = partial(self.ctx.say, request)

        def tell(done: int, total: int) -> None:
            text = say("pages.train.fetching", done=done // 10**6, total=max(1, total // 10**6))
            progress(done / max(total, 1), desc=text)

        try:
            base = self.ctx.services.bases.fetch(self.ctx.owner(request), hub_id, tell)
        except ModelError as error:
            return self._warned(error, request)
        gr.Info(escape(say("pages.train.fetched", name=base.name)))
        return self.refill(dataset_id, task, request, base.name)

    def bring(
        self, paths: list[str] | None, dataset_id: str, task: str, request: gr.Request
    ) -> list[Any]:
        """Take a person's own model and choose it."""
        files = [Path(path) for path in paths or ()]
        try:
            base = self.ctx.services.bases.import_files(self.ctx.owner(request), files)
        except ModelError as error:
            return [None, *self._warned(error, request)]
        gr.Info(escape(self.ctx.say(request, "pages.train.brought", name=base.name)))
        return [None, *self.refill(dataset_id, task, request, base.name)]

    def _warned(self, error: ModelError, request: gr.Request) -> list[Any]:
        """Say why a model did not come in, and leave the tab as it is."""
        gr.Warning(escape(self.ctx.tell(request, error.message)), duration=None)
        return [gr.skip()] * len(self.filled)


def _facts(choice: BaseChoice) -> dict[str, Any]:
    base = choice.base
    return {
        "kind": base.kind,
        "minutes": dict(choice.minutes),
        "is_ready": choice.is_ready,
        "size_mb": base.size_mb,
    }


def _version(dataset: Dataset, language: str) -> str:
    return f"{dataset.id}/{dataset.version.number}/{language}"


def _choice(task: str, base: str, preset: str) -> str:
    return f"{task}/{base}/{preset}"


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    TrainTab(ctx, tab)


PAGE = Page(slug="train", order=30, build=build)
