"""A picture or a recording among other things: looked at or played where it stands, over the name its person knows; escaped HTML."""

from collections.abc import Callable, Iterable
from html import escape

from bigmodel.core.datasets.attached import called, file_of
from bigmodel.core.datasets.inputs import LACKING
from bigmodel.core.results.panel import cut

PICTURES = (".jpg", ".png")  # as they are kept; every other media file is a recording


def item(text: str, file: str, media: str, drawn: str = "") -> str:
    """Return a picture to look at or a recording to play, over the name its person knows it by.

    `file` is its name below `media`, the address of all of them; without it there is only the name. What
    is `drawn` lies over a picture, which is shown large then.
    """
    address = escape(f"{media}/{file}", quote=True)
    name = escape(cut(text))
    if not file:
        return name
    if file.endswith(PICTURES):
        kind = "" if drawn else ' class="bm-thumb"'
        shown = f'<img{kind} src="{address}" alt="{name}" loading="lazy">'
        shown = f'<div class="bm-boxed">{shown}{drawn}</div>' if drawn else shown
    else:
        shown = f'<audio controls preload="none" src="{address}" aria-label="{name}"></audio>'
    return f'<div class="bm-item">{shown}<div class="bm-muted">{name}</div></div>'


def parts_html(parts: Iterable[tuple[str, str]], media: str, shown: Callable[[str], str]) -> str:
    """Return a row of several media: its files to look at and to play, its texts as `shown`, each after its column; what it lacks is left out."""
    drawn = "".join(
        f"<dt>{escape(cut(name))}</dt><dd>{cell_html(cell, media) or shown(cell)}</dd>"
        for name, cell in parts
        if cell and cell != LACKING
    )
    return f'<dl class="bm-parts">{drawn}</dl>'


def cell_html(cell: str, media: str) -> str:
    """Return the file that a cell stands for, to look at or to play; "" for a text."""
    file = file_of(cell)
    return item(called(cell), file, media) if file else ""
