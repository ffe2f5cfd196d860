"""Draws pictures or a sound that a model made, or a picture with boxes: it stands in the page itself, nothing is loaded.

Boxes of an answer have the colour of their kind; beside an evaluated picture, it is drawn what was found of the truth.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bigmodel.core.answer import percent
from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.boxes import boxed_of
from bigmodel.core.results.boxed import box_mark, box_svg, boxed_picture, boxes_by_kind
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.core.results.takes import takes_html
from bigmodel.services.panels.answer import lead

MADE, SPOKEN = "pages.demo.made_", "pages.demo.spoken_"
TRUE, RIGHT, WRONG = "#15803d", "#2563eb", "#dc2626"
SLICED = ' preserveAspectRatio="xMidYMid slice"'  # as small pictures are cut to squares
OVER = ' class="bm-over" aria-hidden="true"'


class Media(PanelKind):
    """Data: `type` (image/… or audio/…), `content` in base64, and `text`, what it shows.

    Of a picture with boxes: `size`, `layers` of boxes with sureness and what became of them (`fates`), the `kinds`;
    without a `content` it is a row whose picture the page shows. `notes` of (key, values) are said of a picture that was
    made, below its `lead`, where it has one.
    without a `content` it is a row whose picture the page shows.
    Of several pictures: `rows` of the `name` of a class, the `count` of pictures and their sheet (`content`); how many
    are `copied`, whether the nearest training pictures stand below (`has_nearest`), the class that a judge gives
    (`judged`), and the stages of the first (`course`).
    Of a sound in several `takes`, see `core/results/takes`.
    Of a text that was said: a WAV `sound` and the `natural` recording (FLAC), units `missing`, and what a `listener` `heard` of both.
    """

    def draw(self, panel: Panel, say: Say) -> str:
        if "layers" in panel.data:
            return _boxed(panel.data, say)
        if "notes" in panel.data:
            return _noted(panel.data, say)
        if "rows" in panel.data:
            return _sheets(panel.data, say)
        if "sound" in panel.data:
            return _spoken(panel.data, say)
        if "takes" in panel.data:
            return lead(escape(panel.data["text"])) + takes_html(panel.data, say)
        kind, text = (escape(str(panel.data[name])) for name in ("type", "text"))
        address = f"data:{kind};base64,{escape(panel.data['content'])}"
        if kind.startswith("image/"):
            return f'<img class="bm-made" data-testid="answer" src="{address}" alt="{text}">'
        return f'<audio class="bm-made" data-testid="answer" controls src="{address}" aria-label="{text}"></audio>'

    def over(self, panel: Panel, say: Say) -> str:
        if "layers" not in panel.data:
            return ""
        size, layers = panel.data["size"], panel.data["layers"]
        return box_svg(size, "".join(_fated(layer, size) for layer in layers), OVER)


def _sheets(data: Mapping[str, Any], say: Say) -> str:
    """Return pictures that a model made, a sheet for each class."""
    rows = "".join(_sheet(row, say, is_named=not data["text"]) for row in data["rows"])
    head = "" if len(data["rows"]) > 1 else lead(escape(data["text"]) or "–")
    return head + rows + _said(data, say) + _course(data, say)


def _sheet(row: Mapping[str, Any], say: Say, *, is_named: bool) -> str:
    name = escape(row["name"])
    about = escape(say(f"{MADE}sheet", name=row["name"] or "–", count=row["count"]))
    title = f"<figcaption>{name}</figcaption>" if is_named and name else ""
    return f'<figure class="bm-sheet">{title}{_picture(row["content"], about)}</figure>'


def _said(data: Mapping[str, Any], say: Say) -> str:
    lines = []
    if data["judged"]:
        lines.append(say(f"{MADE}judged", name=data["judged"]))
    if data["has_nearest"]:
        lines.append(say(f"{MADE}nearest"))
    shown = "".join(f'<div class="bm-muted">{escape(line)}</div>' for line in lines)
    if data["copied"]:
        told = escape(say(f"{MADE}copied", count=data["copied"]))
        shown += f'<div class="bm-problem is-warning" data-testid="copied">{told}</div>'
    return shown


def _course(data: Mapping[str, Any], say: Say) -> str:
    if "course" not in data:
        return ""
    about = escape(say(f"{MADE}course"))
    return f'<div class="bm-muted">{about}</div><div class="bm-scroll" tabindex="0">{_picture(data["course"], about)}</div>'


def _picture(content: str, about: str) -> str:
    return f'<img class="bm-pixels" src="data:image/png;base64,{escape(content)}" alt="{about}">'


def _boxed(data: Mapping[str, Any], say: Say) -> str:
    if "content" not in data:
        return _told(data, say)
    [layer] = data["layers"]
    about = say("pages.demo.boxes_picture", text=data["text"])
    drawn = boxed_picture(
        data["size"], data["content"], layer["boxes"], _names(layer), data["kinds"], about
    )
    nothing = "" if layer["boxes"] else escape(say("pages.demo.boxes_nothing"))
    note = f'<div class="bm-muted">{nothing}</div>' if nothing else ""
    return lead(escape(data["text"])) + note + drawn


def _noted(data: Mapping[str, Any], say: Say) -> str:
    """Return a picture with what is to be said of it."""
    kind, text = (escape(str(data[name])) for name in ("type", "text"))
    said = "".join(f"<li>{escape(say(key, **values))}</li>" for key, values in data["notes"])
    head = lead(escape(data["lead"])) if data.get("lead") else ""
    return (
        f'{head}<img class="bm-made" data-testid="made" src="data:{kind};base64,{escape(data["content"])}" alt="{text}" '
        f'style="max-width:100%;height:auto"><ul class="bm-fates">{said}</ul>'
    )


def _spoken(data: Mapping[str, Any], say: Say) -> str:
    """Return a text that a model said: its player, that of the natural recording, and what cannot be said."""
    shown = lead(escape(data["text"]))
    said = say(f"{SPOKEN}missing", names=", ".join(data["missing"])) if data["missing"] else ""
    if data["is_silent"]:
        said = f"{say(f'{SPOKEN}nothing')} {said}"
    if told := escape(said.strip()):
        shown += f'<div class="bm-problem is-warning" data-testid="unsaid">{told}</div>'
    for name, kind, heard in (("sound", "wav", "heard"), ("natural", "flac", "heard_natural")):
        if data[name]:
            title = escape(say(f"{SPOKEN}{name}"))
            note = escape(say(f"{SPOKEN}heard", text=data[heard])) if data["listener"] else ""
            shown += (
                f'<figure class="bm-spoken"><figcaption>{title}</figcaption><audio controls preload="metadata" aria-label="{title}" '
                f'src="data:audio/{kind};base64,{escape(data[name])}"></audio><div class="bm-muted">{note}</div></figure>'
            )
    return shown


def truth_over(label: str) -> str:
    """Return the boxes that a person gave to a picture, to lie over it; nothing for any other label."""
    found = boxed_of(label)
    if found is None or not found.boxes:
        return ""
    kinds = sorted({box.kind for box in found.boxes})
    return box_svg(
        found.size,
        boxes_by_kind(found.size, found.boxes, [box.kind for box in found.boxes], kinds),
        OVER + SLICED,
    )


def _names(layer: Mapping[str, Any]) -> list[str]:
    pairs = zip(layer["boxes"], layer["sureness"], strict=True)
    return [f"{box[4]} {percent(sure)}" for box, sure in pairs]


def _fated(layer: Mapping[str, Any], size: Sequence[int]) -> str:
    """Return the boxes of a layer by what became of them: true ones dashed, false ones in red."""
    is_true = layer["name"] == "truth"
    drawn = []
    for box, fate in zip(layer["boxes"], layer["fates"], strict=True):
        colour = TRUE if is_true else WRONG if fate == "false" else RIGHT
        named = box[4] if fate in ("missed", "false") else ""
        drawn.append(box_mark(size, box, colour, named, is_dashed=is_true))
    return "".join(drawn)


def _told(data: Mapping[str, Any], say: Say) -> str:
    """Return what was found of the truth, in words."""
    layers = {layer["name"]: layer for layer in data["layers"]}
    lines = []
    for name, fate in (("truth", "found"), ("truth", "missed"), ("answer", "false")):
        layer = layers[name]
        pairs = zip(layer["boxes"], layer["fates"], strict=True)
        counts = Counter(box[4] for box, one in pairs if one == fate)
        if counts:
            listed = ", ".join(f"{kind} ×{n}" if n > 1 else kind for kind, n in counts.items())
            said = escape(say(f"pages.results.box_{fate}", kinds=listed))
            lines.append(f'<li class="is-{fate}">{said}</li>')
    nothing = escape(say("pages.results.box_nothing"))
    return (
        f'<ul class="bm-fates" data-testid="boxed">{"".join(lines) or f"<li>{nothing}</li>"}</ul>'
    )


PANEL = Media()
