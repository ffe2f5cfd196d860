"""The tab where a trained voice model is tried: spoken or given recordings, and what was really said; it decodes none."""

from functools import partial

import gradio as gr

from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.results import alignment, subtitles
from bigmodel.services.inference.predict import Look, MediaRow
from bigmodel.services.results.row_table import difference, legend
from pages.shared.demo import look_view
from pages.shared.demo.media_demo import MediaDemo
from pages.shared.web.guard import guard
from pages.shared.web.page import QUIET, Context, Page
from pages.shared.widgets import answer
from pages.shared.widgets.chart import chart
from pages.shared.widgets.terms import strip

WORDS = "pages.voice_demo."
FORMATS = {"srt": subtitles.srt, "vtt": subtitles.vtt}


class VoiceDemo:
    """What the tab shows beside the common parts: the course along a recording, and the truth to compare with."""

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
        self._media.wire(
            [
                *(self._along, self._course, self._heard, self._truth, self._said),
                *(self._difference, self._subtitles, self._srt, self._vtt),
            ]
        )
        gr.on(
            [run.click, self._said.submit],
            guard(self._ctx.services.words)(self.compare),
            [self._said, self._heard],
            self._difference,
            **QUIET,
        )

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
        )

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
