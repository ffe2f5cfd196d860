"""The tab where a trained model is tried: on a sentence, on many, on a table; it computes no answer itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import INSTANT
from pages.shared import answer
from pages.shared.guard import guard
from pages.shared.page import Context, Page

LISTED_MODELS = 100
ANSWERED_LINES = 1_000
SHOWN_LINES = 200
LOOK_S = 2.0
ENDINGS = [".csv", ".tsv", ".txt", ".jsonl", ".xlsx", ".parquet"]
LOCK: dict[str, Any] = {"api_visibility": "private"}


@dataclass(frozen=True)
class View:
    """The components of the tab, in the order in which `refresh` fills them."""

    notice: gr.HTML
    model: gr.Dropdown
    card: gr.HTML
    examples: gr.Dataset
    run: gr.Button
    run_file: gr.Button
    to_data: gr.Button
    work: gr.Column
    timer: gr.Timer

    def all(self) -> list[Any]:  # components, and the column, which Gradio takes as well
        return list(self.__dict__.values())


class TextDemo:
    """What the tab does, in one person's language at a time."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._demo = ctx.services.demo
        self.verbs = (ctx.t("pages.text_demo.classify"), ctx.t("pages.text_demo.estimate"))

    def show(self, job: str, picked: str, request: gr.Request) -> tuple[object, ...]:
        """Return the models to choose from, with the chosen one loading, because somebody looks at them."""
        chosen = self.refresh(job, picked, request)
        model = self._choose(self._ctx.owner(request), job, picked)[0]
        if model:
            self._demo.warm(self._ctx.owner(request), model.id)
        return chosen

    def refresh(self, job: str, picked: str, request: gr.Request) -> tuple[object, ...]:
        """Return the models to choose from, and everything that hangs on the chosen one."""
        owner = self._ctx.owner(request)
        models = self._demo.models(owner)
        chosen, trouble = self._choose(owner, job, picked)
        is_waiting = trouble is not None and trouble.key.endswith("model_not_ready")
        examples = self._demo.examples(owner, chosen.id) if chosen else []
        notice = self._notice(trouble, is_waiting, bool(models), request)
        return (
            gr.HTML(answer.notice(notice), visible=bool(notice)),
            gr.Dropdown(
                choices=self._options(owner, models[:LISTED_MODELS], chosen, request),
                value=chosen.id if chosen else None,
            ),
            self._card(owner, chosen, request),
            gr.Dataset(samples=[[text] for text in examples], visible=bool(examples)),
            gr.Button(self._verb(chosen), interactive=chosen is not None),
            gr.Button(interactive=chosen is not None),
            gr.Button(visible=not models and not is_waiting),
            gr.Column(visible=bool(models) or is_waiting),
            gr.Timer(active=is_waiting),
        )

    def pick(self, model_id: str, request: gr.Request) -> tuple[object, ...]:
        """Take the model a person chose: its job becomes the chosen job, and the other's answer goes."""
        owner = self._ctx.owner(request)
        model = self._demo.resolve(owner, model_id)
        hint = answer.notice(self._ctx.say(request, "pages.text_demo.result_hint"))
        return (model.job_id, model_id, hint, *self.show(model.job_id, model_id, request))

    def ask(self, model_id: str, text: str, request: gr.Request) -> str:
        """Return the answer to one line as bars, to many as a table."""
        texts = [line.strip() for line in (text or "").splitlines() if line.strip()]
        if not model_id:
            raise ModelError("model_missing")
        if not texts:
            raise ModelError("text_missing")
        asked = texts[:ANSWERED_LINES]
        answers = self._demo.predict(self._ctx.owner(request), model_id, asked)
        if len(texts) > 1:
            keys = ("table_text", "table_answer", "table_sureness")
            headings = [self._ctx.say(request, f"pages.text_demo.{key}") for key in keys]
            shown = answer.table(asked[:SHOWN_LINES], answers[:SHOWN_LINES], headings)
            return f"{answer.quiet(self._count(len(texts), request))}{shown}"
        if answers[0].label is None:
            return answer.number(answers[0], self._ctx.say(request, "pages.text_demo.number"))
        return answer.bars(answers[0])

    def ask_example(
        self, sample: Sequence[str], model_id: str, request: gr.Request
    ) -> tuple[str, str]:
        """Take an example into the box and answer it."""
        return sample[0], self.ask(model_id, sample[0], request)

    def ask_table(
        self,
        model_id: str,
        path: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it in the signature
    ) -> tuple[object, str]:
        """Answer every row of an uploaded table."""
        if not model_id:
            raise ModelError("model_missing")
        if not path:
            raise ModelError("table_missing")
        rows = 0

        def tell(done: int, total: int) -> None:
            nonlocal rows
            rows = total
            progress((done, total))

        out = self._demo.answer_upload(self._ctx.owner(request), model_id, Path(path), tell)
        done = self._ctx.say(request, "pages.text_demo.file_done", rows=rows)
        return gr.DownloadButton(value=str(out), visible=True), answer.quiet(done)

    def _choose(
        self, owner: str, job: str, picked: str
    ) -> tuple[TrainedModel | None, Message | None]:
        """Return the model picked by hand if it is of the chosen job, else the job's kept one, else the newest."""
        models = self._demo.models(owner)
        by_hand = [model for model in models if model.id == picked and model.job_id == job]
        if by_hand:
            return by_hand[0], None
        if job:
            try:
                return self._demo.resolve(owner, job), None
            except ModelError as error:
                return None, error.message
            except NotFoundError:  # a link to what was deleted since: show what there is
                pass
        return next(iter(models), None), None

    def _notice(
        self, trouble: Message | None, is_waiting: bool, has_models: bool, request: gr.Request
    ) -> str:
        if is_waiting:
            return self._ctx.say(request, "pages.text_demo.waiting")
        if trouble:
            return self._ctx.tell(request, trouble)
        return "" if has_models else self._ctx.say(request, "pages.text_demo.about_none")

    def _options(
        self,
        owner: str,
        models: Sequence[TrainedModel],
        chosen: TrainedModel | None,
        request: gr.Request,
    ) -> list[tuple[str, str]]:
        listed = [*models, *([chosen] if chosen and chosen not in models else [])]
        return [(self._option(owner, model, request), model.id) for model in listed]

    def _option(self, owner: str, model: TrainedModel, request: gr.Request) -> str:
        key, args = _quality(model)
        data = self._demo.source(owner, model).dataset
        parts = (
            model.name,
            "" if data in model.name else data,
            self._ctx.say(request, f"pages.text_demo.quality_{key}", **args),
            "" if model.kept else self._kind(model, request),
        )
        return " · ".join(filter(None, parts))

    def _verb(self, model: TrainedModel | None) -> Any:  # a marker that the browser translates
        return self.verbs[bool(model and not model.labels)]

    def _card(self, owner: str, model: TrainedModel | None, request: gr.Request) -> str:
        if model is None:
            return ""
        source = self._demo.source(owner, model)
        key, args = _quality(model)
        form = {"none": "plain"}.get(key, key if source.test_rows else f"folds_{key}")
        sentence = self._ctx.say(
            request,
            f"pages.text_demo.card_{form}",
            data=source.dataset,
            rows=source.test_rows,
            kind=self._kind(model, request),
            **args,
        )
        return answer.quiet(sentence)

    def _kind(self, model: TrainedModel, request: gr.Request) -> str:
        kind = self._ctx.say(request, f"pages.text_demo.kind_{model.kind}")
        return kind if model.base == INSTANT or model.kind == "instant" else f"{kind}, {model.base}"

    def _count(self, rows: int, request: gr.Request) -> str:
        key = "many_cut" if rows > SHOWN_LINES else "many"
        shown = min(rows, SHOWN_LINES)
        return self._ctx.say(request, f"pages.text_demo.{key}", rows=rows, shown=shown)


