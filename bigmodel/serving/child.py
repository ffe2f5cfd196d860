"""The process that holds one loaded model (`python -m bigmodel.serving.child FOLDER`); it never opens the database.

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
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from bigmodel.core.errors import PersonError
from bigmodel.core.message import Message
from bigmodel.core.task import Explainer, Explanation, Looker, Predictor, Transcriber
from bigmodel.serving import wire
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
    folder = parser.parse_args().folder
    settings = Settings()
    answers = _keep_answers_apart()
    try:
        predictor = _load(folder, settings)
    except Exception:
        log.exception("model %s cannot be loaded", folder)
        return CANNOT_LOAD
    clock = IdleClock(settings.serving_idle_s)
    clock.start()
    _send(answers, {"v": wire.VERSION, "kind": "ready", "labels": list(predictor.labels)})
    clock.idle()
    for line in sys.stdin.buffer:
        clock.busy()
        _send(answers, _answer(predictor, line))
        clock.idle()
    return 0


def _keep_answers_apart() -> BinaryIO:
    """Return the real output and point the usual one at the log: libraries that print must not break a line."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _load(folder: Path, settings: Settings) -> Predictor:
    record = json.loads((folder / "model.json").read_text("utf-8"))
    task = get_task(record["task"], settings.task_folders)
    return load_engine(task).load(folder)


def _answer(predictor: Predictor, line: bytes) -> dict[str, object]:
    question = wire.decode(line)
    try:
        return {"id": question["id"], "kind": "answer"} | _said(predictor, question)
    except PersonError as error:
        message = error.message
    except Exception:
        log.exception("a question could not be answered")
        message = Message("errors.prediction_failed", {}, "error")
    return {"id": question["id"], "kind": "error", "message": message.to_json()}


def _said(predictor: Predictor, question: dict[str, Any]) -> dict[str, object]:
    inputs: Sequence[str] = question["inputs"]
    if question["wants"] == "explanations" and isinstance(predictor, Looker):
        return _record(*predictor.look(inputs))
    said = _explain(predictor, inputs) if question["wants"] == "explanations" else []
    heard = [one.transcript for one in said]
    if any(heard):  # a transcriber's score is its certainty: no need to listen twice
        scores = [[one.certainty if one else 0.0] for one in heard]
    else:
        scores = predictor.predict(inputs)
    return _record(scores, said)


def _record(scores: list[list[float]], said: list[Explanation]) -> dict[str, object]:
    return {
        "scores": [[float(score) for score in row] for row in scores],
        "explanations": [wire.from_explanation(one) for one in said],
    }


def _explain(predictor: Predictor, inputs: Sequence[str]) -> list[Explanation]:
    """Return what else there is to say of each input; what a model cannot say stays empty."""
    said = [Explanation()] * len(inputs)
    if isinstance(predictor, Explainer):
        said = predictor.explain(inputs)
    if isinstance(predictor, Transcriber) and any(one.transcript is None for one in said):
        heard = predictor.transcribe(inputs)
        said = [replace(one, transcript=text) for one, text in zip(said, heard, strict=True)]
    return said


def _send(answers: BinaryIO, record: dict[str, object]) -> None:
    answers.write(wire.encode(record))
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
