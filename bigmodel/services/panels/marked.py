"""Draws texts with marked words, each kind in its colour and named; the truth stands under an answer."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from bigmodel.core.answer import UNSURE, percent
from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import lead

COLOURS = 8
AROUND = 60  # characters kept beside the marks of a long text
SHORT = 500  # characters up to which a text is shown whole


class Marked(PanelKind):
    """Data: a `text`, `layers` of spans with a name and sureness, and the `kinds`; an answer alone has no name."""

    def draw(self, panel: Panel, say: Say) -> str:
        data, kinds = panel.data, {k: at % COLOURS for at, k in enumerate(panel.data["kinds"])}
        [layer, *others] = data["layers"]
        if not others:
            shown = lead(marked_text(data["text"], layer, kinds), " is-text")
            return shown + _kinds(data["text"], layer, kinds, say)
        lines = "".join(_line(data, each, kinds, say) for each in data["layers"])
        return f'<div class="bm-marked" data-testid="marked">{lines}</div>'


def _line(
    data: Mapping[str, Any], layer: Mapping[str, Any], kinds: Mapping[str, int], say: Say
) -> str:
    name = escape(say(f"pages.results.layer_{layer['name']}"))
    shown = marked_text(data["text"], layer, kinds, *_window(data))
    return f'<div class="bm-layer"><span class="bm-muted">{name}</span><p>{shown}</p></div>'


def _window(row: Mapping[str, Any]) -> tuple[int, int]:
    """Return the part of a long text that holds all marks."""
    text, spans = row["text"], [span for layer in row["layers"] for span in layer["spans"]]
    if len(text) <= SHORT or not spans:
        return 0, min(len(text), SHORT)
    start = max(0, min(span[0] for span in spans) - AROUND)
    return start, min(len(text), max(span[1] for span in spans) + AROUND, start + 4 * SHORT)


def marked_text(
    text: str,
    layer: Mapping[str, Any],
    kinds: Mapping[str, int],
    start: int = 0,
    end: int | None = None,
) -> str:
    """Return the part of a text between two places as HTML, with the spans of a layer marked."""
    end = len(text) if end is None else end
    return (
        ("… " if start else "")
        + "".join(_parts(text, layer, kinds, start, end))
        + (" …" if end < len(text) else "")
    )


def _parts(
    text: str, layer: Mapping[str, Any], kinds: Mapping[str, int], start: int, end: int
) -> Iterator[str]:
    at = start
    sureness: Sequence[float | None] = layer["sureness"] or [None] * len(layer["spans"])
    for (low, high, kind), sure in zip(layer["spans"], sureness, strict=True):
        if low < at or high > end:
            continue
        yield escape(text[at:low])
        mark = " is-unsure" if sure is not None and sure < UNSURE else ""
        title = f' title="{escape(percent(sure))}"' if sure is not None else ""
        name = f"<small>{escape(kind)}</small>" if kind else ""
        yield (
            f'<mark class="bm-mark bm-kind-{kinds.get(kind, 0)}{mark}"{title}>'
            f"{escape(text[low:high])}{name}</mark>"
        )
        at = high
    yield escape(text[at:end])


def _kinds(text: str, layer: Mapping[str, Any], kinds: Mapping[str, int], say: Say) -> str:
    """Return the marked words by kind with how often each was found."""
    found: dict[str, dict[str, int]] = {}
    for low, high, kind in layer["spans"]:
        words = found.setdefault(kind, {})
        words[text[low:high]] = words.get(text[low:high], 0) + 1
    if not found:
        return f'<div class="bm-muted">{escape(say("pages.demo.marked_nothing"))}</div>'
    lines = "".join(
        f'<li><mark class="bm-mark bm-kind-{kinds.get(kind, 0)}"><small>{escape(kind)}</small></mark> {_words(words)}</li>'
        for kind, words in found.items()
    )
    return f'<ul class="bm-kinds" data-testid="kinds">{lines}</ul>'


def _words(words: Mapping[str, int]) -> str:
    return ", ".join(escape(word) + (f" ×{n}" if n > 1 else "") for word, n in words.items())


PANEL = Marked()
