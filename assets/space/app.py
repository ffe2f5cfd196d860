"""Asks the model beside this file in a browser; it keeps nothing and sends nothing elsewhere.

pip install -r requirements.txt
python app.py
"""

import json
import logging
import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr
from predict import Model

from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.services.panels.answer import lead
from bigmodel.services.panels.bars import bar
from bigmodel.services.panels.columns.parts import named
from bigmodel.services.panels.marked import marked_text

HERE = Path(__file__).resolve().parent
ABOUT = json.loads((HERE / "space.json").read_text("utf-8"))
MOST_BARS, MOST_CHARACTERS, MOST_MB = 10, 10_000, 25
STYLE = """
.bm-lead { font-size: 1.35rem; font-weight: 600; overflow-wrap: anywhere; }
.bm-bars { display: grid; grid-template-columns: fit-content(45%) 1fr max-content; gap: 6px 12px; align-items: center; margin-top: 12px; }
.bm-bar { width: 100%; height: 10px; border-radius: 5px; background: var(--background-fill-secondary); }
.bm-bar rect { fill: var(--primary-600); }
.bm-lead.is-text { font-weight: 400; line-height: 1.9; white-space: pre-wrap; }
.bm-mark { padding: 1px 4px; border-radius: 4px; background: rgb(13 148 136 / .18); color: inherit; }
.bm-mark.is-unsure { text-decoration: underline dotted; }
.bm-mark small { margin-left: 4px; opacity: .85; }
"""
model = Model()
words = gr.I18n(**ABOUT["words"])


def answer(*given: str | None) -> str:
    """Return what the model says of a text, or of the file of a picture or a recording, or makes of a class, as HTML."""
    asked: Any = given[0]
    if hasattr(model, "boxes"):  # a row of several media
        asked = [one or "" for one in given] if any(given) else ""
    elif ABOUT["medium"] == "text":
        asked = join_inputs([one or "" for one in given])
    if not asked and ABOUT["medium"] != "class":
        return ""
    asked = asked or ""
    try:
        return drawn(asked)
    except Exception:
        logging.exception("no answer")
        return lead(escape(ABOUT["unread"]))


def drawn(asked: Any) -> str:
    """Return an answer as HTML: drawn by the program itself, a text, marks in one, a number, the likeliest labels, or such for each of several columns."""
    if hasattr(model, "show"):
        return str(model.show(asked))
    [said] = (model.predict if hasattr(model, "predict") else model.transcribe)([asked])
    if isinstance(said, str):
        return lead(escape(said) or "–")
    if isinstance(said, dict):
        return "".join(named(column, drawn_part(part)) for column, part in said.items())
    if isinstance(said, tuple):
        text, marks = said
        kinds = {kind: at for at, kind in enumerate(dict.fromkeys(mark[2] for mark in marks))}
        layer = {"spans": [m[:3] for m in marks], "sureness": [m[3] for m in marks]}
        return lead(marked_text(text, layer, kinds), " is-text")
    if not model.labels:
        return drawn_part({"value": said[0]})
    return drawn_part({"probabilities": dict(zip(model.labels, said, strict=True))})


def drawn_part(part: Mapping[str, Any]) -> str:
    """Return a number, or the likeliest labels, as HTML."""
    if "value" in part:
        return lead(f"{part['value']:,.4g}")
    ranked = sorted(part["probabilities"].items(), key=lambda one: -one[1])
    bars = "".join(bar(label, share) for label, share in ranked[:MOST_BARS])
    return f'{lead(escape(ranked[0][0]))}<div class="bm-bars">{bars}</div>'


def boxes() -> list[gr.components.Component]:
    """Return what a question is given in."""
    if hasattr(model, "boxes"):
        return [box(name, medium) for name, medium in model.boxes]
    if ABOUT["medium"] == "class":
        labels = list(model.labels)
        first = labels[0] if labels else None
        return [gr.Dropdown(labels, value=first, label=words("bm_input"), visible=bool(labels))]
    if ABOUT["medium"] == "image":
        return [gr.Image(type="filepath", label=words("bm_input"))]
    if ABOUT["medium"] == "audio":
        return [gr.Audio(type="filepath", label=words("bm_input"))]
    inputs = ABOUT["inputs"]
    return [
        gr.Textbox(label=words(key), lines=3, max_length=MOST_CHARACTERS) for key in inputs
    ]  # fmt: skip


def box(name: str, medium: str) -> gr.components.Component:
    """Return what one column of a row is given in."""
    if medium == "picture":
        return gr.Image(type="filepath", label=name)
    if medium == "sound":
        return gr.Audio(type="filepath", label=name)
    return gr.Textbox(label=name, lines=1 if medium == "number" else 3, max_length=MOST_CHARACTERS)


with gr.Blocks(title=ABOUT["title"], analytics_enabled=False, delete_cache=(600, 600)) as demo:
    gr.Markdown(words("bm_title"), elem_id="title")
    given = boxes()
    ask = gr.Button(words("bm_ask"), variant="primary", elem_id="ask")
    said = gr.HTML(elem_id="answer")
    gr.Markdown(words("bm_caution"))
    ask.click(answer, given, said, api_name="answer", concurrency_limit=1)

if __name__ == "__main__":
    demo.queue(max_size=32).launch(css=STYLE, i18n=words, max_file_size=MOST_MB * 2**20)
