"""What a person turns before a model answers, as a slider or a box to tick; its words are those of the dial's name."""

import gradio as gr

from bigmodel.core.answer import Dial
from pages.shared.web.page import Context


def control(ctx: Context, dial: Dial, kind: str) -> gr.Slider | gr.Checkbox:
    """Return a dial on the demo tab of a kind (text, image, voice): one that is only on or off is ticked."""
    if (dial.low, dial.high, dial.step) != (0, 1, 1):
        return slider(ctx, dial, kind)
    words = f"pages.{kind}_demo.dial_{dial.name}"
    return gr.Checkbox(
        value=bool(dial.start),
        label=ctx.t(words),
        info=ctx.t(f"{words}_about"),
        elem_id=f"{kind}-demo-dial-{dial.name}",
    )


def slider(ctx: Context, dial: Dial, kind: str, place: str = "dial") -> gr.Slider:
    """Return the slider of a dial on the demo tab of a kind (text, image, voice)."""
    words = f"pages.{kind}_demo.dial_{dial.name}"
    return gr.Slider(
        dial.low,
        dial.high,
        value=dial.start,
        step=dial.step,
        label=ctx.t(words),
        info=ctx.t(f"{words}_about"),
        elem_id=f"{kind}-demo-{place}-{dial.name}",
    )
