"""The tab where a trained voice model is tried: spoken or given recordings, what was really said or who it should be; it decodes none."""

from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.results import alignment, subtitles
from bigmodel.services.inference.predict import Look, MediaRow
from bigmodel.services.panels import answer_html
from bigmodel.services.results.row_table import difference, legend
from pages.shared.demo import look_view
from pages.shared.demo.media_demo import MediaDemo
from pages.shared.demo.talks.people_view import PeopleView
from pages.shared.demo.talks.talk_view import TalkView
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context, Page
from pages.shared.widgets import answer
from pages.shared.widgets.chart import chart
from pages.shared.widgets.terms import strip

WORDS = "pages.voice_demo."
FORMATS = {"srt": subtitles.srt, "vtt": subtitles.vtt}


class VoiceDemo:
    """What the tab shows beside the common parts: the course along a recording, the truth to compare with, and whom it may be."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._media = MediaDemo(ctx, "voice", self.more)

    def build(self, tab: gr.Tab) -> None:
        """Lay out the tab and connect it."""
        t = self._ctx.t
        with self._media.layout(tab):
            with gr.Column(visible=False) as self._along:
                gr.Markdown(t(f"{WORDS}course"), elem_classes="bm-title")
                self._course = chart(self._ctx.services.words, "voice-demo-course", 260)
            with gr.Row(visible=False, elem_id="voice-demo-subtitles") as self._subtitles:
                self._srt, self._vtt = (
                    gr.DownloadButton(t(f"{WORDS}{kind}"), elem_id=f"voice-demo-{kind}")  # type: ignore[arg-type] # every label may be I18nData
                    for kind in FORMATS
                )
            self._heard = gr.State("")
            with gr.Column(visible=False, elem_id="voice-demo-truth") as self._truth:
                self._said = gr.Textbox(
                    label=t(f"{WORDS}said"),
                    placeholder=t(f"{WORDS}said_hint"),
                    elem_id="voice-demo-said",
                )
                run = gr.Button(t(f"{WORDS}compare"), elem_id="voice-demo-compare")
                self._difference = gr.HTML(padding=False, elem_id="voice-demo-difference")
            self._ask_whom()
        people = PeopleView(self._ctx)
        people.build()
        TalkView(self._ctx).build(tab)
        self._media.wire(
            [
                *(self._along, self._course, self._heard, self._truth, self._said),
                *(self._difference, self._subtitles, self._srt, self._vtt),
                *(self._voice, self._claim, self._whom, self._verdict),
            ]
        )
        for changed in people.wire(self._media.models.model):  # no answer names whom it knew before
            self._media.follow(changed)
        protect, newest = guard(self._ctx.services.words), Newest()
        self._whom.input(
            protect(newest(self.verify)),
            [self._media.models.model, self._whom, self._voice],
            self._verdict,
            **QUIET,
        )
        gr.on(
            [run.click, self._said.submit],
            guard(self._ctx.services.words)(self.compare),
            [self._said, self._heard],
            self._difference,
            **QUIET,
        )

    def _ask_whom(self) -> None:
        """Lay out where a voice is held against one person."""
        self._voice = gr.State({})
        with gr.Column(visible=False, elem_id="voice-demo-claim") as self._claim:
            self._whom = gr.Dropdown(
                [],
                label=self._ctx.t(f"{WORDS}claim"),
                info=self._ctx.t(f"{WORDS}claim_hint"),
                elem_id="voice-demo-whom",
            )
            self._verdict = gr.HTML(padding=False, elem_id="voice-demo-verdict")

    def more(
        self, found: Look | None, row: MediaRow | None, model_id: str, request: gr.Request
    ) -> tuple[object, ...]:
        """Return what belongs to one answer; of an example, what was said is known."""
        heard = found.answer.transcript if found else None
        figure = self._figure(found, model_id, request) if found else None
        said = row.target if row and heard is not None else ""
        return (
            gr.Column(visible=figure is not None),
            figure,
            heard or "",
            gr.Column(visible=heard is not None),
            said,
            self.compare(said, heard, request) if heard is not None and said else "",
            *self.offered(found),
            *self.claimed(found),
        )

    def claimed(self, found: Look | None) -> tuple[object, ...]:
        """Return whom a voice may be compared with, where the model knows people."""
        said = found.answer if found else None
        if said is None or said.answer is None or not said.kind.has_claims:
            return {}, gr.Column(visible=False), gr.Dropdown(choices=[], value=None), ""
        people = list(said.answer.labels)
        whom = gr.Dropdown(choices=people, value=None)
        return said.kind.encode(said.answer), gr.Column(visible=True), whom, ""

    def verify(
        self, model_id: str, whom: str | None, voice: dict[str, Any], request: gr.Request
    ) -> str:
        """Return whether the voice that was heard last is that of one person."""
        demo = self._ctx.services.inference
        model = demo.resolve(self._ctx.owner(request), model_id)
        kind = demo.answers_of(model)
        heard = kind.decode(voice, model.labels) if voice else None
        if heard is None or whom is None or whom not in heard.labels:
            return ""
        panel = kind.claim(heard, whom)
        shown = answer_html(panel, partial(self._ctx.say, request)) if panel else ""
        return f'<div class="bm-card" role="status">{shown}</div>'

    def offered(self, found: Look | None) -> tuple[object, ...]:
        """Return the subtitles of a recording for download; nothing of one that was heard whole."""
        segments = found.answer.segments if found else ()
        if len(segments) < 2:
            return gr.Row(visible=False), gr.DownloadButton(), gr.DownloadButton()
        buttons = []
        for kind, write in FORMATS.items():
            path = self._ctx.services.inference.download(f"subtitles.{kind}")
            path.write_text(write(segments), "utf-8")
            buttons.append(gr.DownloadButton(value=str(path)))
        return gr.Row(visible=True), *buttons

    def compare(self, said: str, heard: str, request: gr.Request) -> str:
        """Return where what was heard differs from what was said, and how often."""
        if not (said or "").strip():
            raise ModelError("text_missing")
        edits = alignment.diff(said, heard)
        counted = alignment.count([edit.kind for edit in edits])
        unit = "characters" if alignment.is_unspaced(said) else "words"
        sentence = self._ctx.say(
            request,
            f"{WORDS}compare_{unit}",
            errors=counted.errors,
            said=counted.said,
            percent=f"{100 * counted.rate:.1f} %",
        )
        marks = legend(partial(self._ctx.say, request))
        return f'<div class="bm-card">{difference(edits)}{marks}{answer.quiet(sentence)}</div>'

    def _figure(self, found: Look, model_id: str, request: gr.Request) -> str | None:
        model = self._ctx.services.inference.resolve(self._ctx.owner(request), model_id)
        return look_view.course(found, model.labels, run=new_id())


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    VoiceDemo(ctx).build(tab)
    strip(ctx, tab, "use")


PAGE = Page(slug="voice-demo", order=62, build=build, group="try")
