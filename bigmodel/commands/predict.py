"""`predict`: ask a trained model about texts, files or a whole table, through the same serving child as the page."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal
from bigmodel.core.datasets.inputs import in_short, join_inputs
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.core.ids import is_id
from bigmodel.core.message import Message
from bigmodel.core.results.talk import Talk
from bigmodel.services.inference.batch_files import ZIP, save_files
from bigmodel.services.inference.batch_folder import given_files
from bigmodel.services.inference.batch_table import DOCUMENTS
from bigmodel.services.inference.predict import Answered, Look, TextRow
from bigmodel.services.inference.summary import counted
from bigmodel.services.results.answer_table import ENDINGS
from bigmodel.services.studio import Services

BASE = "base"  # the dial that lets the base answer beside the model tuned from it
STANDARD_INPUT = "-"  # in place of texts: one a line


def are_places(args: argparse.Namespace) -> bool:
    """Tell whether `--out` is a place for what is asked for: a table, a document given back, or a ZIP or folder for answers that are files."""
    if args.file is None:
        return args.out is None or not args.out.suffix or args.out.is_dir()  # a folder is made
    ending = args.out.suffix.lower()
    is_back = ending in DOCUMENTS and ending == args.file.suffix.lower()
    return is_back or ending in (*ENDINGS, ZIP) or args.out.is_dir()


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Answer texts or files, every row of a table, or every file of a folder or a ZIP; write subtitles where they are asked for."""
    try:
        return _run(args, services, terminal)
    except KeyboardInterrupt:  # where what was answered is kept, it does not come here
        terminal.errors.print(terminal.text("predict.lost"), soft_wrap=True)
        raise


def _run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    if args.srt or args.vtt:
        return _subtitles(args, services, terminal)
    if args.text == [STANDARD_INPUT]:
        args.text = [line for line in sys.stdin.read().splitlines() if line.strip()]
    model = args.job if is_id(args.job) else find_job(services, args.job).id
    asked = services.inference.resolve(OWNER, model)
    if wanted := services.inference.answers_of(asked).asks:
        if args.file:
            raise ModelError(f"made_by_{wanted}")
        return _classes(model, args, services, terminal)
    if services.inference.rows.are_read(OWNER, model):
        return (_table if args.file else _texts)(model, args, services, terminal)
    return (_folder if args.file else _files)(model, args, services, terminal)


