"""The tab where a trained picture model is tried: dropped, pasted, photographed or live pictures; it decodes none."""

import gradio as gr

from pages.shared.demo.media_demo import MediaDemo
from pages.shared.web.page import Context, Page
from pages.shared.widgets.terms import strip


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    demo = MediaDemo(ctx, "image", lambda *_: ())
    with demo.layout(tab):
        pass
    demo.wire(())
    strip(ctx, tab, "use")


PAGE = Page(slug="image-demo", order=61, build=build, group="try")
