"""Cleaning of texts by steps, each on or off, shown before and after on a person's own rows. It asks a service."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from pages.shared.checkup.checkup_view import before_after
from pages.shared.checkup.parts import VersionMaker
from pages.shared.web.guard import Newest
from pages.shared.web.page import QUIET, Context, Updates

WORDS = "cleaning."
STEPS = (
    "encoding", "html", "unicode", "links", "mentions", "simplified", "traditional", "mask", "repeats",
)  # fmt: skip
SPELL = "spell:"  # the step that spells words otherwise


class CleaningView(VersionMaker):
    """The accordion with the steps, what they change, and the button."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        t = ctx.t
        with gr.Accordion(
            t(f"{WORDS}title"), open=False, visible=False, elem_id="data-cleaning"
        ) as self.box:
            gr.Markdown(t(f"{WORDS}about"))
            self.steps = gr.CheckboxGroup(
                [(t(f"{WORDS}steps.{step}"), step) for step in STEPS],
                show_label=False,
                container=False,
                elem_id="data-cleaning-steps",
            )
            self.words = gr.CheckboxGroup(
                [], label=t(f"{WORDS}words"), visible=False, elem_id="data-cleaning-words"
            )
            self.preview = gr.HTML("", elem_id="data-cleaning-preview")
            self.apply = gr.Button(t("checkup.apply"), elem_id="data-cleaning-apply")

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills."""
        return [self.box, self.steps, self.words, self.preview]

    def wire(
        self, protect: Callable[..., Any], show: Callable[..., object], outputs: Sequence[Any]
    ) -> None:
        """Connect the parts; `show` draws the tab anew once there is another version."""
        self.redraw(show, outputs)
        asked, newest = [self.ctx.dataset, self.steps, self.words], Newest()
        for part in (self.steps, self.words):
            part.input(protect(newest(self.look)), asked, self.preview, **QUIET)
        opened = protect(Newest()(self.suggest))
        self.box.expand(opened, self.ctx.dataset, [self.words, self.preview], **QUIET)
        self.apply.click(protect(self.clean), asked, self.made, **QUIET)

    def shown(self, dataset: Dataset) -> Updates:
        """Return the steps that the texts of a dataset went through; files have none."""
        cleaning = dataset.version.recipe.cleaning
        return {
            self.box: gr.Accordion(visible=dataset.version.summary.medium == "text"),
            self.steps: [step for step in STEPS if step in cleaning],
            self.words: self._words(dataset)[0],
            self.preview: "",
        }

    def hidden(self) -> Updates:
        """Return that there is nothing to clean."""
        return {self.box: gr.Accordion(visible=False)}

    def suggest(self, dataset_id: str, request: gr.Request) -> tuple[gr.CheckboxGroup, str]:
        """Offer the words that look mistyped, or say that the check-up has not found them yet."""
        dataset = self.ctx.services.datasets.get(self.ctx.owner(request), dataset_id)
        words, is_known = self._words(dataset)
        later = escape(self.ctx.say(request, f"{WORDS}words_later"))
        return words, "" if is_known else f'<p role="status">{later}</p>'

    def _words(self, dataset: Dataset) -> tuple[gr.CheckboxGroup, bool]:
        """Return what the check-up found mistyped beside what is changed already, and whether it is done."""
        chosen = _spelled(dataset.version.recipe.cleaning)
        report = self.ctx.services.checkup.look(dataset.owner, dataset.id).report
        found = report.find("mistyped") if report else None
        return _choices(chosen, _spelled(found.steps if found else ())), report is not None

    def look(self, dataset_id: str, steps: list[str], words: list[str], request: gr.Request) -> str:
        """Show rows before and after."""
        owner, say = self.ctx.owner(request), partial(self.ctx.say, request)
        asked = self._all(owner, dataset_id, steps, words)
        found = self.ctx.services.checkup.preview_cleaning(owner, dataset_id, asked)
        said = say("checkup.preview_clean", changed=found.changed, rows=found.rows)
        return f"<p>{escape(said)}</p>{before_after(found.before_after, say)}"

    def clean(
        self, dataset_id: str, steps: list[str], words: list[str], request: gr.Request
    ) -> str:
        """Make the version whose texts went through the steps."""
        owner = self.ctx.owner(request)
        asked = self._all(owner, dataset_id, steps, words)
        return self.told(self.ctx.services.checkup.clean(owner, dataset_id, asked), request)

    def _all(self, owner: str, dataset_id: str, steps: list[str], words: list[str]) -> list[str]:
        """Return the chosen steps and words with those steps that have no box here, as the cut of long texts."""
        cleaning = self.ctx.services.datasets.get(owner, dataset_id).version.recipe.cleaning
        others = [s for s in cleaning if s not in STEPS and not s.startswith(SPELL)]
        return [*steps, *others, *([SPELL + ",".join(words)] if words else [])]


def _spelled(steps: Sequence[str]) -> list[str]:
    """Return the words that steps spell otherwise, each as `word=meant`."""
    pairs = (step.removeprefix(SPELL) for step in steps if step.startswith(SPELL))
    return [pair for each in pairs for pair in each.split(",") if pair]


def _choices(chosen: Sequence[str], suggested: Sequence[str]) -> gr.CheckboxGroup:
    """Return a box for each word, ticked where it is changed already."""
    pairs = list(dict.fromkeys([*chosen, *suggested]))
    choices = [(pair.replace("=", " → "), pair) for pair in pairs]
    return gr.CheckboxGroup(choices, value=list(chosen), visible=bool(pairs))
