"""One attempt of one job, in a process and process group of its own; it must never open the database.

Run by a launcher: `python -m bigmodel.jobs.worker FOLDER`.
"""

import logging
import os
import sys
import traceback
from pathlib import Path

from bigmodel.core.errors import PersonError
from bigmodel.core.events import Kind
from bigmodel.core.job import Wish
from bigmodel.core.message import Message
from bigmodel.core.task import Checkpoint, StopRequested
from bigmodel.jobs import attempt_folder, seal
from bigmodel.jobs.attempt import run_attempt
from bigmodel.jobs.platform import limit_worker
from bigmodel.jobs.platform.identity import identify
from bigmodel.jobs.redact import redacted
from bigmodel.jobs.reporter import WorkerReporter, start_beats
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

SUPERSEDED = 75  # exit status of a worker that found a newer attempt in its place


def main(folder: Path, settings: Settings) -> int:
    """Run the attempt in this folder and return the exit status of the process."""
    if not attempt_folder.claim_handle(folder, identify().to_json()):
        return SUPERSEDED
    attempt = attempt_folder.read_attempt(folder)
    reporter = WorkerReporter(folder, settings.home, attempt.token, _resume(attempt, settings))
    if reporter.is_superseded():
        return SUPERSEDED
    is_over = start_beats(reporter, attempt.beat_s, lambda: os._exit(SUPERSEDED))
    _use_threads(attempt.threads)
    try:
        outcome = _run(folder, settings, reporter)
    finally:
        is_over.set()
    reporter.emit(Kind.END, {"outcome": outcome}, force=True)
    return {"succeeded": 0, "failed": 1}.get(outcome, 0)


def _run(folder: Path, settings: Settings, reporter: WorkerReporter) -> str:
    """Run the attempt and return its outcome; this is the outermost call of the process."""
    try:
        run_attempt(folder, settings, reporter)
    except StopRequested as stop:
        return "paused" if stop.wish == Wish.PAUSE else "cancelled"
    except PersonError as error:
        _report(reporter, error.message, error, retry=False)
        return "failed"
    except MemoryError as error:
        _report(reporter, Message("errors.memory_short", level="error"), error, retry=True)
        return "failed"
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        message = Message("errors.disk_trouble", {"reason": reason}, "error")
        _report(reporter, message, error, retry=True)
        return "failed"
    except Exception as error:
        log.exception("the attempt in %s failed", folder)
        _report(reporter, Message("errors.training_broken", level="error"), error, retry=False)
        return "failed"
    return "succeeded"


def _report(reporter: WorkerReporter, message: Message, error: Exception, *, retry: bool) -> None:
    technical = "".join(traceback.format_exception(error))
    record = {"message": message.to_json(), "traceback": redacted(technical), "retry": retry}
    reporter.emit(Kind.ERROR, record, force=True)


def _resume(attempt: attempt_folder.Attempt, settings: Settings) -> Checkpoint | None:
    """Return the checkpoint to go on from, if all of its files are as they were announced."""
    if attempt.resume is None:
        return None
    folder = settings.home / attempt.resume.folder
    if not seal.is_whole(folder, attempt.resume.digest):
        log.warning("checkpoint %s is not whole: starting over", folder)
        return None
    return Checkpoint(folder, attempt.resume.step)


def _use_threads(threads: int) -> None:
    """Tell torch, where a warm process imported it already, how many threads it may use."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)


def _start() -> None:
    folder = Path(sys.argv[1]).resolve()
    limit_worker()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    status = main(folder, Settings())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # libraries that hang while they leave must not keep the job waiting


if __name__ == "__main__":
    _start()
