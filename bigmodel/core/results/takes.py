"""One recording in several takes, such as noisy, cleaned and clean, as HTML: one player shows at a time, and switching keeps the place.

Switching is done by buttons of one choice and by style; a script (`takes.js`), where it is there, keeps the place.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.ids import new_id

WORDS = "pages.results.take_"


def takes_html(data: Mapping[str, Any], say: Say) -> str:
    """Return the players of `takes` (`name`, a FLAC `sound` and a PNG `picture` in base64), and what was `judged`."""
    takes, judged = data["takes"], _told(data["judged"], say)
    group = f"take-{new_id()}"
    shown = min(1, len(takes) - 1)  # the cleaned one
    choices = "".join(
        _choice(take, group, place, say, is_shown=place == shown)
        for place, take in enumerate(takes)
    )
    players = "".join(_player(take, say) for take in takes)
    about = escape(say(f"{WORDS}about"))
    drawn = (
        f'<div class="bm-takes" data-testid="takes" role="radiogroup" aria-label="{about}">'
        f"{choices}{players}</div>"
    )
    axes = (
        f'<div class="bm-muted">{escape(say(f"{WORDS}axes"))}</div>' if takes and not judged else ""
    )
    return (drawn if takes else "") + axes + judged


def _choice(take: Mapping[str, Any], group: str, place: int, say: Say, *, is_shown: bool) -> str:
    name = escape(say(f"{WORDS}{take['name']}"))
    key, checked = f"{group}-{place}", " checked" if is_shown else ""
    return (
        f'<input type="radio" name="{group}" id="{key}" data-take="{place}"{checked}>'
        f'<label for="{key}">{name}</label>'
    )


def _player(take: Mapping[str, Any], say: Say) -> str:
    name = escape(say(f"{WORDS}{take['name']}"))
    picture = escape(say(f"{WORDS}picture", name=say(f"{WORDS}{take['name']}")))
    return (
        f'<div class="bm-take"><audio controls preload="metadata" aria-label="{name}" '
        f'src="data:audio/flac;base64,{escape(take["sound"])}"></audio>'
        f'<img src="data:image/png;base64,{escape(take["picture"])}" alt="{picture}"></div>'
    )


def _told(judged: Mapping[str, Any], say: Say) -> str:
    """Return what was measured of a recording in a line."""
    if not judged:
        return ""
    args = {
        "before": f"{judged['si_sdr_before']:.1f}",
        "after": f"{judged['si_sdr']:.1f}",
        "unclear": f"{judged['stoi_before']:.2f}",
        "clear": f"{judged['stoi']:.2f}",
    }
    return (
        f'<div class="bm-muted" data-testid="judged">{escape(say(f"{WORDS}judged", **args))}</div>'
    )
