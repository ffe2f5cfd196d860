"""`predict`: ask a trained model about texts, files or a whole table, through the same serving child as the page."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import is_id
from bigmodel.core.results.results import Prediction
from bigmodel.services.inference.batch_folder import given_files
from bigmodel.services.inference.predict import Look, TextAnswer, TextRow
from bigmodel.services.inference.summary import counted
from bigmodel.services.studio import Services


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Answer texts or files, every row of a table, or every file of a folder or a ZIP."""
    model = args.job if is_id(args.job) else find_job(services, args.job).id
    if services.inference.kind(OWNER, model) == "text":
        return (_table if args.file else _texts)(model, args, services, terminal)
    return (_folder if args.file else _files)(model, args, services, terminal)


def _texts(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    with terminal.bar(terminal.text("predict.loading")):
        answers = services.inference.look_texts(OWNER, model, args.text)
        near = [services.inference.near_texts(OWNER, model, answer) for answer in answers]
    told = zip(args.text, answers, near, strict=True)
    terminal.record({"predictions": [_record(*one) for one in told]})
    pairs = zip(args.text, answers, strict=True)
    rows = [(text, *_text_cells(answer, terminal)) for text, answer in pairs]
    is_number = any(answer.prediction.label is None for answer in answers)
    terminal.table(("text", "number") if is_number else ("text", "label", "sureness"), rows)
    return 0


def _table(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    with terminal.bar(args.file.name) as move:

        def tell(done: int, total: int) -> None:
            move(done / max(total, 1), "")

        made = services.inference.predict_file(
            OWNER, model, args.file, args.out, terminal.tell, tell
        )
    tally = made.tally
    terminal.say("predict.written", rows=tally.rows, path=str(made.path))
    terminal.write(counted(tally, terminal.tell))
    counts = {"rows": tally.rows, "empty": tally.empty, "classes": dict(tally.counts())}
    terminal.record({"out": str(made.path)} | counts)
    return 0


def _files(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    paths = [Path(text) for text in args.text]
    for path in paths:
        if not path.is_file():
            raise DatasetError("file_missing", name=str(path))
    with terminal.bar(terminal.text("predict.loading")):
        looks = [services.inference.look(OWNER, model, path.resolve()) for path in paths]
    answers = [_look_record(str(path), look) for path, look in zip(paths, looks, strict=True)]
    terminal.record({"predictions": answers})
    hears = any(look.answer.said.transcript for look in looks)
    headings = ("file", "transcript", "sureness") if hears else ("file", "label", "sureness")
    rows = [
        (str(path), *_look_cells(look, terminal)) for path, look in zip(paths, looks, strict=True)
    ]
    terminal.table(headings, rows)
    return 0


def _folder(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    with (
        given_files(args.file, services.settings) as files,
        terminal.bar(args.file.name) as move,
    ):
        answers = services.inference.answer_files(
            OWNER,
            model,
            files,
            args.out,
            terminal.tell,
            lambda done, count: move(done / max(count, 1), ""),
        )
    unread = sum(answer.problem is not None for answer in answers)
    terminal.say("predict.answered", files=len(answers), unread=unread, path=str(args.out))
    terminal.record({"out": str(args.out), "files": len(answers), "unread": unread})
    return 0


def _look_record(name: str, look: Look) -> dict[str, Any]:
    said, prediction = look.answer.said, look.answer.prediction
    record: dict[str, Any] = {"file": name}
    if said.transcript:
        words = [{"word": word, "certainty": sure} for word, sure in said.transcript.words]
        record |= {"text": said.transcript.text, "certainty": said.transcript.certainty}
        return record | {"words": words}
    if prediction:
        record |= {"label": prediction.label, "probabilities": dict(prediction.probabilities)}
    nearest = [{"name": row.name, "label": row.target} for row in look.nearest]
    return record | {"none_of_these": look.answer.is_strange, "nearest": nearest}


def _look_cells(look: Look, terminal: Terminal) -> tuple[str, ...]:
    said, prediction = look.answer.said, look.answer.prediction
    if said.transcript:
        return (said.transcript.text, f"{100 * said.transcript.certainty:.1f} %")
    if prediction is None:
        return ("", "")
    strange = f" ({terminal.text('predict.strange')})" if look.answer.is_strange else ""
    label, sure = _cells(prediction) if prediction.label else (*_cells(prediction), "")
    return (f"{label}{strange}", sure)


def _record(text: str, found: TextAnswer, near: Sequence[TextRow]) -> dict[str, Any]:
    answer = found.prediction
    record: dict[str, Any] = {"text": text, "value": answer.value}
    if answer.label is not None:
        record = {"text": text, "label": answer.label, "probabilities": dict(answer.probabilities)}
    record |= {"none_of_these": found.is_strange, "unreadable": found.said.unreadable or None}
    return record | {"nearest": [{"text": row.text, "label": row.target} for row in near]}


def _text_cells(found: TextAnswer, terminal: Terminal) -> tuple[str, ...]:
    first, *rest = _cells(found.prediction)
    if not found.is_strange:
        return first, *rest
    key = "strangers.unreadable" if found.said.unreadable else "predict.strange"
    return f"{first} ({terminal.text(key)})", *rest


def _cells(answer: Prediction) -> tuple[str, ...]:
    if answer.label is None:
        return (f"{answer.value:.6g}",)
    return (answer.label, f"{100 * answer.probabilities[answer.label]:.1f} %")
