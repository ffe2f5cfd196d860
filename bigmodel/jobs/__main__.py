"""The supervisor process: `python -m bigmodel.jobs`. One for each data folder; it exits when idle."""

import logging
import signal
import sys
import time
from types import FrameType

from bigmodel.core.errors import JobError, SettingsError, StoreError
from bigmodel.jobs import failpoint
from bigmodel.jobs.launchers import find_launchers
from bigmodel.jobs.presence import Presence
from bigmodel.jobs.supervisor.maintenance import Chores
from bigmodel.jobs.supervisor.supervisor import Supervisor
from bigmodel.settings import Settings
from bigmodel.store.open import open_store
from bigmodel.words import load_words

log = logging.getLogger(__name__)

TURN_S = 0.05
TROUBLE_S = 1.0  # before the next turn after one that failed
PATIENCE_S = 10.0  # with a locked database; pages have less
WEB_S = 60.0  # an app that said nothing for this long is closed


class Loop:
    """Runs the supervisor until it is idle or asked to end; workers go on without it."""

    def __init__(
        self, settings: Settings, supervisor: Supervisor, presence: Presence, chores: Chores
    ) -> None:
        self._settings, self._supervisor, self._presence = settings, supervisor, presence
        self._chores = chores
        self._is_over = False
        self._poked_at = 0

    def stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler
        log.info("asked to end by signal %s: workers go on", number)
        self._is_over = True

    def run(self) -> None:
        while not self._is_over and self._settings.run.is_dir():
            if not self._turn():
                time.sleep(TROUBLE_S)
            elif self._is_unneeded() and self._leave():
                return
            else:
                time.sleep(TURN_S)

    def _turn(self) -> bool:
        """Do one turn; a database that is locked or a disk that is full must not end the loop."""
        poked_at = self._presence.poked_at()
        try:
            self._supervisor.turn(is_poked=poked_at != self._poked_at)
            self._chores.turn(is_busy=self._supervisor.is_busy or self._supervisor.has_waiting)
        except StoreError as error:
            log.warning("a turn failed, it will be tried again: %s", error)
            return False
        except Exception:
            log.exception("a turn failed; it will be tried again")
            return False
        self._poked_at = poked_at
        return True

    def _is_unneeded(self) -> bool:
        idle_s = time.monotonic() - self._supervisor.busy_at
        return (
            idle_s > self._settings.idle_exit_s
            and self._presence.web_age_s() > WEB_S
            and not self._supervisor.has_waiting
        )

    def _leave(self) -> bool:
        """Hide, then look once more: whoever poked before we hid relies on us."""
        self._presence.hide()
        if self._presence.poked_at() != self._poked_at:
            self._presence.show()
            return False
        log.info("idle: leaving")
        return True


def main() -> int:
    """Serve the data folder of the settings; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(name)s %(message)s")
    settings = Settings()
    failpoint.arm(settings.failpoints)
    settings.make_folders()
    presence = Presence(settings)
    words = load_words()
    try:
        if not presence.take():
            raise JobError("supervisor_runs", home=str(settings.home))
        store = open_store(settings, patience_s=PATIENCE_S)
    except (JobError, SettingsError) as error:
        sys.stderr.write(words.say(settings.language or "en", error.message) + "\n")
        return 1
    launchers = find_launchers(settings)
    supervisor = Supervisor(settings, store, launchers)
    loop = Loop(settings, supervisor, presence, Chores(settings, store))
    signal.signal(signal.SIGTERM, loop.stop)
    signal.signal(signal.SIGINT, loop.stop)
    presence.show()
    log.info("serving %s", settings.home)
    try:
        loop.run()
    finally:
        presence.hide()
        for launcher in launchers:
            launcher.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
