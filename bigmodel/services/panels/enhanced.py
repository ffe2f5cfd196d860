"""Draws a picture that was made sharper or cleaner: the answer alone, or an evaluated one between the plain picture and the truth."""

from collections.abc import Mapping
from html import escape
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import lead

WORDS = "pages.demo.enhanced_"


class EnhancedPicture(PanelKind):
    """Data: `text`, the JPEG to show (`content`, in base64), `scale`, whether it `is_plain` or `is_reduced`.

    Of an evaluated one: `strip` (plain, made and true, side by side), and the `measures` of the first two.
    """

    def draw(self, panel: Panel, say: Say) -> str:
        return _evaluated(panel.data, say) if "strip" in panel.data else _answered(panel.data, say)


def _answered(data: Mapping[str, Any], say: Say) -> str:
    way = "larger" if data["scale"] > 1 else "cleaner"
    told = [say(f"{WORDS}{'plain' if data['is_plain'] else way}", scale=data["scale"])]
    if data["is_reduced"]:
        told.append(say(f"{WORDS}reduced"))
    notes = f'<div class="bm-muted">{escape(" ".join(told))}</div>'
    about = escape(say(f"{WORDS}picture", text=data["text"]))
    address = f"data:image/jpeg;base64,{escape(data['content'])}"
    return (
        f'{lead(escape(data["text"]))}{notes}<img class="bm-made" src="{address}" alt="{about}" '
        'style="max-width:100%;height:auto">'
    )


def _evaluated(data: Mapping[str, Any], say: Say) -> str:
    psnr, ssim, plain_psnr, plain_ssim = data["measures"] or [0.0] * 4
    way = "bicubic" if data["scale"] > 1 else "given"
    lines = [
        say(f"{WORDS}{way}", psnr=f"{plain_psnr:.2f}", ssim=f"{plain_ssim:.3f}"),
        say(f"{WORDS}model", psnr=f"{psnr:.2f}", ssim=f"{ssim:.3f}", gain=f"{psnr - plain_psnr:+.2f}"),
        say(f"{WORDS}truth"),
    ]  # fmt: skip
    if data["is_plain"]:
        lines.append(say(f"{WORDS}left"))
    about = escape(say(f"{WORDS}strip", name=data["name"]))
    said = "".join(f"<li>{escape(line)}</li>" for line in lines)
    address = f"data:image/jpeg;base64,{escape(data['strip'])}"
    return (
        f'<img class="bm-made" data-testid="strip" src="{address}" alt="{about}" '
        f'style="max-width:100%;height:auto"><ul class="bm-fates">{said}</ul>'
    )


PANEL = EnhancedPicture()
