"""The box into which a person drops, pastes, photographs or speaks what a model shall answer; it reads no file.

The browser sends files to `demo_route` and sets the box's value to a question that names them by id.
"""

import json
from dataclasses import dataclass
from typing import Literal

import gradio as gr

from bigmodel.core.language import LANGUAGES
from bigmodel.words import Words
from pages.shared.web.theme import script

MOST_FILES = 1_000
NAME_CHARACTERS = 200
ACCEPT = {
    "picture": "image/*,.heic,.heif",
    "sound": "audio/*,.m4a,.amr,.webm,.opus",
}
# Runs after an answer came: a live picture asks its next question then.
ANSWERED = "() => { window.dispatchEvent(new Event('bm-answered')); }"
_TEMPLATE = """
<div class="bm-ask" data-kind="{kind}" data-files="{many}" data-testid="{elem_id}-ask">
  <div class="bm-drop"><div data-part="shown"></div><p class="bm-muted" data-word="drop"></p></div>
  <div class="bm-level" data-part="level" hidden><b><i></i></b><span class="bm-number"></span></div>
  <div class="bm-presses">
    <button type="button" class="bm-press is-first" data-part="take" data-word="take" hidden></button>
    <label class="bm-press is-first is-touch"><span data-word="device"></span>
      <input type="file" accept="{device}" capture="environment" data-part="device"></label>
    <button type="button" class="bm-press is-first" data-part="open" data-word="open" hidden></button>
    <label class="bm-press"><span data-word="choose"></span>
      <input type="file" accept="{accept}" {many} data-part="file"></label>
    <button type="button" class="bm-press" data-part="close" data-word="close" hidden></button>
    <button type="button" class="bm-press" data-part="clear" data-word="clear" hidden></button>
    <label class="bm-check" data-part="live" hidden><input type="checkbox"> <span data-word="live"></span></label>
  </div>
  <p class="bm-muted" data-part="status" role="status"></p>
  <p class="bm-muted" data-part="insecure" data-word="insecure" hidden></p>
</div>
"""


@dataclass(frozen=True)
class Question:
    """Files that a person gave, by id, with their names; `is_live` where the next one follows by itself."""

    files: tuple[tuple[str, str], ...] = ()
    is_live: bool = False


def ask_box(
    words: Words,
    kind: Literal["picture", "sound"],
    elem_id: str,
    *,
    drop: str = "",
    is_part: bool = False,
) -> gr.HTML:
    """Return the box; its value is to be read by `question`, its event is `submit`.

    Args:
        drop: the key of what stands in it.
        is_part: it takes one file, which is a part of a row and can be taken out again.
    """
    drop = f"pages.ask.{kind}.drop_one" if is_part else drop
    prefix = f"pages.ask.{kind}."
    phrases = {
        language: {
            key.removeprefix(prefix): text
            for key, text in words.texts[language].items()
            if key.startswith(prefix)
        }
        | ({"drop": words.texts[language][drop]} if drop else {})
        for language in LANGUAGES
    }
    device = "image/*" if kind == "picture" else "audio/*"
    return gr.HTML(
        None,
        html_template=_TEMPLATE.format(
            kind=kind,
            elem_id=elem_id,
            accept=ACCEPT[kind],
            device=device,
            many="" if is_part else "multiple",
        ),
        js_on_load=f"const WORDS = {json.dumps(phrases)};\n{script('devices.js', 'ask_box.js')}",
        elem_id=elem_id,
        padding=False,
    )


def question(value: str | None) -> Question:
    """Return the question that a browser set; whatever is not well formed is no question."""
    try:
        record = json.loads(value or "{}")
        files = [(str(file["id"]), str(file["name"])[:NAME_CHARACTERS]) for file in record["files"]]
    except (ValueError, KeyError, TypeError):
        return Question()
    return Question(tuple(files[:MOST_FILES]), bool(record.get("live")))
