"""How fast a thousand trainings are listed, searched and put in line; it must never touch a person's data folder."""

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from bench.figure import Figure
from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.services.jobs.jobs import JobService
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import open_store

JOBS, WAITING = 1_000, 200
REPEATS = 7


def run() -> list[Figure]:
    """Return the figures, measured on a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        settings.make_folders()
        store = open_store(settings)
        _fill(store)
        jobs = JobService(settings, store)
        listed = _seconds(lambda: jobs.find("local", limit=JOBS))
        found = _seconds(lambda: jobs.find("local", text="77", order="longest"))
        turns = _seconds(lambda: jobs.turns("local"))
    return [
        Figure("list 1,000 trainings", listed, "s", "≤ 1", listed <= 1),
        Figure("find some of them by name", found, "s", "≤ 1", found <= 1),
        Figure("expected starts of 200 that wait", turns, "s", "≤ 1", turns <= 1),
    ]


def _fill(store: Store) -> None:
    dataset = new_id()
    version = Version(
        dataset, 1, f"datasets/{dataset}/1", "", now(), Recipe("a", "b"), Summary(1, 1, (), {}, {})
    )
    store.datasets.add(Dataset(dataset, "local", "bench", now(), version))
    for number in range(JOBS):
        name = f"training {number}"
        store.jobs.submit(
            Job(new_id(), "local", "", name, "", dataset, 1, "instant", "fast", {}, now())
        )
        if number >= JOBS - WAITING:
            continue
        job = store.jobs.claim(now())
        if job is None:
            raise RuntimeError("a fresh store does not start its only job")
        store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=now())
        store.jobs.move(job.id, 1, State.RUNNING, State.SUCCEEDED, at=now())


def _seconds(call: Callable[[], object]) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return statistics.median(times)
