"""Draws pictures that a model made, below each the training picture nearest to it, and how one came about; nothing is loaded."""

from html import escape
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import lead

WORDS = "pages.demo.made_"


class Made(PanelKind):
    """Data: `text`; `rows` of the `name` of a class, the `count` of pictures and their sheet (`content`, PNG in base64); how many are `copied`, whether nearest ones stand below (`has_nearest`), the class that a judge gives (`judged`), and the stages of the first (`course`)."""

    def draw(self, panel: Panel, say: Say) -> str:
        data = panel.data
        rows = "".join(_row(row, say, is_named=not data["text"]) for row in data["rows"])
        head = "" if len(data["rows"]) > 1 else lead(escape(data["text"]) or "–")
        return head + rows + _said(data, say) + _course(data, say)


def _row(row: Any, say: Say, *, is_named: bool) -> str:
    name = escape(row["name"])
    about = escape(say(f"{WORDS}sheet", name=row["name"] or "–", count=row["count"]))
    title = f"<figcaption>{name}</figcaption>" if is_named and name else ""
    return f'<figure class="bm-sheet">{title}{_picture(row["content"], about)}</figure>'


def _said(data: Any, say: Say) -> str:
    lines = []
    if data["judged"]:
        lines.append(say(f"{WORDS}judged", name=data["judged"]))
    if data["has_nearest"]:
        lines.append(say(f"{WORDS}nearest"))
    shown = "".join(f'<div class="bm-muted">{escape(line)}</div>' for line in lines)
    if data["copied"]:
        told = escape(say(f"{WORDS}copied", count=data["copied"]))
        shown += f'<div class="bm-problem is-warning" data-testid="copied">{told}</div>'
    return shown


def _course(data: Any, say: Say) -> str:
    if "course" not in data:
        return ""
    about = escape(say(f"{WORDS}course"))
    return f'<div class="bm-muted">{about}</div><div class="bm-scroll" tabindex="0">{_picture(data["course"], about)}</div>'


def _picture(content: str, about: str) -> str:
    return f'<img class="bm-pixels" src="data:image/png;base64,{escape(content)}" alt="{about}">'


PANEL = Made()
