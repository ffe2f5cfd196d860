"""The process that holds one loaded model (`python -m bigmodel.serving.child FOLDER ASIDE`); it never opens the database.

It answers lines on its standard input and leaves when that ends (its parent is gone) or after
`serving_idle_s` without a question. Exit status 3: the model could not be loaded.
"""

import argparse
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from bigmodel.answers import answer_type
from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.datasets.inputs import each_part
from bigmodel.core.errors import ModelError, PersonError
from bigmodel.core.message import Message
from bigmodel.core.task import (
    Adjustable,
    Enroller,
    Explainer,
    Explanation,
    Looker,
    Medium,
    Predictor,
    Streamer,
)
from bigmodel.data.cleaning import clean_texts
from bigmodel.data.steps import asked_steps
from bigmodel.data.targets import target_kind
from bigmodel.serving import wire
from bigmodel.serving.clean_files import CleanFiles
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine

log = logging.getLogger(__name__)

CANNOT_LOAD = 3


class IdleClock:
    """Ends the process when nobody asked anything for a while."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._asked_at = time.monotonic()
        self._is_busy = True
        self._lock = threading.Lock()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="idle", daemon=True).start()

    def busy(self) -> None:
        with self._lock:
            self._is_busy = True

    def idle(self) -> None:
        with self._lock:
            self._is_busy = False
            self._asked_at = time.monotonic()

    def _watch(self) -> None:
        while True:
            with self._lock:
                left = self._patience_s - (time.monotonic() - self._asked_at)
                if left <= 0 and not self._is_busy:
                    os._exit(0)  # nothing is held that needs an orderly end
            time.sleep(min(max(left, 0.05), 5.0))


def main() -> int:
    """Load the model, say so, and answer until the input ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("aside", type=Path)
    args = parser.parse_args()
    folder = args.folder
    settings = Settings()
    answers = _keep_answers_apart()
    try:
        model = _load(folder, args.aside, settings)
    except Exception:
        log.exception("model %s cannot be loaded", folder)
        return CANNOT_LOAD
    clock = IdleClock(settings.serving_idle_s)
    clock.start()
    _send(answers, {"v": wire.VERSION, "kind": "ready", "labels": list(model.predictor.labels)})
    clock.idle()
    for line in sys.stdin.buffer:
        clock.busy()
        for reply in _replies(model, line):
            _send(answers, reply)
        clock.idle()
    return 0


def _keep_answers_apart() -> BinaryIO:
    """Return the real output and point the usual one at the log: libraries that print must not break a line."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


@dataclass(frozen=True)
class Loaded:
    """A model, the type of its answers, the folder in which their raw bytes lie, and how its texts were cleaned."""

    predictor: Predictor
    kind: AnswerType
    aside: Path
    cleaning: tuple[str, ...] = ()
    may_lack: bool = False  # rows may lack any of their parts
    medium: Medium = Medium.TEXT

    def clean_files(self) -> CleanFiles:
        return CleanFiles(self.medium, self.cleaning, self.aside, self.kind)

    def encode(self, answer: Answer) -> dict[str, Any]:
        return wire.put_aside(self.kind.encode(answer), self.aside)


def _load(folder: Path, aside: Path, settings: Settings) -> Loaded:
    record = json.loads((folder / "model.json").read_text("utf-8"))
    task = get_task(record["task"], settings.task_folders)
    target = target_kind(task.target)
    cleaning = asked_steps(task.medium, target, record.get("cleaning", ()))
    predictor, kind = load_engine(task).load(folder), answer_type(task)
    return Loaded(predictor, kind, aside, cleaning, target.reads_all, task.medium)


def _replies(model: Loaded, line: bytes) -> Iterator[dict[str, object]]:
    """Yield the parts of an answer that grows, and the answer."""
    question = wire.decode(line)
    if model.cleaning and model.medium == Medium.TEXT:
        change = partial(clean_texts, steps=model.cleaning)
        question["inputs"] = each_part(question["inputs"], change, may_lack=model.may_lack)
    number = {"id": question["id"]}
    try:
        if question["wants"] == "parts" and isinstance(model.predictor, Streamer):
            parts = _parts(model, question["inputs"], question.get("dials", {}))
            yield from (number | reply for reply in parts)
        elif question["wants"] in wire.OF_PEOPLE:
            with model.clean_files() as files:
                told = _of_people(model.predictor, question, files.whole(question["inputs"]))
            yield number | {"kind": "answer", "answers": told, "explanations": []}
        else:
            with model.clean_files() as files:
                yield number | {"kind": "answer"} | _answered(model, question, files)
    except PersonError as error:
        yield number | {"kind": "error", "message": error.message.to_json()}
    except Exception:
        log.exception("a question could not be answered")
        message = Message("errors.prediction_failed", {}, "error")
        yield number | {"kind": "error", "message": message.to_json()}


def _of_people(
    predictor: Predictor, question: dict[str, Any], takes: Sequence[str]
) -> Sequence[Mapping[str, Any]]:
    if not isinstance(predictor, Enroller):
        raise ModelError("voices_not_kept")
    name = question.get("name", "")
    if question["wants"] == "people":
        return predictor.people()
    if question["wants"] == "weigh":
        return predictor.weigh(takes)
    if question["wants"] == "enrol":
        return predictor.enrol(name, takes)
    return [{"is_forgotten": predictor.forget(name)}]


def _parts(
    model: Loaded, inputs: Sequence[str], dials: Mapping[str, float]
) -> Iterator[dict[str, object]]:
    predictor, stop = model.predictor, model.aside / wire.STOP
    assert isinstance(predictor, Streamer)  # noqa: S101 - the caller has looked
    whole = []
    for text in inputs:
        for answer in _stream(predictor, text, dials):
            yield {"kind": "part", "answer": model.encode(answer)}
            if stop.exists():
                break
        whole.append(model.encode(answer))
    yield {"kind": "answer", "answers": whole, "explanations": []}


def _stream(predictor: Streamer, text: str, dials: Mapping[str, float]) -> Iterator[Answer]:
    return (
        predictor.stream_by(text, dials)
        if isinstance(predictor, Adjustable)
        else predictor.stream(text)
    )


def _answered(model: Loaded, question: dict[str, Any], files: CleanFiles) -> dict[str, object]:
    inputs, predictor = files.read(question["inputs"]), model.predictor
    said: list[Explanation] = []
    if question["wants"] == "explanations" and isinstance(predictor, Looker):
        answers, said = predictor.look(inputs)
    else:
        answers = predictor.answer(inputs)
        if question["wants"] == "explanations":
            said = (
                predictor.explain(inputs)
                if isinstance(predictor, Explainer)
                else [Explanation()] * len(inputs)
            )
    explanations = [wire.from_explanation(one) for one in files.firsts(said)]
    return {"answers": list(map(model.encode, files.merged(answers))), "explanations": explanations}


def _send(answers: BinaryIO, record: dict[str, object]) -> None:
    answers.write(wire.encode(record))
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
