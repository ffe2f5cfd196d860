"""A storm: jobs run while workers and supervisors are killed, frozen, doubled and starved of disk; then all must be well."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

import psutil

from bigmodel.core.clock import now
from bigmodel.core.errors import JobError, StoreError
from bigmodel.core.job import Job, State, Wish
from bigmodel.jobs import attempt_folder, failpoint
from bigmodel.jobs.platform.identity import Identity
from bigmodel.jobs.presence import Presence
from bigmodel.store.base import Store
from tests.fakes.workshop import OWNER, Workshop
from tests.faults.audit import Losses, audit
from tests.patience import PATIENCE_S

OF_WORKERS = failpoint.PLACES[: failpoint.PLACES.index("claimed")]
OF_SUPERVISORS = failpoint.PLACES[failpoint.PLACES.index("claimed") :]
FULL = ("step", "checkpoint-begun", "checkpoint-written", "checkpoint-hashed", "planned", "heard")
MOST_CHARGES = 4  # that lie about at once
T = TypeVar("T")
QUIET_S = 180.0  # for everything to come to its end after the last fault


@dataclass
class Storm:
    """`plan` says how many faults of each kind; `blow` makes them all and returns what was lost."""

    workshop: Workshop
    plan: dict[str, int]
    seed: int = 0
    steps: tuple[int, int] = (120, 300)
    open_jobs: int = 8  # enough that several run and some wait
    done: Counter[str] = field(default_factory=Counter)
    submitted: list[str] = field(default_factory=list)
    tokens: dict[str, int] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    seconds: float = 0.0
    _named: dict[str, str] = field(default_factory=dict)  # charges that lie about, and their kind
    _number: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - faults are no secrets
        folder = self.workshop.settings.failpoints
        assert folder is not None
        folder.mkdir()
        self.charges = folder
        self.store: Store = self.workshop.store

    def blow(self) -> Losses:
        """Make every fault of the plan, let the jobs end, and count."""
        began = time.monotonic()
        self._supervise()
        faults = [kind for kind, count in self.plan.items() for _ in range(count)]
        self.random.shuffle(faults)
        while faults or self._named:
            self._tend()
            for _ in range(2):
                if faults and self._make(faults[-1]):
                    faults.pop()
                elif faults:
                    faults.insert(0, faults.pop())
            time.sleep(self.random.uniform(0.02, 0.12))
        self._calm_down()
        self.seconds = time.monotonic() - began
        found = audit(self.workshop, self.submitted)
        found.doubled_jobs += self.losses.doubled_jobs
        found.token_regressions += self.losses.token_regressions
        return found

    @property
    def summary(self) -> Counter[str]:
        """How many faults there were of each kind, and over how many jobs."""
        groups: Counter[str] = Counter()
        for kind, count in sorted(self.done.items()):
            groups[_group(kind)] += count
        kills = sum(count for name, count in groups.items() if name.startswith("kill"))
        freezes = sum(count for name, count in groups.items() if name.startswith(("freeze", "nap")))
        groups |= Counter({"KILLS IN ALL": kills, "FREEZES IN ALL": freezes})
        groups |= Counter({"jobs": len(self.submitted), "attempts": sum(self.tokens.values())})
        return groups | Counter({"seconds of the storm": round(self.seconds)})

    # what keeps going

    def _tend(self) -> None:
        """Keep jobs coming, the supervisor alive, and look at what must hold at every moment."""
        self._supervise()
        for name in [name for name in self._named if not (self.charges / name).exists()]:
            self.done[self._named.pop(name)] += 1
        jobs = self._quietly(lambda: self.store.jobs.list_all(OWNER, 60), [])
        unfinished = [job for job in jobs if not job.is_final]
        for job in unfinished:
            self.losses.token_regressions += job.token < self.tokens.get(job.id, 0)
            self.tokens[job.id] = job.token
            if job.state == State.PAUSED and self.random.random() < 0.5:
                self._resume(job)
        if len(unfinished) < self.open_jobs:
            self._quietly(self._submit, None)

    def _submit(self) -> None:
        job_id = self.workshop.submit(
            steps=self.random.randint(*self.steps),
            step_s=0.005,
            checkpoint_every=20,
            skill=1.0,
            max_attempts=1_000_000,
        )
        self.submitted.append(job_id)

    def _resume(self, job: Job) -> None:
        moves = (job.id, job.token, State.PAUSED, State.QUEUED)
        self._quietly(lambda: self.store.jobs.move(*moves, at=now()), None)

    def _supervise(self) -> None:
        """Start a supervisor where the last one is gone."""
        last = self.workshop.supervisors[-1] if self.workshop.supervisors else None
        if last is None or last.poll() is not None:
            self.workshop.supervise()

    @property
    def _supervisor(self) -> subprocess.Popen[bytes] | None:
        """The supervisor, if it serves already."""
        last = self.workshop.supervisors[-1]
        holder = Presence(self.workshop.settings).holder()
        return last if holder is not None and holder.pid == last.pid else None

    def _worker(self) -> psutil.Process | None:
        """Return a worker that lives."""
        live = self._quietly(self.store.jobs.live, [])
        self.random.shuffle(live)
        for job in live:
            path = self.workshop.settings.jobs / job.id / str(job.token) / attempt_folder.HANDLE
            record = attempt_folder.read_json(path)
            if record and (handle := Identity.from_json(record)).is_alive:
                return psutil.Process(handle.pid)
        return None

    def _quietly(self, ask: Callable[[], T], instead: T) -> T:
        """Ask the store; a locked database is part of the storm."""
        try:
            return ask()
        except (StoreError, JobError):
            return instead

    # the faults; each tells whether it was made

    def _make(self, kind: str) -> bool:
        group, _, rest = kind.partition(" ")
        if group in ("kill", "full") and rest in failpoint.PLACES:
            return self._lay(kind, rest, group)
        made = bool(getattr(self, f"_{kind.replace(' ', '_')}")())
        self.done[kind] += made
        return made

    def _lay(self, kind: str, place: str, fault: str) -> bool:
        if len(self._named) >= MOST_CHARGES:
            return False
        self._number += 1
        name = f"{place}.{fault}.{self._number}"
        self._named[name] = kind
        (self.charges / name).touch()
        return True

    def _kill_worker(self) -> bool:
        return self._signal(self._worker(), signal.SIGKILL)

    def _kill_supervisor(self) -> bool:
        supervisor = self._supervisor
        if supervisor is None:
            return False
        self.workshop.kill(supervisor)
        return True

    def _kill_warm(self) -> bool:
        for process in psutil.process_iter():
            try:
                is_ours = process.cwd() == str(self.workshop.settings.run)
                if is_ours and "bigmodel.jobs.warm" in process.cmdline():
                    return self._signal(process, signal.SIGKILL)
            except psutil.Error:
                continue
        return False

    def _freeze_worker(self) -> bool:
        """It sleeps past its lease, and is replaced."""
        return self._signal(self._worker(), signal.SIGSTOP)

    def _nap_worker(self) -> bool:
        """It wakes up again at any time around the end of its lease."""
        worker = self._worker()
        if not self._signal(worker, signal.SIGSTOP):
            return False
        time.sleep(self.workshop.settings.lease_s * self.random.uniform(0.2, 1.1))
        self._signal(worker, signal.SIGCONT)
        return True

    def _freeze_supervisor(self) -> bool:
        """It sleeps longer than every lease, and must not hold that against its workers."""
        supervisor = self._supervisor
        if supervisor is None:
            return False
        supervisor.send_signal(signal.SIGSTOP)
        time.sleep(self.workshop.settings.lease_s * 1.5)
        supervisor.send_signal(signal.SIGCONT)
        return True

    def _second_supervisor(self) -> bool:
        first = self._supervisor
        if first is None:
            return False
        second = self.workshop.supervise()
        self.workshop.supervisors.pop()
        try:
            second.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            if first.poll() is None:
                self.losses.doubled_jobs += 1
                self.workshop.kill(second)
            else:  # the first one met another fault meanwhile, and this one took its place
                self.workshop.supervisors.append(second)
        return True

    def _lock_database(self) -> bool:
        path = self.workshop.settings.database
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                return False
            time.sleep(self.random.uniform(0.5, 4.0))
            connection.execute("ROLLBACK")
        return True

    def _pause_job(self) -> bool:
        return self._wish(Wish.PAUSE)

    def _cancel_job(self) -> bool:
        return self._wish(Wish.CANCEL)

    def _wish(self, wish: Wish) -> bool:
        live = [job for job in self._quietly(self.store.jobs.live, []) if job.wish == Wish.NONE]
        if not live:
            return False
        job = self.random.choice(live)
        return self._quietly(lambda: self.store.jobs.wish(OWNER, job.id, wish), None) is not None

    def _signal(self, process: psutil.Process | None, number: signal.Signals) -> bool:
        if process is None:
            return False
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return False
        return True

    # the end

    def _calm_down(self) -> None:
        """Wait until every job is over; what is still there then is stuck."""
        deadline = time.monotonic() + QUIET_S
        while time.monotonic() < deadline:
            self._supervise()
            jobs = self._quietly(lambda: self.store.jobs.list_all(OWNER, 100_000), None)
            unfinished = [job for job in jobs or () if not job.is_final]
            if jobs is not None and not unfinished:
                break
            for job in unfinished:
                if job.state == State.PAUSED:
                    self._resume(job)
            time.sleep(0.2)
        while self.workshop.workers() and time.monotonic() < deadline:
            time.sleep(0.2)


def _group(kind: str) -> str:
    group, _, place = kind.partition(" ")
    if group == "full":
        return "disk full at named places"
    if place in OF_WORKERS:
        return "kill worker at named places"
    if place in OF_SUPERVISORS:
        return "kill supervisor at named places"
    return kind