def build(ctx: Context, tab: gr.Tab) -> None:
    """Lay out the tab and connect it."""
    demo = TextDemo(ctx)
    protect = guard(ctx.services.words)
    picked = gr.State("")
    with gr.Column(elem_id="text-demo"):
        notice = gr.HTML(visible=False, padding=False, elem_id="text-demo-notice")
        to_data = gr.Button(
            ctx.t("pages.text_demo.to_data"),
            variant="primary",
            visible=False,
            elem_id="text-demo-to-data",
        )
        with gr.Column(visible=False, elem_id="text-demo-work") as work:
            model = gr.Dropdown(
                [],
                label=ctx.t("pages.text_demo.model"),
                elem_id="text-demo-model",
                filterable=False,
            )
            card = gr.HTML(padding=False, elem_id="text-demo-card")
            with gr.Row():
                with gr.Column(min_width=300):
                    text, run = _question(ctx)
                with gr.Column(min_width=300):
                    result = gr.HTML(
                        f'<div class="bm-card bm-muted">{ctx.t("pages.text_demo.result_hint")}</div>',
                        padding=False,
                        elem_id="text-demo-result",
                    )
            examples = gr.Dataset(
                components=[gr.Textbox(visible=False)],
                samples=[],
                label=ctx.t("pages.text_demo.examples"),
                type="values",
                visible=False,
                elem_id="text-demo-examples",
            )
            file, run_file, out, done = _table(ctx)
    timer = gr.Timer(LOOK_S, active=False)
    view = View(notice, model, card, examples, run, run_file, to_data, work, timer)
    refresh = protect(demo.refresh)
    ctx.on_show(tab, refresh, [ctx.job, picked], view.all())
    timer.tick(refresh, [ctx.job, picked], view.all(), queue=False, show_progress="hidden", **LOCK)
    model.input(
        protect(demo.pick),
        model,
        [ctx.job, picked, result, *view.all()],
        show_progress="hidden",
        **LOCK,
    )
    ctx.go(to_data.click(None, **LOCK), "data")
    gr.on(
        [run.click, text.submit],
        protect(demo.ask),
        [model, text],
        result,
        show_progress="minimal",
        **LOCK,
    )
    examples.click(
        protect(demo.ask_example),
        [examples, model],
        [text, result],
        show_progress="minimal",
        **LOCK,
    )
    run_file.click(protect(demo.ask_table), [model, file], [out, done], **LOCK)
    file.change(
        lambda: (gr.DownloadButton(visible=False), ""), None, [out, done], queue=False, **LOCK
    )


