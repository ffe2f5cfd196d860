"""Calm places for what a page still waits for: of about its size, over no control, gone once it stands or could not come."""

import gradio as gr

# How many lines, cards and blocks stand for what will stand there; sizes are the style sheet's.
SHAPES = {
    "data": ("head", "line", "line", "block"),
    "jobs": ("block", "line", "block"),
    "results": ("ring", "line", "line", "block"),
    "demo": ("line", "box", "box"),
}


def drawn(shape: str) -> str:
    """Return the places of a shape, which nobody hears or presses."""
    parts = "".join(f'<i class="is-{part}"></i>' for part in SHAPES[shape])
    return f'<div class="bm-wait is-{shape}" aria-hidden="true">{parts}</div>'


def held(content: str) -> str:
    """Return the place of what most likely comes, to the pixel: its own words, unseen."""
    return f'<div class="bm-wait is-held" aria-hidden="true">{content}</div>'


def waiting(shape: str, elem_id: str) -> gr.HTML:
    """Build the places; the style sheet takes them away as soon as one of what they stand for is there."""
    return gr.HTML(drawn(shape), elem_id=elem_id, elem_classes="bm-waiting", padding=False)
