"""How the answer in one of several columns stands on a page."""

from html import escape

from bigmodel.core.callbacks import Say


def named(column: str, content: str) -> str:
    """Return HTML below the name of its column."""
    return f'<section data-testid="answer-column"><h4>{escape(column)}</h4>{content}</section>'


def beside(answer: str, truth: str, say: Say) -> str:
    """Return HTML of an answer and of the truth below it."""
    lines = (("answer", answer), ("truth", truth or "–"))
    layers = (
        f'<div class="bm-layer"><span class="bm-muted">{escape(say(f"pages.results.layer_{name}"))}</span>'
        f"<p>{escape(text)}</p></div>"
        for name, text in lines
    )
    return f'<div class="bm-marked">{"".join(layers)}</div>'
