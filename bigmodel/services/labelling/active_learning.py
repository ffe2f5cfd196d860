"""Has the next rows to sort found by a child process, one at a time and the newest request only; pages never wait for it."""

import logging
import shutil
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import psutil

from bigmodel.children import start
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.environment import environment
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.active_learning import (
    ASKED,
    CURVE_S,
    LIMIT_S,
    SUGGESTED,
    ScoringRequest,
    Suggestions,
)
from bigmodel.jobs.platform.process import kill_group
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

GRACE_S = 300.0  # over the child's own limits, for reading data and libraries
LOOK_S = 0.2  # how often what the child wrote is looked for
LEAST_FREE_MB = 700.0
THREADS = 1  # it must not be felt while somebody sorts


class ActiveLearning:
    """Remembers what was found for each dataset, also after a restart, and finds anew in the background."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._wanted: dict[str, ScoringRequest] = {}
        self._in_hand: tuple[str, ScoringRequest] | None = None
        self._thread: threading.Thread | None = None
        self._known: dict[str, Suggestions] = {}

    def known(self, dataset_id: str) -> Suggestions | None:
        """Return what was found last."""
        if dataset_id not in self._known:
            record = attempt_folder.read_json(self._path(dataset_id))
            if record is None:
                return None
            self._known[dataset_id] = Suggestions.from_json(record)
        return self._known[dataset_id]

    def pending(self, dataset_id: str) -> ScoringRequest | None:
        """Return what is being looked at or will be in a moment."""
        with self._lock:
            if dataset_id in self._wanted:
                return self._wanted[dataset_id]
            return self._in_hand[1] if self._in_hand and self._in_hand[0] == dataset_id else None

    def want(self, dataset_id: str, asked: ScoringRequest) -> None:
        """Look for the next rows of a dataset; it replaces a request that still waits."""
        with self._lock:
            self._wanted[dataset_id] = asked
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="suggest", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when nothing is looked for any more."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _serve(self) -> None:
        """Find what is wanted, and end when nothing is."""
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                self._in_hand = dataset_id, asked = self._wanted.popitem()
            try:
                self._find(dataset_id, asked)
            except Exception:
                log.exception("rows to sort could not be looked for")
            finally:
                with self._lock:
                    self._in_hand = None

    def _find(self, dataset_id: str, asked: ScoringRequest) -> None:
        if psutil.virtual_memory().available / 2**20 < LEAST_FREE_MB:
            return self._keep(dataset_id, asked, Suggestions(error=_told("no_room")))
        place = self._settings.scratch / f"suggest-{new_id()}"
        place.mkdir(parents=True)
        try:
            attempt_folder.write_json(place / ASKED, asked.__dict__)
            self._run(dataset_id, asked, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return None

    def _run(self, dataset_id: str, asked: ScoringRequest, place: Path) -> None:
        with (place / attempt_folder.LOG).open("wb") as output:
            env = environment(self._settings, THREADS)
            child = start("bigmodel.jobs.active_learning", str(place), env=env, stdout=output)
        left, seen = LIMIT_S + CURVE_S + GRACE_S, None
        while True:
            code = _ended(child)
            record = attempt_folder.read_json(place / SUGGESTED)
            if record is not None and record != seen:
                seen = record
                self._keep(dataset_id, asked, Suggestions.from_json(record))
            if code is not None:
                break
            left -= LOOK_S
            if left < 0:
                kill_group(child.pid)
                child.wait()
                break
        if seen is None:
            said = (place / attempt_folder.LOG).read_text("utf-8", "replace")
            log.warning("the search for rows to sort gave nothing: %s", said[-2_000:])
            self._keep(dataset_id, asked, Suggestions(error=_told("broken")))

    def _keep(self, dataset_id: str, asked: ScoringRequest, found: Suggestions) -> None:
        """Remember what was found; what was found before stays where nothing was this time."""
        found = replace(found, change=asked.change)
        before = self.known(dataset_id)
        if before is not None and found.error is not None:
            found = replace(before, change=asked.change, error=found.error)
        elif before is not None and found.growth is None:
            found = replace(found, growth=before.growth)
        self._known[dataset_id] = found
        path = self._path(dataset_id)
        if path.parent.is_dir():  # else the dataset was deleted meanwhile
            attempt_folder.write_json(path, found.to_json())

    def _path(self, dataset_id: str) -> Path:
        """Return where it is kept: it goes with its dataset."""
        return self._settings.datasets / dataset_id / SUGGESTED


def _ended(child: subprocess.Popen[bytes]) -> int | None:
    """Wait a moment; return how the child ended, if it did."""
    try:
        return child.wait(LOOK_S)
    except subprocess.TimeoutExpired:
        return None


def _told(key: str) -> Message:
    return Message(f"pages.sort.model_{key}")