def _question(ctx: Context) -> tuple[gr.Textbox, gr.Button]:
    text = gr.Textbox(
        label=ctx.t("pages.text_demo.text"),
        placeholder=ctx.t("pages.text_demo.text_hint"),
        lines=4,
        max_lines=14,
        elem_id="text-demo-text",
    )
    run = gr.Button(
        ctx.t("pages.text_demo.classify"),
        variant="primary",
        interactive=False,
        elem_id="text-demo-run",
    )
    return text, run


def _table(ctx: Context) -> tuple[gr.File, gr.Button, gr.DownloadButton, gr.HTML]:
    with gr.Accordion(
        ctx.t("pages.text_demo.file_title"), open=False, elem_id="text-demo-file-section"
    ):
        gr.Markdown(ctx.t("pages.text_demo.file_about"))
        file = gr.File(
            label=ctx.t("pages.text_demo.file_in"),
            file_types=ENDINGS,
            height=140,
            elem_id="text-demo-file",
        )
        run = gr.Button(
            ctx.t("pages.text_demo.file_run"), interactive=False, elem_id="text-demo-file-run"
        )
        done = gr.HTML(padding=False, elem_id="text-demo-file-done")
        out = gr.DownloadButton(
            ctx.t("pages.text_demo.file_out"),  # type: ignore[arg-type] # every label may be I18nData
            visible=False,
            elem_id="text-demo-file-out",
        )
    return file, run, out, done


def _quality(model: TrainedModel) -> tuple[str, dict[str, str]]:
    """Return the words' ending and arguments for how good a model is on rows it never saw."""
    test = model.metrics.get("test", {})
    if "accuracy" in test:
        return "share", {"percent": f"{100 * test['accuracy']:.1f}"}
    if "mae" in test:
        return "error", {"error": f"{test['mae']:,.3g}"}
    return "none", {}


PAGE = Page(slug="text-demo", order=60, build=build)
