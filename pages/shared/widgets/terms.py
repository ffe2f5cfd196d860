"""The terms of the screens: which there are, and a strip of those of one tab, each explained by a tap or a key."""

from collections.abc import Sequence
from functools import partial
from html import escape

import gradio as gr

from bigmodel.core.callbacks import Say
from pages.shared.web.guard import guard
from pages.shared.web.page import Context

WORDS = "pages.learn."
TERMS = {
    "data": ("dataset", "label", "split", "leak", "near_copy", "active"),
    "train": (
        "base",
        "instant",
        "frozen",
        "epoch",
        "batch",
        "rate",
        "warmup",
        "loss",
        "overfit",
        "augment",
        "checkpoint",
    ),
    "results": (
        "accuracy",
        "precision",
        "recall",
        "f1",
        "matrix",
        "roc",
        "mae",
        "r2",
        "wer",
        "entity_f1",
        "em",
        "word_f1",
        "chrf",
        "bleu",
        "perplexity",
        "map",
        "psnr",
        "ssim",
        "frechet",
        "eer",
        "si_sdr",
        "stoi",
        "interval",
        "guess",
    ),
    "use": ("sure", "none", "near", "token", "card"),
    "voices": ("units", "tacotron", "vocoder", "wavenet"),  # of the Learn tab alone
}


def told(name: str, say: Say) -> tuple[str, str, str]:
    """Return a term in plain words, as the field says it, and what it means; all escaped."""
    plain, field, about = (
        escape(say(f"{WORDS}term.{name}.{part}")) for part in ("plain", "field", "about")
    )
    return plain, field, about


def strip(ctx: Context, tab: gr.Tab, group: str) -> None:
    """Lay out the terms of a tab, in the reader's language."""
    box = gr.HTML("")

    def show(request: gr.Request) -> str:
        return drawn(group, partial(ctx.say, request))

    ctx.on_show(tab, guard(ctx.services.words)(show), [], [box])


def drawn(group: str, say: Say, names: Sequence[str] = ()) -> str:
    """Return the strip of a group's terms, or of the named ones of them: one at a time is open."""
    terms = "".join(_term(group, *told(name, say)) for name in names or TERMS[group])
    return f'<h3 class="bm-muted">{escape(say(f"{WORDS}here"))}</h3><div class="bm-strip">{terms}</div>'


def _term(group: str, plain: str, field: str, about: str) -> str:
    return f'<details name="terms-{group}"><summary>{field}</summary><p><b>{plain}</b><br>{about}</p></details>'
