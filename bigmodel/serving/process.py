"""One serving child seen from the web process: start, ask, kill; it never imports an engine itself."""

import atexit
import contextlib
import logging
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bigmodel.children import start
from bigmodel.core.errors import ModelError
from bigmodel.core.message import Message
from bigmodel.core.task import Explanation
from bigmodel.environment import environment
from bigmodel.serving import wire
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

LOG_BYTES = 1_000_000
LIBRARIES_MB = 1_024
NOTHING = b""  # no line is empty: each ends in a new line
# Of a time, below which a child did not work in it: it hangs, or waits for nothing.
IDLE_SHARE = 0.01
GPU = Path("/dev/nvidiactl")


@dataclass(frozen=True)
class Reply:
    """What a child said of some inputs, in their order; explanations only where they were asked for."""

    answers: list[Mapping[str, Any]]  # as their type encodes them
    explanations: list[Explanation]


OnPart = Callable[
    [Mapping[str, Any]], bool
]  # of an answer that grows; tells whether more of it is wanted


class ChildGone(Exception):
    """The child ended before it answered: it crashed, was killed, or left because it was idle."""


class Child:
    """A process with one loaded model. `lock` is held while it is asked; everything else is safe without it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.asked_at = time.monotonic()
        self.labels: tuple[str, ...] = ()
        self.is_ready = False
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._last_id = 0
        self._is_ended = False  # by us
        self._is_gone = False  # its end was seen, perhaps before the system tells
        settings.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._aside = Path(tempfile.mkdtemp(prefix="answers-", dir=settings.run))
        self._process = _start(folder, self._aside, settings)
        atexit.register(self.kill)  # else it would first finish what nobody waits for any more
        threading.Thread(target=self._read, name="serving-reader", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return not (self._is_ended or self._is_gone) and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def memory_mb(self) -> float:
        """Memory that ending the child would free: libraries that other processes share do not count."""
        try:
            return float(psutil.Process(self.pid).memory_full_info().uss) / 2**20
        except psutil.Error:
            return 0.0

    def wait_until_ready(self, patience_s: float) -> None:
        """Wait until the model is loaded. The caller holds the lock.

        Raises:
            ChildGone: it was ended to make room; a new one may answer.
            ModelError: `model_not_loading`, or `serving_timeout`.
        """
        if self.is_ready:
            return
        try:
            record = self._receive(patience_s)
        except ChildGone:
            if self._is_ended:
                raise
            raise ModelError("model_not_loading") from None
        self.labels = tuple(record["labels"])
        self.is_ready = True

    def ask(
        self,
        inputs: Sequence[str],
        wants: wire.Wants,
        patience_s: float,
        tell: OnPart | None = None,
        dials: Mapping[str, float] | None = None,
        *,
        name: str = "",
    ) -> Reply:
        """Return what the model says of the inputs (and of a person's name). The caller holds the lock and has waited until ready.

        `tell` hears of an answer that grows, by the dials; after each part the patience begins anew. Where it
        says that nobody wants more, the answer ends there.

        Raises:
            ChildGone: the process ended; a new one may answer.
            ModelError: what the engine said, or `serving_timeout`.
        """
        self._last_id += 1
        self.asked_at = time.monotonic()
        question: dict[str, object] = {"id": self._last_id, "wants": wants, "inputs": [*inputs]}
        if dials:
            question["dials"] = dict(dials)
        if name:
            question["name"] = name
        stop = self._aside / wire.STOP
        stop.unlink(missing_ok=True)
        self._write(question, patience_s)
        while (record := self._receive(patience_s))["kind"] == "part":
            part = wire.take_back(record["answer"], self._aside)
            if tell and not tell(part):
                stop.touch()
        self.asked_at = time.monotonic()
        if record["kind"] == "error":
            message = Message.from_json(record["message"])
            raise ModelError(message.key.removeprefix("errors."), **message.args)
        said = [wire.to_explanation(one) for one in record["explanations"]]
        return Reply([wire.take_back(one, self._aside) for one in record["answers"]], said)

    def kill(self) -> None:
        """End the process and whatever it started, and take its exit status."""
        self._is_ended = True
        atexit.unregister(self.kill)
        if self._process.poll() is None:  # else its number may already be another's
            with contextlib.suppress(ProcessLookupError):
                if hasattr(os, "killpg"):
                    os.killpg(self.pid, signal.SIGKILL)
                else:
                    self._process.kill()
        self._process.wait()
        shutil.rmtree(self._aside, ignore_errors=True)
        if self._process.stdin:
            with contextlib.suppress(OSError):  # what was still to be written has nobody to read it
                self._process.stdin.close()

    def _write(self, record: dict[str, object], patience_s: float) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise ChildGone
        frozen = threading.Timer(patience_s, self.kill)  # a full pipe of a frozen child blocks
        frozen.start()
        try:
            pipe.write(wire.encode(record))
            pipe.flush()
        except (OSError, ValueError) as error:  # broken, or closed by a kill
            self._is_gone = True
            raise ChildGone from error
        finally:
            frozen.cancel()

    def _receive(self, patience_s: float) -> dict[str, Any]:
        began = worked = self._worked_s()
        while (line := self._line(patience_s)) == NOTHING:
            before, worked = worked, self._worked_s()
            if worked - before < IDLE_SHARE * patience_s or worked - began > patience_s:
                log.warning("serving child %s gave no answer in %.0f s", self.pid, patience_s)
                self.kill()
                raise ModelError("serving_timeout", seconds=round(patience_s))
        if line is None:
            self._lines.put(None)  # whoever asks next must see the end as well
            self._is_gone = True
            raise ChildGone
        return wire.decode(line)

    def _line(self, patience_s: float) -> bytes | None:
        """Return the next line, None at the end, or `NOTHING` where none came in time."""
        try:
            return self._lines.get(timeout=patience_s)
        except queue.Empty:
            return NOTHING

    def _worked_s(self) -> float:
        """Return the processor time of the child: on a busy machine it comes by less of it than the clock goes on."""
        try:
            times = psutil.Process(self.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system + times.children_user + times.children_system)

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is not None:
            with pipe:
                for line in pipe:
                    self._lines.put(line)
        self._lines.put(None)


def _start(folder: Path, aside: Path, settings: Settings) -> subprocess.Popen[bytes]:
    log_path = settings.run / "serving.log"
    is_long = log_path.exists() and log_path.stat().st_size > LOG_BYTES
    with log_path.open("wb" if is_long else "ab") as errors:
        return start(
            "bigmodel.serving.child", str(folder), str(aside),
            env=environment(settings, settings.threads), cwd=settings.run,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            memory_mb=memory_bound_mb(folder, settings),
        )  # fmt: skip


def memory_bound_mb(folder: Path, settings: Settings) -> int:
    """Return the most memory a model may take: what its weights can need, however large its config says it is.

    Loading holds weights twice, in 32 bits even if they are stored in 16; the libraries take about a gigabyte. The
    driver of a GPU maps far more than that for itself, so with one there is no bound.
    """
    if GPU.exists():
        return 0
    weights_mb = sum(path.stat().st_size for path in folder.glob("*.safetensors")) // 2**20
    return LIBRARIES_MB + max(settings.serving_mb, 5 * weights_mb)
