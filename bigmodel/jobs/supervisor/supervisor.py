"""The one process that moves jobs: claims, launches, listens, ends and judges. It must never train or import torch."""

import logging
import random
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bigmodel.core.clock import now
from bigmodel.core.errors import JobError, StoreError
from bigmodel.core.events import Event, Kind, decode
from bigmodel.core.job import Job, State, Wish
from bigmodel.core.message import Message
from bigmodel.jobs import attempt_folder, failpoint
from bigmodel.jobs.artifacts import Artifacts, attempt_name
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.failure import name_failure
from bigmodel.jobs.launchers.base import Handle, Launcher
from bigmodel.jobs.redact import redacted
from bigmodel.jobs.supervisor.cleanup import sweep_checkpoints, sweep_drafts, sweep_ended
from bigmodel.jobs.supervisor.planner import Planner
from bigmodel.jobs.supervisor.resources import memory_kills, require_room
from bigmodel.jobs.supervisor.watch import Force, Watch
from bigmodel.jobs.verdict import Ending, Verdict, backoff_s, judge
from bigmodel.settings import Settings
from bigmodel.store.base import Store

log = logging.getLogger(__name__)

FROZEN_S = 2.0  # a turn that comes later than this means that we, or the machine, slept
MOST_LOOKS_S = 0.25  # between looks into the database while jobs are live
IDLE_LOOKS_S = 1.0  # and while none are
STARTING_LOOKS_S = 0.1  # and while a launcher is about to be ready

Clock = Callable[[], float]

MADE = (Kind.CHECKPOINT, Kind.SAMPLE, Kind.RESULT)  # events of something that lies in a folder


