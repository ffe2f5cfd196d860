"""Measurements of datasets by a child in the background, one at a time: begun, watched, ended, and kept until the next version."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.services.datasets.checkup import Run
from bigmodel.services.labelling.child import found_by
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")


class Measuring(Generic[T]):
    """What a child measures, read by `read`; `failed` makes a value of a question and what went wrong."""

    def __init__(
        self,
        settings: Settings,
        child: str,
        read: Callable[[Mapping[str, Any]], T],
        failed: Callable[[str, Message], T],
    ) -> None:
        self._settings, self._child = settings, child
        self._read, self._failed = read, failed
        self._runs: dict[str, tuple[str, Run]] = {}  # what was asked, and how far it is
        self._found: dict[str, tuple[int, T]] = {}
        self._lock = threading.Lock()  # of both
        self._turn = threading.Semaphore(1)

    def start(self, version: Version, asked: Mapping[str, Any], key: str = "") -> None:
        """Measure a version in the background, unless just that is under way."""
        with self._lock:
            before = self._runs.get(version.dataset_id)
            if before and not before[1].is_done:
                if before[0] == key and before[1].version == version.number:
                    return
                before[1].stopped.set()
            run = Run(version.number)
            self._runs[version.dataset_id] = key, run
        work = (version, asked, run)
        threading.Thread(target=self._measure, args=work, name="measure", daemon=True).start()

    def stop(self, dataset_id: str) -> None:
        """End the measuring that is under way."""
        if found := self._runs.get(dataset_id):
            found[1].stopped.set()

    def look(self, version: Version) -> tuple[T | None, float | None]:
        """Return what was measured of a version, and the share that is done while it is under way."""
        with self._lock:
            asked = self._runs.get(version.dataset_id)
            found = self._found.get(version.dataset_id)
        if asked is not None and asked[1].version == version.number:
            key, run = asked
            if not run.is_done:
                return None, run.share
            if run.error:
                return self._failed(key, run.error), None
        return (found[1] if found and found[0] == version.number else None), None

    def _measure(self, version: Version, asked: Mapping[str, Any], run: Run) -> None:
        try:
            with self._turn:
                found = found_by(self._settings, self._child, asked, run)
            if found:
                with self._lock:
                    self._found[version.dataset_id] = (version.number, self._read(found))
        except Exception:  # (the outermost call of this thread)
            log.exception("dataset %s: %s broke", version.dataset_id, self._child)
            run.error = DatasetError("reader_broken").message
        finally:
            run.is_done = True
