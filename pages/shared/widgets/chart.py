"""A Plotly figure in a page that keeps zoom while it grows and full width when its tab was hidden; no data is computed here.

A table of the same numbers stands behind a button below it.

The value is a JSON string `{"run": id, "data": [traces], "layout": {...}}`; while `run` stays the
same, zoom and hidden lines stay as the person left them. A click on a point is the event `click`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from bigmodel.words import Words
from pages.shared.web.theme import script

WORDS = "pages.chart."
OWN = ("table", "hide", "chart", "line", "place", "value", "more")
PLOTLY = {  # what Plotly says itself, by its own English
    "png": "Download plot as a PNG",
    "zoom": "Zoom",
    "pan": "Pan",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "reset": "Reset axes",
    "back": "Double-click to zoom back out",
    "making": "Preparing image - this may take a few seconds",
    "made": "Image download succeeded",
}
_DRAW = script("chart.js")
_SHOW = """
const draw = bmChart(element.querySelector('.bm-chart'), point => trigger('click', point));
const show = () => draw(props.value ? JSON.parse(props.value) : null);
show();
watch('value', show);
"""


def drawing(words: Words) -> str:
    """Return the script that draws figures, with what it says in each language."""
    said = {
        language: {name: texts[f"{WORDS}{name}"] for name in OWN}
        | {"bar": {spoken: texts[f"{WORDS}{name}"] for name, spoken in PLOTLY.items()}}
        for language, texts in words.texts.items()
    }
    return f"const bmWords = {json.dumps(said)};\n{_DRAW}"


def chart(words: Words, elem_id: str, height: int = 320, *, visible: bool = True) -> gr.HTML:
    """Return an empty figure of fixed height in pixels; give it values made by `figure`."""
    return gr.HTML(
        None,
        html_template=f'<div class="bm-chart" data-testid="{elem_id}-chart" style="height:{height}px"></div>',
        js_on_load=drawing(words) + _SHOW,
        elem_id=elem_id,
        visible=visible,
    )


def figure(run: str, data: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> str:
    """Return the value of a chart. Values that are not finite become gaps; six digits are more than an eye sees."""
    value = drawable({"run": run, "data": list(data), "layout": dict(layout)})
    return json.dumps(value, separators=(",", ":"))


def drawable(value: Any) -> Any:  # any JSON value
    """Return a value with as many digits as an eye sees, and gaps for what is not finite."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: drawable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(item) for item in value]
    return value
