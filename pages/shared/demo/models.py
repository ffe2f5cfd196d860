"""Which model a demo tab asks, and what is said of it: picked by hand, else of the chosen job, else the newest.

It looks again while a training goes on, so that its better model answers as soon as it stands.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gradio as gr

from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.message import Message
from bigmodel.core.metric import metric
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import INSTANT
from pages.shared.results.share_view import doors
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context
from pages.shared.widgets import answer
from pages.shared.widgets.waiting import waiting

LISTED_MODELS = 100
LOOK_S = 2.0
LOCK: dict[str, Any] = {"api_visibility": "private"}
WORDS = "pages.demo."
QUALITY = {
    "accuracy": "share",
    "wer": "words",
    "mae": "error",
}  # measures with sentences of their own

# What a tab shows of the chosen model (or of none) beside the common parts, for one owner.
Fill = Callable[[str, TrainedModel | None, gr.Request], tuple[object, ...]]


@dataclass(frozen=True)
class Choice:
    """The model that answers now, or why there is none. `is_settled`: no better one can come by itself."""

    models: tuple[TrainedModel, ...]
    model: TrainedModel | None = None
    trouble: Message | None = None
    is_settled: bool = True

    @property
    def is_waiting(self) -> bool:
        return self.trouble is not None and self.trouble.key.endswith("model_not_ready")

    @property
    def mark(self) -> str:
        """What the tab shows hangs on these, and on nothing else."""
        ids = (model.id for model in self.models)
        trouble = self.trouble.key if self.trouble else ""
        own = self.model.id if self.model else ""
        return " ".join((own, trouble, str(self.is_settled), *ids))


class DemoModels:
    """The common head of the demo tabs. `kind` is the kind of demo its models are for: text, image or voice."""

    def __init__(self, ctx: Context, kind: str, fill: Fill) -> None:
        self._ctx = ctx
        self._demo = ctx.services.inference
        self._kind = kind
        self._fill = fill

    # layout -----------------------------------------------------------------------------------

    @contextmanager
    def layout(self, tab: gr.Tab) -> Iterator[None]:
        """Build the head; what stands in the block is the tab's own part, seen only where there is a model."""
        t, prefix = self._ctx.t, f"{self._kind}-demo"
        self.picked = gr.State("")
        # What is shown, kept in the page: of two answers under way at once the older may be drawn last.
        self._seen = gr.Textbox("", visible="hidden", elem_id=f"{prefix}-seen")
        waiting("demo", f"{prefix}-wait")
        self._notice = gr.HTML(visible=False, padding=False, elem_id=f"{prefix}-notice")
        self._to_data = gr.Button(
            t(f"{WORDS}to_data"), variant="primary", visible=False, elem_id=f"{prefix}-to-data"
        )
        with gr.Column(visible=False, elem_id=f"{prefix}-work") as self._work:
            self.model = gr.Dropdown(
                [], label=t(f"{WORDS}model"), elem_id=f"{prefix}-model", filterable=False
            )
            self._card = gr.HTML(padding=False, elem_id=f"{prefix}-card")
            yield
            with gr.Accordion(t("pages.share.alone_title"), open=False, elem_id=f"{prefix}-alone"):
                self._doors = doors(self._ctx.services.words, f"{prefix}-doors")
        self._timer = gr.Timer(LOOK_S, active=False)
        self._tab = tab

    def wire(self, parts: Sequence[gr.components.Component]) -> gr.events.Dependency:
        """Connect the head; `parts` are what `fill` fills. Return the event of a model picked by hand."""
        protect, newest = guard(self._ctx.services.words), Newest()
        view = [
            self._seen, self._notice, self.model, self._card, self._to_data, self._work,
            self._timer, *parts,
        ]  # fmt: skip
        asked = [self._ctx.job, self.picked]
        self._ctx.on_show(self._tab, protect(newest(self.show)), asked, view)
        self._timer.tick(
            protect(newest.tick(self.refresh)), [*asked, self._seen], view, queue=False, **QUIET
        )
        self.model.change(None, self.model, self._doors, js="(id) => id || ''", **QUIET)
        self._ctx.go(self._to_data.click(None, **LOCK), "data")
        picked: gr.events.Dependency = self.model.input(
            protect(newest.keep(self.pick)),
            self.model,
            [self._ctx.job, self.picked, *view],
            **QUIET,
        )
        return picked

    # handlers ---------------------------------------------------------------------------------

    def show(self, job: str, picked: str, request: gr.Request) -> tuple[object, ...]:
        """Return everything of the tab, with the chosen model loading, because somebody looks at it."""
        owner = self._ctx.owner(request)
        choice = self.choose(owner, job, picked)
        if choice.model:
            self._demo.warm(owner, choice.model.id)
        return self._view(choice, owner, request)

    def refresh(self, job: str, picked: str, seen: str, request: gr.Request) -> Any:
        """Return what changed since it was last shown: a first model, or a better one. Any: or a skip."""
        owner = self._ctx.owner(request)
        choice = self.choose(owner, job, picked)
        if seen == choice.mark:
            return gr.skip()
        view = self._view(choice, owner, request)
        before = seen.split(" ")[0]
        if choice.model is None or choice.model.id == before:
            return view
        self._demo.warm(owner, choice.model.id)
        better = answer.notice(self._ctx.say(request, f"{WORDS}better") if before else "")
        return (view[0], gr.HTML(better, visible=bool(better)), *view[2:])

    def pick(self, model_id: str, request: gr.Request) -> tuple[object, ...]:
        """Take the model a person chose: its job becomes the chosen job."""
        model = self._demo.resolve(self._ctx.owner(request), model_id)
        return (model.job_id, model_id, *self.show(model.job_id, model_id, request))

    def choose(self, owner: str, job: str, picked: str) -> Choice:
        """Return the model picked by hand if it is of the chosen job, else the job's kept one, else the newest."""
        models = tuple(self._demo.models(owner, self._kind))
        job = self._mine(owner, job)
        by_hand = [model for model in models if model.id == picked and model.job_id == job]
        chosen, trouble = next(iter(by_hand), None), None
        if job and not chosen:
            try:
                chosen = self._demo.resolve(owner, job)
            except ModelError as error:
                trouble = error.message
        elif not chosen:
            chosen = next(iter(models), None)
        followed = job or (chosen.job_id if chosen else "")
        is_settled = not followed or bool(by_hand) or self._demo.is_settled(owner, followed)
        return Choice(models, chosen, trouble, is_settled)

    def _mine(self, owner: str, job: str) -> str:
        """Return the job if its models are tried here; one of another kind, or deleted, is no wish."""
        try:
            return job if job and self._demo.kind(owner, job) == self._kind else ""
        except NotFoundError:
            return ""

    # what it looks like -----------------------------------------------------------------------

    def _view(self, choice: Choice, owner: str, request: gr.Request) -> tuple[object, ...]:
        """Return updates in the order in which `wire` lists the components."""
        notice, model = self._said(choice, request), choice.model
        has_work = bool(choice.models) or choice.is_waiting
        listed = [*choice.models[:LISTED_MODELS]]
        listed += [model] if model and model not in listed else []
        return (
            choice.mark,
            gr.HTML(answer.notice(notice), visible=bool(notice)),
            gr.Dropdown(
                choices=[(self._option(owner, one, request), one.id) for one in listed],
                value=model.id if model else None,
            ),
            self._about(owner, model, request) if model else "",
            gr.Button(visible=not has_work),
            gr.Column(visible=has_work),
            gr.Timer(active=choice.is_waiting or not choice.is_settled),
            *self._fill(owner, model, request),
        )

    def _said(self, choice: Choice, request: gr.Request) -> str:
        if choice.is_waiting:
            return self._ctx.say(request, f"{WORDS}waiting")
        if choice.trouble:
            return self._ctx.tell(request, choice.trouble)
        none = f"{WORDS}about_none_{self._kind}"
        return "" if choice.models else self._ctx.say(request, none)

    def _option(self, owner: str, model: TrainedModel, request: gr.Request) -> str:
        key, args = self._quality(model, request)
        data = self._demo.source(owner, model).dataset
        parts = (
            model.name,
            "" if data in model.name else data,
            self._ctx.say(request, f"{WORDS}quality_{key}", **args),
            "" if model.kept else self._sort(model, request),
        )
        return " · ".join(filter(None, parts))

    def _about(self, owner: str, model: TrainedModel, request: gr.Request) -> str:
        """Return which model it is, what it learned from, and how good it was on rows it never saw."""
        source = self._demo.source(owner, model)
        key, args = self._quality(model, request)
        form = "plain" if key == "none" else key if source.test_rows else f"folds_{key}"
        sentence = self._ctx.say(
            request,
            f"{WORDS}card_{form}",
            data=source.dataset,
            items=self._ctx.say(request, f"{WORDS}items_{self._kind}", rows=source.test_rows),
            kind=self._sort(model, request),
            **args,
        )
        return answer.quiet(sentence)

    def _sort(self, model: TrainedModel, request: gr.Request) -> str:
        kind = self._ctx.say(request, f"{WORDS}kind_{model.kind}")
        return kind if model.base == INSTANT or model.kind == "instant" else f"{kind}, {model.base}"

    def _quality(self, model: TrainedModel, request: gr.Request) -> tuple[str, dict[str, str]]:
        """Return the words' ending and arguments for how good a model is on rows it never saw."""
        test, primary = model.metrics.get("test", {}), self._demo.primary(model)
        for name, key in QUALITY.items():
            if name in test:
                value = metric(name).text(test[name]).removesuffix(" %")
                return key, {"error" if key == "error" else "percent": value}
        if primary.name not in test:
            return "none", {}
        named = {"metric": self._ctx.say(request, primary.title)}
        return "other", named | {"value": primary.text(test[primary.name])}
