"""Has trainings timed by a short child process, once for each choice; pages never wait for it, and no job is made."""

import hashlib
import json
import logging
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from bigmodel.base_models.locate import locate
from bigmodel.children import start
from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import PersonError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Level, Message
from bigmodel.core.task import Params, Task
from bigmodel.environment import environment, threads_each
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.platform.process import kill_group
from bigmodel.jobs.profile import LIMIT_S, MEASURED, Measured
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

SETTLE_S = 0.8  # a choice must stand this long before it is timed
GRACE_S = 300.0  # over the child's own limit, for reading data and libraries
LEAST_FREE_MB = 1_000.0  # less free memory: nothing is timed
KEPT = 200
FORGET_S = 300.0  # a timing that failed may be tried again after this
GUESS = "train.forecast."  # the keys of reasons why there are no figures
# What changes how long a training takes only by arithmetic, or not at all.
NO_MATTER = frozenset(
    {
        "epochs", "budget_s", "patience", "learning_rate", "schedule", "warmup_share", "weight_decay",
        "seed", "label_smoothing", "class_weights", "clip_norm",
    }
)  # fmt: skip
BATCH_WORDS = "out of memory", "MemoryError"


@dataclass(frozen=True)
class ProfileRequest:
    """A training that somebody may start."""

    version: Version
    task: Task
    base: str
    params: Params

    @property
    def key(self) -> str:
        """The same for every choice that takes the same time for a step."""
        matters = {
            name: value
            for name, value in self.params.model_dump(mode="json").items()
            if name not in NO_MATTER
        }
        said = [self.version.digest, self.task.name, self.base, matters]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


class Profiling:
    """Remembers what was timed, and times the newest choice in the background, one at a time."""

    def __init__(self, settings: Settings, is_busy: Callable[[], bool] = lambda: False) -> None:
        """Keep what is timed; `is_busy` tells whether a worker is at work, whose turn on the processor comes first."""
        self._settings, self._is_busy = settings, is_busy
        self._lock = threading.Lock()
        self._running = threading.Lock()
        self._wanted: dict[str, ProfileRequest] = {}
        self._wanted_at = 0.0
        self._thread: threading.Thread | None = None
        self._in_hand = ""
        self._failed: dict[str, tuple[float, Measured]] = {}  # by key, with when it failed

    def known(self, asked: ProfileRequest) -> Measured | None:
        """Return what was measured for such a choice before, if it was."""
        at, failed = self._failed.get(asked.key, (-FORGET_S, None))
        if failed and time.monotonic() - at < FORGET_S:
            return failed
        record = attempt_folder.read_json(self._path(asked))
        return Measured.from_json(record) if record else None

    def is_pending(self, asked: ProfileRequest) -> bool:
        """Tell whether the choice is being timed, or will be in a moment."""
        with self._lock:
            return asked.key in self._wanted or asked.key == self._in_hand

    def want(self, asked: ProfileRequest) -> None:
        """Have a choice timed as soon as it has stood for a moment; it replaces one that still waits."""
        with self._lock:
            if asked.key == self._in_hand or asked.key in self._wanted:
                return  # the page asks each second: it must not begin to stand anew
            self._wanted = {asked.key: asked}
            self._wanted_at = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="forecast", daemon=True)
                self._thread.start()

    def measure(self, asked: ProfileRequest) -> Measured:
        """Time a choice now, or return what is known; this takes up to half a minute."""
        with self._running:
            return self.known(asked) or self._measure(asked)

    def _serve(self) -> None:
        """Time what is wanted, and end when nothing is."""
        while True:
            with self._lock:
                left = self._wanted_at + SETTLE_S - time.monotonic()
                if not self._wanted:
                    self._thread = None
                    return
                if left <= 0:
                    self._in_hand, asked = self._wanted.popitem()
            if left > 0:
                time.sleep(left)
                continue
            try:
                self.measure(asked)
            except Exception:
                log.exception("a forecast could not be made")
                self._guess(asked, Measured(error=_told("broken")))
            finally:
                with self._lock:
                    self._in_hand = ""

    def _measure(self, asked: ProfileRequest) -> Measured:
        if psutil.virtual_memory().available / 2**20 < LEAST_FREE_MB:
            return self._guess(asked, Measured(error=_told("no_room")))
        place = self._settings.scratch / f"forecast-{new_id()}"
        try:
            found = self._run(asked, place)
        except PersonError as error:
            found = Measured(error=error.message)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        if found.error is not None and found.error.key.startswith(GUESS):
            return self._guess(asked, found)
        self._keep(asked, found)
        return found

    def _guess(self, asked: ProfileRequest, found: Measured) -> Measured:
        """Remember for a while that a choice could not be timed."""
        self._failed[asked.key] = time.monotonic(), found
        return found

    def _run(self, asked: ProfileRequest, place: Path) -> Measured:
        base = asdict(locate(asked.base, asked.task, self._settings))
        base["folder"] = str(base["folder"].resolve()) if base["folder"] else None
        threads = threads_each(self._settings)
        attempt = Attempt(
            job_id="",
            token=0,
            task=asked.task.name,
            name="",
            params=asked.params.model_dump(mode="json"),
            base=base,
            dataset=asked.version.folder,
            threads=threads,
        )
        attempt_folder.write_attempt(place, attempt)
        is_busy = self._is_busy()
        with (place / attempt_folder.LOG).open("wb") as output:
            env = environment(self._settings, threads)
            child = start("bigmodel.jobs.profile", str(place), env=env, stdout=output)
        try:
            code = child.wait(LIMIT_S + GRACE_S)
        except subprocess.TimeoutExpired:
            kill_group(child.pid)
            child.wait()
            return Measured(error=_told("too_slow"))
        record = attempt_folder.read_json(place / MEASURED)
        if record is None:
            said = (place / attempt_folder.LOG).read_text("utf-8", "replace")
            log.warning("the forecast ended with %d: %s", code, said[-2_000:])
            return Measured(error=_reason(code, said))
        return replace(Measured.from_json(record), is_busy=is_busy)

    def _keep(self, asked: ProfileRequest, found: Measured) -> None:
        path = self._path(asked)
        path.parent.mkdir(exist_ok=True)
        attempt_folder.write_json(path, found.to_json())
        known = sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)
        for old in known[:-KEPT]:
            old.unlink(missing_ok=True)

    def _path(self, asked: ProfileRequest) -> Path:
        return self._settings.scratch / "forecasts" / f"{asked.key}.json"


def _reason(code: int, said: str) -> Message:
    """Return why a child gave no figures."""
    is_memory = code in (-9, 137) or any(words in said for words in BATCH_WORDS)
    return _told("no_memory", "warning") if is_memory else _told("broken")


def _told(key: str, level: Level = "info") -> Message:
    return Message(f"{GUESS}{key}", level=level)
