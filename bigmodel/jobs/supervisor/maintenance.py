"""What a supervisor does once a day beside its work: check the database, copy it, sweep the data folder; it moves no job."""

import logging
import threading
import time
from datetime import timedelta

from bigmodel.core.clock import now
from bigmodel.jobs.supervisor.cleanup import sweep_orphans
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.recovery import DAILY, back_up, backups

log = logging.getLogger(__name__)

EACH = timedelta(days=1)
FIRST_S = 60.0  # after the start, when the rush is over


class Chores:
    """Runs in a thread of its own, soon after the start when nothing is trained, then each day."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._thread: threading.Thread | None = None
        self._due_at = time.monotonic() + FIRST_S

    def turn(self, *, is_busy: bool) -> None:
        """Begin the chores if it is time; they are put off while something is trained, for a day at most."""
        late_s = time.monotonic() - self._due_at
        if late_s < 0 or (is_busy and late_s < EACH.total_seconds()):
            return
        self._due_at = time.monotonic() + EACH.total_seconds()
        self._thread = threading.Thread(target=self.run, name="chores", daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Do them all; this is the outermost call of the thread."""
        try:
            sweep_orphans(self._settings, self._store)
            self._care_for_database()
        except Exception:
            log.exception("the daily chores were not done; they will be tried again")

    def _care_for_database(self) -> None:
        """Copy a sound database; a damaged one must not push the good copies out."""
        if any(now() - copy.at < EACH for copy in backups(self._settings) if copy.label == DAILY):
            return
        problems = self._store.check()
        if problems:
            log.error("the database is damaged: %s", ", ".join(item.key for item in problems))
            return
        back_up(self._settings, DAILY)
