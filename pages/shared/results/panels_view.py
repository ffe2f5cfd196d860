"""The panels of an evaluation on the Results tab, each drawn by the module of its kind; it knows no kind."""

import json
from dataclasses import asdict
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, Table
from bigmodel.core.results.results import Results
from bigmodel.services import panels
from bigmodel.words import Words
from pages.shared.web.theme import script
from pages.shared.widgets.chart import drawable, drawing

SCRIPT = script("panels.js")


def panels_box(words: Words, elem_id: str) -> gr.HTML:
    """Return where panels are shown; give it values made by `shown`. Its event `click` is read by `picked`."""
    return gr.HTML(
        "[]",
        html_template='<div class="bm-panels"></div>',
        js_on_load=f"{drawing(words)}\n{SCRIPT}",
        elem_id=elem_id,
        padding=False,
    )


def shown(results: Results, run: str, say: Say) -> str:
    """Return the panels of an evaluation in one language; `run` is the model they are of."""
    return json.dumps([_shown(panel, run, say) for panel in results.panels])


def picked(results: Results, event: gr.EventData) -> tuple[str, str] | None:
    """Return the truth and the answer that a person pointed at, if it was at a panel of such."""
    panel = results.panels[int(event.panel)]
    return panels.kind_of(panel).pick(panel, int(event.x), int(event.y))


def _shown(panel: Panel, run: str, say: Say) -> dict[str, Any]:
    kind = panels.kind_of(panel)
    head = {"name": panel.name, "title": panels.title(panel, say), "half": kind.is_half(panel)}
    if steps := kind.steps(panel, say):
        head["steps"] = asdict(steps)
    figure = kind.figure(panel, say)
    if figure is None:
        about = say(panel.about) if panel.about else ""
        return head | {"about": about, "html": panels.html(panel, say)}
    drawn = {"run": run, "data": figure.data, "layout": figure.layout, "choices": figure.choices}
    if isinstance(table := kind.draw(panel, say), Table):
        drawn["table"] = table.html()
    return head | {"about": figure.about, "figure": drawable(drawn)}
