"""The tab where a trained picture model is tried: dropped, pasted, photographed or live pictures; it decodes none."""

import gradio as gr

from bigmodel.services.inference.predict import Look, MediaRow
from pages.shared.demo.media_demo import MediaDemo
from pages.shared.web.page import Context, Page
from pages.shared.widgets.terms import strip

SIDES = ("before.png", "after.png")


class Slider:
    """Two pictures of an answer over each other, before and after, where its type has such."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def build(self) -> gr.ImageSlider:
        """Build it, out of sight until there is something to compare."""
        return gr.ImageSlider(
            label=self._ctx.t("pages.demo.slider"),  # type: ignore[arg-type] # every label may be I18nData
            type="filepath",
            format="png",
            interactive=False,
            visible=False,
            elem_id="image-demo-slider",
        )

    def fill(
        self, found: Look | None, _row: MediaRow | None, _model: str, _request: gr.Request
    ) -> tuple[object, ...]:
        """Return it with the pictures of an answer."""
        said = found.answer if found else None
        pictures = said.kind.sides(said.answer) if said and said.answer is not None else None
        if pictures is None:
            return (gr.ImageSlider(None, visible=False),)
        places = [self._ctx.services.inference.download(name) for name in SIDES]
        for place, content in zip(places, pictures, strict=True):
            place.write_bytes(content)
        return (gr.ImageSlider((str(places[0]), str(places[1])), visible=True),)


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    slider = Slider(ctx)
    demo = MediaDemo(ctx, "image", slider.fill)
    with demo.layout(tab):
        pictures = slider.build()
    demo.wire((pictures,))
    strip(ctx, tab, "use")


PAGE = Page(slug="image-demo", order=61, build=build, group="try")
