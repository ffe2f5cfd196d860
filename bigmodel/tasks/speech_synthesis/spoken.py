"""Draws a text that a made voice says: players of it and of the person's own recording, what cannot be said, and what was heard."""

from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind

WORDS = "pages.demo.spoken_"


class SpokenPanel(PanelKind):
    """Data: `text`, a WAV `sound` and a FLAC `natural` in base64, units `missing`, the `listener`, and what it `heard` (`heard_natural`)."""

    def draw(self, panel: Panel, say: Say) -> str:
        data = panel.data
        players = [
            _player(say(f"{WORDS}{name}"), kind, data[name], say(f"{WORDS}heard", text=data[told]) if data["listener"] else "")
            for name, kind, told in (("sound", "wav", "heard"), ("natural", "flac", "heard_natural"))
            if data[name]
        ]  # fmt: skip
        lacking = ""
        if data["missing"]:
            said = escape(say(f"{WORDS}missing", names=", ".join(data["missing"])))
            lacking = f'<div class="bm-problem is-warning" data-testid="unsaid">{said}</div>'
        return (
            f'<div class="bm-lead" data-testid="answer">{escape(data["text"])}</div>'
            + lacking
            + "".join(players)
        )


def _player(name: str, kind: str, sound: str, heard: str) -> str:
    shown = escape(name)
    return (
        f'<figure class="bm-spoken"><figcaption>{shown}</figcaption><audio controls preload="metadata" aria-label="{shown}" '
        f'src="data:audio/{kind};base64,{escape(sound)}"></audio><div class="bm-muted">{escape(heard)}</div></figure>'
    )


PANEL = SpokenPanel()