class Supervisor:
    """Serves one data folder. `turn` does all there is to do now, and never waits."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        launchers: list[Launcher],
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
    ) -> None:
        self._settings, self._store, self._launchers = settings, store, launchers
        self._planner = Planner(settings, store)
        self._artifacts = Artifacts(settings.home)
        self._clock, self._wall = clock, wall
        self._walled_at = wall()
        self._watches: dict[tuple[str, int], Watch] = {}
        self._turned_at = clock()
        self._looked_at = -1e9
        self.busy_at = clock()
        self.has_waiting = False

    @property
    def is_busy(self) -> bool:
        return bool(self._watches)

    def turn(self, *, is_poked: bool = False, may_claim: bool = True) -> None:
        """Listen to every worker, then look into the database if it is time or somebody called."""
        at = self._clock()
        self._forgive_sleep(at)
        for launcher in self._launchers:
            launcher.reap()
        trouble = [self._try_serve(watch, at) for watch in list(self._watches.values())]
        pause = MOST_LOOKS_S if self._watches else IDLE_LOOKS_S
        if is_poked or at - self._looked_at >= pause:
            self._looked_at = at
            self._look(at)
            if may_claim:
                self._claim(at)
        if self._watches:
            self.busy_at = at
        for error in filter(None, trouble):
            raise error  # when everybody was served

    def _forgive_sleep(self, at: float) -> None:
        """Renew every lease after this process or the machine slept: no heartbeat could arrive meanwhile.

        A sleeping machine shows in the wall clock alone, as the other one stands still. A wall clock that
        was set looks the same, and does no harm: leases are never ended by it.
        """
        wall = self._wall()
        passed, walled = at - self._turned_at, wall - self._walled_at
        self._turned_at, self._walled_at = at, wall
        if max(passed, walled) > FROZEN_S:
            log.info("slept %.1f s (%.1f s by the wall clock): leases begin anew", passed, walled)
            for watch in self._watches.values():
                watch.heard_at = at

    # one worker

    def _try_serve(self, watch: Watch, at: float) -> StoreError | None:
        """Serve one worker. What goes wrong with it alone must not keep the others waiting; it ends where that lasts."""
        try:
            self._serve(watch, at)
        except StoreError as error:
            return error
        except Exception as error:
            if watch.failed_at is None:
                log.exception("%s cannot be served", watch.name)
                watch.failed_at = at
            elif at - watch.failed_at > self._settings.lease_s and not watch.is_deaf:
                self._give_up(watch, error, at)
        else:
            watch.failed_at = None
        return None

    def _give_up(self, watch: Watch, error: Exception, at: float) -> None:
        """End a worker whose events cannot be read, with the reason."""
        log.error("%s is given up", watch.name, exc_info=error)
        watch.error = _named(error)
        watch.is_deaf = True
        watch.kill(at)

    def _serve(self, watch: Watch, at: float) -> None:
        watch.look_for_handle()
        is_ended = watch.ended(at)  # before the last listening, so that nothing said is missed
        self._listen(watch, at)
        if is_ended and self._may_judge(watch, at):
            self._finish(watch, at)
            return
        if watch.outcome and watch.force == Force.NONE:
            watch.force, watch.forced_at = Force.FLAG, at  # it said goodbye: now it must go
        elif watch.job.wish not in (Wish.NONE, watch.asked) and watch.force != Force.KILL:
            watch.ask(watch.job.wish, at)
        if watch.outcome or watch.job.wish.is_cancel:
            watch.press(at, self._settings.stop_s)
        elif at - watch.heard_at > self._lease_s(watch):
            self._end_silent(watch, at)

    def _lease_s(self, watch: Watch) -> float:
        """Return how long a worker may be silent: longer before its first word, as a cold disk is slow."""
        is_young = watch.job.state == State.STARTING
        return self._settings.lease_s + (self._settings.start_s if is_young else 0.0)

    def _may_judge(self, watch: Watch, at: float) -> bool:
        """Give a worker that was launched, perhaps by a supervisor that is gone, the time to show up."""
        if watch.handle is not None or not watch.is_launched:
            return True
        if at - watch.heard_at <= self._settings.lease_s:
            return False
        watch.fence()
        watch.look_for_handle()  # it wrote its handle before it reads the fence, or reads the fence
        return not watch.is_alive

    def _end_silent(self, watch: Watch, at: float) -> None:
        watch.is_silent = True
        watch.fence()
        watch.kill(at)

    def _listen(self, watch: Watch, at: float) -> None:
        """Take in all events there are; a worker that says what cannot be read is ended."""
        try:
            while not watch.is_deaf and self._take_in(watch, at):
                pass
        except (ValueError, KeyError, TypeError) as error:
            self._give_up(watch, error, at)

    def _take_in(self, watch: Watch, at: float) -> bool:
        """Take in the next events together with how far we read: once each, in order. Tell whether there were any."""
        events, taken = decode(watch.unread())
        if not events:
            return False
        failpoint.reach("heard")
        job = watch.job
        if job.state == State.STARTING:
            if not self._store.jobs.move(
                job.id, job.token, State.STARTING, State.RUNNING, at=now()
            ):
                return False
            watch.job = replace(job, state=State.RUNNING)
        end = watch.offset + taken
        told = [self._fetched(watch, event) for event in events]
        if not self._store.jobs.ingest(job.id, job.token, watch.offset, end, told, now()):
            watch.offset = self._store.jobs.offset(job.id, job.token)
            return False
        watch.offset = end
        watch.hear(events, at)
        if watch.has_new_checkpoint:
            watch.has_new_checkpoint = False
            sweep_checkpoints(self._settings, self._store.jobs.get(job.owner, job.id))
        return True

    def _fetched(self, watch: Watch, event: Event) -> Event:
        """Have what an event announces here; labels of a model may be many, and stand in its folder alone."""
        if event.kind not in MADE or not event.data.get("folder"):
            return event
        folder = str(event.data["folder"])
        watch.transport.fetch(folder)
        if event.kind != Kind.RESULT or "labels" in event.data:
            return event
        card = attempt_folder.read_json(self._artifacts.path(f"{folder}/model.json")) or {}
        return replace(event, data={**event.data, "labels": card.get("labels", [])})

    def _finish(self, watch: Watch, at: float) -> None:
        """Move the job of a worker that is gone, exactly once."""
        watch.kill_all()  # what it started and left behind
        if not watch.outcome and watch.error is None:
            trouble = attempt_folder.find_trouble(self._artifacts.path(watch.name))
            watch.error = _named(trouble) if trouble else None
        ending = Ending(
            outcome=watch.outcome,
            error=watch.error,
            exit=watch.exit,
            is_silent=watch.is_silent,
            has_memory_kills=memory_kills() > watch.kills_before,
            log_tail=redacted(watch.log_tail()),
        )
        verdict = judge(watch.job, ending)
        log.info("job %s attempt %s: %s", watch.job.id, watch.job.token, verdict.to)
        if verdict.to == State.LOST:
            watch.fence()
        failpoint.reach("finish")
        self._move(watch.job, verdict)
        del self._watches[watch.job.id, watch.job.token]
        self._looked_at = -1e9
        self.busy_at = at

    def _move(self, job: Job, verdict: Verdict) -> None:
        """Make the moves of a verdict; a job that somebody else moved meanwhile is left alone."""
        if verdict.to in (State.SUCCEEDED, State.PAUSED) and job.state == State.STARTING:
            self._store.jobs.move(job.id, job.token, State.STARTING, State.RUNNING, at=now())
            job = replace(job, state=State.RUNNING)
        if not self._told(job, job.state, verdict.to, verdict):
            return
        sweep_drafts(self._settings, job.id)
        if verdict.to == State.LOST:
            failpoint.reach("lost")
            self._after_lost(job, verdict)
        elif verdict.to != State.PAUSED:
            self._sweep(job)

    def _told(self, job: Job, origin: State, to: State, verdict: Verdict) -> bool:
        return self._store.jobs.move(
            job.id,
            job.token,
            origin,
            to,
            message=verdict.message,
            traceback=verdict.traceback,
            at=now(),
        )

    def _after_lost(self, job: Job, verdict: Verdict) -> None:
        """Bring a lost job back into line, or end it."""
        if verdict.is_retried:
            chance = random.random()  # noqa: S311 - it only spreads jobs in time
            wait = timedelta(seconds=backoff_s(job.attempt, self._settings.backoff_s, chance))
            self._store.jobs.move(
                job.id,
                job.token,
                State.LOST,
                State.QUEUED,
                message=Message("jobs.notes.tried_again", {"attempt": job.attempt}, "warning"),
                at=now(),
                not_before=now() + wait,
            )
            return
        self._told(job, State.LOST, State.FAILED, verdict)
        self._sweep(job)

    def _sweep(self, job: Job) -> None:
        """Delete what an ended job does not need; a supervisor that ends before this leaves it to the daily sweep."""
        failpoint.reach("final")
        sweep_ended(self._settings, self._store, self._store.jobs.get(job.owner, job.id))

    # the database

    def _look(self, at: float) -> None:
        """Learn of wishes, and adopt workers that an earlier supervisor started."""
        for job in self._store.jobs.live():
            watch = self._watches.get((job.id, job.token))
            if watch is not None:
                watch.job = replace(job, state=watch.job.state)
            elif job.state == State.LOST:
                self._recover_lost(job)
            else:
                self._adopt(job, at)

    def _adopt(self, job: Job, at: float) -> None:
        name = attempt_name(job)
        record = attempt_folder.read_json(self._artifacts.path(f"{name}/{attempt_folder.ATTEMPT}"))
        if job.state == State.STARTING and record is None:
            log.info("job %s attempt %s: claimed and never launched", job.id, job.token)
            self._start(job, at)  # nobody can be at work where nothing says what to do
            return
        log.info("job %s attempt %s: adopted", job.id, job.token)
        by = str((record or {}).get("launcher", ""))
        known = {launcher.name: launcher for launcher in self._launchers}
        watch = self._watch(job, known.get(by, self._launchers[-1]), at)
        watch.hear_last_words()

    def _recover_lost(self, job: Job) -> None:
        """Finish the second half of a move that an earlier supervisor did not live to make."""
        message = job.message or Message("errors.worker_gone", level="error")
        is_retried = job.attempt < job.max_attempts
        self._after_lost(job, Verdict(State.LOST, message, job.traceback, is_retried))

    def _watch(self, job: Job, launcher: Launcher, at: float) -> Watch:
        watch = Watch(
            job=job,
            name=attempt_name(job),
            launcher=launcher,
            offset=self._store.jobs.offset(job.id, job.token),
            handle=None,
            heard_at=at,
            kills_before=memory_kills(),
        )
        self._watches[job.id, job.token] = watch
        return watch

    def _claim(self, at: float) -> None:
        self.has_waiting = self._store.jobs.queued() > 0
        while len(self._watches) < self._settings.workers and self.has_waiting:
            if not self._has_room():
                return
            if any(launcher.is_starting for launcher in self._launchers):
                self._looked_at = at - IDLE_LOOKS_S + STARTING_LOOKS_S
                return
            job = self._store.jobs.claim(now())
            if job is None:
                return
            log.info("job %s attempt %s: claimed", job.id, job.token)
            failpoint.reach("claimed")
            self._start(job, at)

    def _has_room(self) -> bool:
        """Tell whether another worker fits; jobs wait in line while it does not."""
        try:
            require_room(self._settings)
        except JobError as error:
            log.info("nothing is claimed: %s", error)
            return False
        return True

    def _start(self, job: Job, at: float) -> None:
        try:
            attempt = self._planner.plan(job)
            failpoint.reach("planned")
            launcher, handle = self._launch(attempt_name(job), attempt)
            failpoint.reach("launched")
        except StoreError:
            raise  # it is launched as soon as the database answers
        except Exception as error:
            log.exception("job %s attempt %s: not launched", job.id, job.token)
            self._move(job, _unlaunched(job, error))
            return
        self._watch(job, launcher, at).handle = handle

    def _launch(self, name: str, attempt: Attempt) -> tuple[Launcher, Handle]:
        """Have the first launcher that can start a worker; who was asked is written down before.

        Raises:
            OSError: none could.
        """
        trouble: OSError = OSError(f"no launcher took {name}")
        for launcher in self._launchers:
            if not launcher.is_ready():
                continue
            told = replace(attempt, launcher=launcher.name)
            attempt_folder.write_attempt(self._artifacts.path(name), told)
            try:
                launcher.transport.put_attempt(name, told)
                return launcher, launcher.launch(name)
            except OSError as error:
                log.exception("%s could not launch %s", launcher.name, name)
                trouble = error
        raise trouble


def _named(error: BaseException) -> dict[str, Any]:
    """Return an error that was met here as a worker would have said it."""
    failure = name_failure(error)
    return {
        "message": failure.message.to_json(),
        "traceback": redacted("".join(traceback.format_exception(error))),
        "retry": failure.is_retried,
        "outcome": failure.outcome,
    }


def _unlaunched(job: Job, error: Exception) -> Verdict:
    """Return the verdict for a job whose worker could not be started."""
    failure = name_failure(error)
    if failure.outcome == "paused":
        return Verdict(State.PAUSED, failure.message)
    if not failure.is_retried:
        return Verdict(State.FAILED, failure.message)
    return Verdict(State.LOST, failure.message, is_retried=job.attempt < job.max_attempts)