def _classes(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Make pictures of each class that is named, or of any where it is an empty text; or say each text."""
    dials = _dials(model, args, services)
    answers = []
    with terminal.bar(terminal.text("predict.loading")) as move:
        for done, text in enumerate(args.text, 1):
            whole = _whole(model, text, dials, services)
            answers.append(replace(whole, name=text or "picture"))
            move(done / len(args.text), text)
    records = [found.kind.record(found.answer) for found in answers]
    _save(records, answers, args, terminal)
    terminal.record({"predictions": records})
    if answers and answers[0].kind.asks == "text":  # what could not be said stands beside it
        heads = [terminal.tell(Message(key)) for key, _ in answers[0].kind.headings]
        lines = [(one.name, *map(str, one.kind.cells(one.answer))) for one in answers]
        terminal.said_table((terminal.text("headings.text"), *heads), lines)
    return 0


def dial_of(text: str) -> tuple[str, float]:
    """Return the name and the value of a dial, as `seed=7` says them.

    Raises:
        ValueError: it says neither.
    """
    name, mark, value = text.partition("=")
    if not (name and mark):
        raise ValueError(text)
    return name, float(value)


def _texts(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    columns = services.inference.rows.columns(OWNER, model)
    inputs = services.inference.inputs_of(services.inference.resolve(OWNER, model))
    count = len(columns or inputs)
    rows = [args.text[at : at + count] for at in range(0, len(args.text), count)]
    if columns:
        texts = [services.inference.rows.row(OWNER, model, row) for row in rows]
    else:
        texts = [join_inputs(row) for row in rows]
    dials = _dials(model, args, services)
    with terminal.bar(terminal.text("predict.loading")):
        if dials:
            answers = [_whole(model, text, dials, services) for text in texts]
        else:
            answers = services.inference.look_texts(OWNER, model, texts)
        near = [services.inference.near_texts(OWNER, model, answer) for answer in answers]
    told = zip(texts, answers, near, strict=True)
    records = [_record(*one) for one in told]
    _save(records, [replace(found, name="answer") for found in answers], args, terminal)
    terminal.record({"predictions": records})
    pairs = zip(texts, answers, strict=True)
    lines = [(in_short(text), *_cells(answer, terminal)) for text, answer in pairs]
    heads = [terminal.text("headings.text"), *_headings(answers, terminal)]
    if args.base:
        heads.append(terminal.text("headings.its_base"))
        lines = [(*line, record.get("base", "")) for line, record in zip(lines, records, strict=True)]  # fmt: skip
        if not any("base" in record for record in records):
            terminal.say("predict.no_base")
    terminal.said_table(heads, lines)
    return 0


def _dials(model: str, args: argparse.Namespace, services: Services) -> dict[str, float]:
    """Return what is turned before a model answers: `--base` lets its base answer too.

    Raises:
        ModelError: `dial_unknown`, as nothing that is asked for is passed over.
    """
    known = services.inference.dials.of(services.inference.resolve(OWNER, model))
    names = [dial.name for dial in known]
    turned = dict(dial_of(text) for text in args.dial) | ({BASE: 1.0} if args.base else {})
    for name in turned:
        if name not in names:
            raise ModelError("dial_unknown", name=name, known=", ".join(names) or "–")
    return turned


def _whole(model: str, text: str, dials: dict[str, float], services: Services) -> Answered:
    *_, whole = services.inference.grow(OWNER, model, text, dials)
    return whole


def _table(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    with terminal.bar(args.file.name) as move:

        def tell(done: int, total: int) -> None:
            move(done / max(total, 1), "")

        made = services.inference.predict_file(
            OWNER, model, args.file, args.out, terminal.tell, tell
        )
    tally = made.tally
    written = "predict.saved" if tally.is_document else "predict.written"
    terminal.say(written, rows=tally.rows - tally.unasked, path=str(made.path))
    terminal.write(counted(tally, terminal.tell))
    for remark in made.remarks:
        terminal.write(terminal.tell(remark))
    counts = {"rows": tally.rows, "empty": tally.empty, "unasked": tally.unasked}
    terminal.record({"out": str(made.path)} | counts | {"classes": dict(tally.counts())})
    return 1 if tally.unasked else 0


def _files(model: str, args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    paths = [Path(text) for text in args.text]
    for path in paths:
        if not path.is_file():
            raise DatasetError("file_missing", name=str(path))
    with terminal.bar(terminal.text("predict.loading")):
        looks = [services.inference.look(OWNER, model, path.resolve()) for path in paths]
    answers = [_look_record(str(path), look) for path, look in zip(paths, looks, strict=True)]
    _save(answers, [look.answer for look in looks], args, terminal)
    terminal.record({"predictions": answers})
    rows = [
        (str(path), *_cells(look.answer, terminal)) for path, look in zip(paths, looks, strict=True)
    ]
    heads = _headings([look.answer for look in looks], terminal)
    terminal.said_table((terminal.text("headings.file"), *heads), rows)
    return 0


def _save(
    records: Sequence[dict[str, Any]],
    answers: Sequence[Answered],
    args: argparse.Namespace,
    terminal: Terminal,
) -> None:
    """Write the files that answers consist of, into `--out` or here, and name them in the records."""
    folder = args.out or Path()
    for record, answer in zip(records, answers, strict=True):
        if paths := save_files(answer, folder):
            record["files"] = [str(path) for path in paths]
            terminal.say("predict.saved", path=str(paths[0]))


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
    unread, unasked = sum(one.problem is not None for one in answers), len(files) - len(answers)
    terminal.say("predict.answered", files=len(answers), unread=unread, path=str(args.out))
    if unasked:
        terminal.errors.print(terminal.text("predict.unasked", count=unasked), soft_wrap=True)
    counts = {"files": len(answers), "unread": unread, "unasked": unasked}
    terminal.record({"out": str(args.out)} | counts)
    return 1 if unasked else 0


def _look_record(name: str, look: Look) -> dict[str, Any]:
    found = look.answer
    record = {"file": name} | found.kind.record(found.answer)
    if not found.kind.detects_strangers:
        return record
    nearest = [{"name": row.name, "label": row.target} for row in look.nearest]
    return record | {"none_of_these": found.is_strange, "nearest": nearest}


def _record(text: str, found: Answered, near: Sequence[TextRow]) -> dict[str, Any]:
    record = {"text": text} | found.kind.record(found.answer)
    record |= {"none_of_these": found.is_strange, "unreadable": found.said.unreadable or None}
    return record | {
        "nearest": [{"text": row.text, "label": found.kind.said(row.target)} for row in near]
    }


def _headings(answers: Sequence[Answered], terminal: Terminal) -> tuple[str, ...]:
    if not answers:
        return ()
    is_sure = any(one.certainty is not None for one in answers)
    kind = answers[0].kind
    names = (f"cli.headings.{kind.name}", *(key for key, _ in kind.headings), "cli.headings.answer")
    sure = (terminal.text("headings.sureness"),) if is_sure else ()
    return terminal.words.first(terminal.language, names), *sure


def _cells(found: Answered, terminal: Terminal) -> tuple[str, ...]:
    sure = found.certainty
    first = found.kind.cells(found.answer)[0] if found.kind.headings else found.line
    text = f"{first:.6g}" if isinstance(first, float) else str(first)
    if found.is_strange:
        key = "strangers.unreadable" if found.said.unreadable else "predict.strange"
        text = f"{text} ({terminal.text(key)})"
    return (text,) if sure is None else (text, f"{100 * sure:.1f} %")


def _subtitles(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Write the subtitles of each recording into `--out` or here; JOB may be a base that listens as it is."""
    asked = _listener(args.job, services)
    teller = "" if not args.speakers else _model(args.speakers, services)
    records = []
    for name in args.text:
        path = Path(name)
        if not path.is_file():
            raise DatasetError("file_missing", name=name)
        talk = services.talks.begin(OWNER, path.resolve(), path.name, in_turns=bool(teller))
        try:
            record = _written_down(talk, path, asked, teller, args, services, terminal)
        finally:
            services.talks.forget(OWNER, talk.id)
        records.append({"file": name} | record)
        if record["is_broken_off"]:
            break
    terminal.record({"predictions": records})
    return 1 if records and records[-1]["is_broken_off"] else 0


def _written_down(
    talk: Talk,
    path: Path,
    asked: str,
    teller: str,
    args: argparse.Namespace,
    services: Services,
    terminal: Terminal,
) -> dict[str, Any]:
    """Write subtitles of a recording and return its record; of one that is broken off, of what was heard."""
    is_broken_off = False
    try:
        _hear(talk, asked, teller, args, services, terminal)
    except KeyboardInterrupt:
        is_broken_off = True
    finally:  # also where the listener failed in the middle: an hour must not be lost for that
        talk = services.talks.get(OWNER, talk.id)
        places = _written(talk, path, args, services, terminal) if talk.heard else []
    if is_broken_off:
        terminal.errors.print(_told_of_break(talk, terminal), soft_wrap=True)
    segments = [
        {"from_s": p.start, "to_s": p.end, "text": p.text}
        | ({"speaker": p.speaker or None} if teller else {})
        for _, p in talk.said()
    ]
    about = {"seconds": talk.seconds, "heard_s": talk.heard_to, "is_broken_off": is_broken_off}
    return about | {"files": places, "segments": segments}


def _told_of_break(talk: Talk, terminal: Terminal) -> str:
    if talk.is_whole:
        return terminal.text("predict.broken_off_telling")
    times = {"heard": _clock(talk.heard_to), "whole": _clock(talk.seconds)}
    return terminal.text("predict.broken_off" if talk.heard else "predict.lost", **times)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _hear(
    talk: Talk,
    asked: str,
    teller: str,
    args: argparse.Namespace,
    services: Services,
    terminal: Terminal,
) -> None:
    """Have a recording written down whole, and told who speaks where that is asked for."""
    with terminal.bar(talk.name) as move:
        for done in services.talks.hear(OWNER, talk.id, asked, args.language):
            move(done.heard / max(1, len(done.pieces)), f"{done.heard}/{len(done.pieces)}")
        for _ in services.talks.tell(OWNER, talk.id, teller) if teller else ():
            pass


def _written(
    talk: Talk, path: Path, args: argparse.Namespace, services: Services, terminal: Terminal
) -> list[str]:
    places = []
    unheard = terminal.tell(Message("pages.talks.unheard"))
    for kind in ("srt", "vtt"):
        if getattr(args, kind):
            place = (args.out or Path()) / f"{path.stem}.{kind}"
            place.parent.mkdir(parents=True, exist_ok=True)
            services.talks.write(OWNER, talk.id, kind, place, unheard)
            terminal.say("predict.saved", path=str(place))
            places.append(str(place))
    return places


def _listener(asked: str, services: Services) -> str:
    """Return what listens: a base by its name, else a model or the model of a job."""
    if any(one.ready and one.name == asked for one in services.talks.listeners(OWNER)):
        return asked
    return _model(asked, services)


def _model(asked: str, services: Services) -> str:
    return asked if is_id(asked) else find_job(services, asked).id
