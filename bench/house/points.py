"""How fast points come in and a curve of a million of them opens; it must never touch a person's data folder."""

import math
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.figure import Figure
from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.events import Event, Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import open_store

POINTS = 1_000_000
BATCH = 100_000
MAX_POINTS = 1_000


def run() -> list[Figure]:
    """Return the figures, measured on a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(home=Path(folder)))
        job = _running_job(store)
        start = perf_counter()
        for first in range(0, POINTS, BATCH):
            _ingest(store, job, first, BATCH)
        ingest_s = perf_counter() - start
        live_s = _median(
            [_timed(partial(_ingest, store, job, POINTS + 4 * n, 4)) for n in range(20)]
        )
        open_s = _median([_timed(partial(_open, store, job)) for _ in range(5)])
    return [
        Figure("open a curve of 1,000,000 points", open_s, "s", "≤ 1", open_s <= 1),
        Figure("take points in, in bulk", POINTS / ingest_s, "points/s", "", None),
        Figure("take four live points in", live_s * 1_000, "ms", "≤ 50", live_s <= 0.05),
    ]


def _running_job(store: Store) -> Job:
    dataset = new_id()
    version = Version(
        dataset, 1, f"datasets/{dataset}/1", "", now(), Recipe("a", "b"), Summary(1, 1, (), {}, {})
    )
    store.datasets.add(Dataset(dataset, "local", "bench", now(), version))
    new = Job(new_id(), "local", "", "bench", "", dataset, 1, "instant", "fast", {}, now())
    store.jobs.submit(new)
    job = store.jobs.claim(now())
    if job is None or not store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=now()):
        raise RuntimeError("a fresh store does not start its only job")
    return job


def _ingest(store: Store, job: Job, first: int, count: int) -> None:
    points = [["train/loss", step, math.sin(step / 99)] for step in range(first, first + count)]
    start = store.jobs.offset(job.id, 1)
    event = Event(1, 0.0, Kind.POINTS, {"points": points})
    if not store.jobs.ingest(job.id, 1, start, start + count, [event], now()):
        raise RuntimeError("points were refused")


def _open(store: Store, job: Job) -> None:
    (curve,) = store.curves.read(job.owner, job.id, max_points=MAX_POINTS)
    if not (curve.points >= POINTS and len(curve.steps) <= MAX_POINTS):
        raise RuntimeError(f"the curve has {len(curve.steps)} of {curve.points} points")


def _timed(action: Callable[[], None]) -> float:
    start = perf_counter()
    action()
    return perf_counter() - start


def _median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]
