"""The worked examples of the Learn tab as HTML: every number is computed when it is shown, none is written here."""

from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Table
from pages.shared.learn import lesson

WORDS = "pages.learn.example."
STEPS = 8
NUDGE = 1e-5  # of a weight, to measure a slope without any rule


def loss_card(say: Say) -> str:
    """Return the cross-entropy, row by row and summed in both ways."""
    terms = lesson.cross_entropy(lesson.LABELS, lesson.PROBABILITIES)
    rows = [
        (str(number), str(y), f"{p:g}", _number(positive), _number(negative))
        for number, (y, p, (positive, negative)) in enumerate(
            zip(lesson.LABELS, lesson.PROBABILITIES, terms, strict=True), 1
        )
    ]
    positive, negative = (sum(column) for column in zip(*terms, strict=True))
    rows.append((say(f"{WORDS}sum"), "", "", _number(positive), _number(negative)))
    heads = [say(f"{WORDS}row"), "y", "p", "y · −ln p", "(1 − y) · −ln(1 − p)"]
    told = {"positive": _number(positive), "whole": _number(positive + negative)}
    return _card("loss", Table(heads, rows), say, **told)


def descent_cards(rate: float, say: Say) -> str:
    """Return the steps of gradient descent and of Adam at a learning rate, side by side."""
    plain = lesson.descend(rate, STEPS)
    rows = [
        (str(step), _number(theta), _number(lesson.gradient(theta)), _number((theta - 1) ** 2))
        for step, theta in enumerate(plain)
    ]
    heads = [say(f"{WORDS}step"), "θ", "dL/dθ = 2(θ − 1)", "L = (θ − 1)²"]
    way = "away" if abs(plain[-1] - 1) > abs(plain[0] - 1) else "near"
    end = say(f"{WORDS}descent_{way}", steps=STEPS, theta=_number(plain[-1]))
    descent = _card(
        "descent", Table(heads, rows), say, rate=f"{rate:g}", first=_number(plain[1]), end=end
    )

    adam = lesson.adam(rate, STEPS)
    heads = [say(f"{WORDS}step"), "θ", "m", "v"]
    steps = [(str(n), *map(_number, (each.theta, each.m, each.v))) for n, each in enumerate(adam)]
    told = {name: _number(getattr(adam[1], name)) for name in ("theta", "m", "v")}
    return f'<div class="bm-cards">{descent}{_card("adam", Table(heads, steps), say, rate=f"{rate:g}", **told)}</div>'


def back_card(say: Say) -> str:
    """Return the gradients of two layers by the chain rule, and as a nudge of each weight measures them."""
    net = lesson.TwoLayers()
    by_rule = net.back()
    nudged = (
        lesson.TwoLayers(w1=net.w1 + NUDGE).loss - net.loss,
        lesson.TwoLayers(w2=net.w2 + NUDGE).loss - net.loss,
    )
    rules = ("2(a₂ − y) · σ′(z₂) · w₂ · σ′(z₁) · x", "2(a₂ − y) · σ′(z₂) · a₁")
    rows = [
        (f"∂L/∂{name}", rule, _number(slope), _number(change / NUDGE))
        for name, rule, slope, change in zip(("w₁", "w₂"), rules, by_rule, nudged, strict=True)
    ]
    heads = ["", *(say(f"{WORDS}{key}") for key in ("rule", "slope", "measured"))]
    told = {"x": f"{net.x:g}", "y": f"{net.y:g}", "w1": _short(net.w1), "w2": _short(net.w2)}
    told |= {
        "hidden": _number(net.hidden),
        "answer": _number(net.answer),
        "loss": _number(net.loss),
    }
    return _card("back", Table(heads, rows, 2), say, **told)


def _card(name: str, table: Table, say: Say, **told: str) -> str:
    about, ends = say(f"{WORDS}{name}_about", **told), say(f"{WORDS}{name}_end", **told)
    return (
        f'<section class="bm-card" id="example-{name}"><h3>{escape(say(f"{WORDS}{name}"))}</h3>'
        f"<p>{escape(about)}</p>{table.html(f'example-{name}-table')}<p>{escape(ends)}</p></section>"
    )


def _number(value: float) -> str:
    """Return a number with three decimals, and no minus before a zero."""
    text = f"{value:.3f}" if abs(value) < 1e4 else f"{value:.3g}"
    return "0.000" if text == "-0.000" else text.replace("-", "−")


def _short(value: float) -> str:
    return f"{value:g}".replace("-", "−")
