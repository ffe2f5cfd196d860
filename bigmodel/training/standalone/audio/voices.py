"""The command line of programs that say who speaks, and how an answer is drawn; it is written into each of them."""

import json
import sys
from collections.abc import Sequence
from html import escape
from typing import Any

from bigmodel.training.standalone.console import files_asked

MOST_PEOPLE = 10


def answer_voices(make: Any) -> None:
    """Print who speaks in each file of the command line, as the model that `make` loads hears it."""
    args = files_asked("Say who speaks in recordings. It is no lock.")
    model = make()
    for path in args.paths:
        likeness, limit = model.hear(path)
        line = voice_line(model.labels, path, likeness, limit, as_json=args.json)
        sys.stdout.write(line + "\n")


def who(labels: Sequence[str], likeness: Sequence[float], limit: float) -> str:
    """Return who speaks; nothing for nobody of these."""
    best = max(range(len(labels)), key=likeness.__getitem__)
    return labels[best] if likeness[best] >= limit else ""


def voice_line(
    labels: Sequence[str], path: str, likeness: Sequence[float], limit: float, *, as_json: bool
) -> str:
    """Return the answer to one file as a line for people, or as JSON."""
    name = who(labels, likeness, limit)
    if as_json:
        people = dict(zip(labels, likeness, strict=True))
        told = {"file": path, "speaker": name or None, "threshold": limit, "people": people}
        return json.dumps(told, ensure_ascii=False)
    return f"{name or '-'}\t{max(likeness):.4f}\t{path}"


def drawn_voice(labels: Sequence[str], likeness: Sequence[float], limit: float) -> str:
    """Return an answer as HTML: who speaks in large letters, and how much the voice is like everybody's."""
    name = who(labels, likeness, limit)
    ranked = sorted(zip(labels, likeness, strict=True), key=lambda one: -one[1])[:MOST_PEOPLE]
    lines = "".join(
        f"<li>{escape(label)} {100 * share:.1f} % / {100 * limit:.1f} %</li>"
        for label, share in ranked
    )
    return f'<div class="bm-lead" data-testid="answer">{escape(name) or "–"}</div><ul>{lines}</ul>'
