"""One attempt of one job, in a process and process group of its own; it must never open the database.

Run by a launcher: `python -m bigmodel.jobs.worker.worker FOLDER`.
"""

import contextlib
import json
import logging
import os
import sys
import traceback
from pathlib import Path

from bigmodel.core.events import Kind
from bigmodel.core.job import Saved, Wish
from bigmodel.core.task import Checkpoint, StopRequested
from bigmodel.jobs import attempt_folder, failpoint
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.jobs.failure import is_disk_full, name_failure
from bigmodel.jobs.platform.identity import identify
from bigmodel.jobs.platform.process import limit_worker
from bigmodel.jobs.platform.process_tree import kill_tree
from bigmodel.jobs.redact import redacted
from bigmodel.jobs.verdict import DISK_FULL
from bigmodel.jobs.worker import seal
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter, start_beats
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

HANDLE = "BIGMODEL_HANDLE"  # in the environment: how the launcher finds this worker, where not as a process
SUPERSEDED = 75  # exit status of a worker that found a newer attempt in its place


def main(folder: Path, settings: Settings) -> int:
    """Run the attempt in this folder and return the exit status of the process."""
    failpoint.arm(settings.failpoints)
    handle = json.loads(os.environ.get(HANDLE, "null"))
    if not attempt_folder.claim_handle(
        folder, handle or attempt_folder.own_handle(folder, identify())
    ):
        return SUPERSEDED
    failpoint.reach("worker-started")
    try:
        return _serve(folder, settings)
    except OSError as error:
        if not is_disk_full(error):
            raise
        log.exception("the disk is too full for a last word in %s", folder)
        return DISK_FULL


def _serve(folder: Path, settings: Settings) -> int:
    attempt = attempt_folder.read_attempt(folder)
    saved = newest_whole(attempt, settings)
    resume = (
        Checkpoint(Artifacts(settings.home).path(saved.folder), saved.step)
        if saved.folder
        else None
    )
    pause = attempt.checkpoint_s
    reporter = WorkerReporter(folder, settings.home, attempt.token, resume, pause)
    if reporter.is_superseded():
        return SUPERSEDED
    attempt_folder.keep_room(folder)
    if attempt.resume and saved != attempt.resume:
        reporter.went_back(saved)
    is_over = start_beats(reporter, attempt.beat_s, lambda: os._exit(SUPERSEDED))
    _use_threads(attempt.threads)
    try:
        outcome = _run(folder, settings, reporter)
    finally:
        is_over.set()
    attempt_folder.give_room(folder)
    failpoint.reach("end")
    reporter.emit(Kind.END, {"outcome": outcome}, force=True)
    failpoint.reach("end-said")
    return {"succeeded": 0, "failed": 1}.get(outcome, 0)


def _run(folder: Path, settings: Settings, reporter: WorkerReporter) -> str:
    """Run the attempt and return its outcome; this is the outermost call of the process."""
    try:
        failpoint.reach("worker-ready")
        run_attempt(folder, settings, reporter)
    except StopRequested as stop:
        return "paused" if stop.wish == Wish.PAUSE else "cancelled"
    except Exception as error:
        log.exception("the attempt in %s failed", folder)
        attempt_folder.give_room(folder)
        return _report(reporter, error)
    return "succeeded"


def _report(reporter: WorkerReporter, error: Exception) -> str:
    """Say what went wrong, and return the outcome."""
    failure = name_failure(error)
    technical = "".join(traceback.format_exception(error))
    record = {
        "message": failure.message.to_json(),
        "traceback": redacted(technical),
        "retry": failure.is_retried,
        "outcome": failure.outcome,
    }
    reporter.emit(Kind.ERROR, record, force=True)
    return failure.outcome


def newest_whole(attempt: attempt_folder.Attempt, settings: Settings) -> Saved:
    """Return the newest checkpoint whose files all are as they were announced; a folder of "" is the beginning."""
    artifacts = Artifacts(settings.home)
    for saved in (attempt.resume, *attempt.older):
        if saved and seal.is_whole(artifacts.path(saved.folder), saved.digest):
            return saved
        if saved:
            log.warning("checkpoint %s is not whole", saved.folder)
    return Saved("", 0)


def leave(status: int, folder: Path) -> None:
    """End this process and all that it started, at once: libraries that hang must not keep the job waiting."""
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.suppress(Exception):
        kill_tree(identify(), str(folder))
    os._exit(status)


def _use_threads(threads: int) -> None:
    """Tell torch, where a warm process imported it already, how many threads it may use."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)


def _start() -> None:
    folder = Path(sys.argv[1]).resolve()
    limit_worker()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    leave(main(folder, Settings()), folder)


if __name__ == "__main__":
    _start()
