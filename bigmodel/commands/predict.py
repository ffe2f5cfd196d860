"""`predict`: ask a trained model about texts or a whole table, through the same serving child as the page."""

import argparse
from typing import Any

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal
from bigmodel.core.ids import is_id
from bigmodel.core.results import Prediction
from bigmodel.services.studio import Services


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Answer texts, or every row of a table."""
    model = args.job if is_id(args.job) else find_job(services, args.job).id
    return (
        _table(model, args, services, terminal)
        if args.file
        else _texts(model, args, services, terminal)
    )


def _texts(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    with terminal.bar(terminal.text("predict.loading")):
        answers = services.demo.predict(OWNER, model, args.text)
    pairs = list(zip(args.text, answers, strict=True))
    terminal.record({"predictions": [_record(text, answer) for text, answer in pairs]})
    rows = [(text, *_cells(answer)) for text, answer in pairs]
    is_number = any(answer.label is None for answer in answers)
    terminal.table(("text", "number") if is_number else ("text", "label", "sureness"), rows)
    return 0


def _table(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    rows = 0

    with terminal.bar(args.file.name) as move:

        def tell(done: int, total: int) -> None:
            nonlocal rows
            rows = total
            move(done / max(total, 1), "")

        out = services.demo.predict_file(OWNER, model, args.file, args.out, tell)
    terminal.say("predict.written", rows=rows, path=str(out))
    terminal.record({"out": str(out), "rows": rows})
    return 0


def _record(text: str, answer: Prediction) -> dict[str, Any]:
    if answer.label is None:
        return {"text": text, "value": answer.value}
    return {"text": text, "label": answer.label, "probabilities": dict(answer.probabilities)}


def _cells(answer: Prediction) -> tuple[str, ...]:
    if answer.label is None:
        return (f"{answer.value:.6g}",)
    return (answer.label, f"{100 * answer.probabilities[answer.label]:.1f} %")
