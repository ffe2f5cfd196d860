"""The database under attack: locked by another program, torn by a crash at any byte; readers are answered, nothing is lost."""

import random
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bigmodel.core.errors import StoreError
from bigmodel.core.job import State
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import SHOWN_S, open_store
from tests.fakes.stores import brought_to, say
from tests.fakes.things import dataset_of, job_of, points_of
from tests.fakes.workshop import OWNER, Workshop, quick_settings

ANSWER_S = 2.0  # after which a page looks frozen


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the database the way a shell's BEGIN EXCLUSIVE does."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a13_readers_are_told_in_time(settings: Settings) -> None:
    store = open_store(settings, reading_s=SHOWN_S)
    with locked(settings.database):
        began = time.monotonic()
        with pytest.raises(StoreError, match="database_busy"):
            store.jobs.list_all("local")
        assert time.monotonic() - began < ANSWER_S


def test_a13_what_a_person_did_waits_for_the_lock(settings: Settings) -> None:
    store = open_store(settings, reading_s=SHOWN_S)
    dataset = dataset_of()
    with ThreadPoolExecutor(1) as pool:
        with locked(settings.database):
            added = pool.submit(store.datasets.add, dataset)
            wait({added}, timeout=2 * SHOWN_S)  # the fault itself: longer than a look waits
        added.result()
    assert store.datasets.list_all("local") == [dataset]


def lock_while_training(workshop: Workshop, seconds: float) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=60, step_s=0.02)
    workshop.wait_for_step(job_id, 5)
    with locked(workshop.settings.database):
        time.sleep(seconds)  # the fault itself, not a wait for something
    job = workshop.wait_for(job_id, State.SUCCEEDED)
    assert (job.attempt, workshop.steps(job_id)) == (1, list(range(1, 61)))


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    opened = Workshop.open(quick_settings(tmp_path / "home"))
    yield opened
    opened.close()


@pytest.mark.slow
def test_a13_short_lock_loses_no_point(workshop: Workshop) -> None:
    lock_while_training(workshop, 4.0)  # longer than the lease


@pytest.mark.faults
@pytest.mark.parametrize("seconds", [15.0, 30.0])
def test_a13_long_lock_loses_no_point(
    workshop: Workshop, seconds: float, ledger: Counter[str]
) -> None:
    lock_while_training(workshop, seconds)
    ledger["database locked for 15 and 30 s"] += 1


@dataclass(frozen=True)
class Crash:
    """A database in the middle of a transaction: the file as it was, as it is half written, and its journal."""

    before: bytes
    half: bytes
    journal: bytes
    points: int  # in the state before


def crash_of(home: Path) -> Crash:
    """Write a transaction larger than its cache, so that pages reach the file before it ends, and stop there."""
    settings = Settings(home=home)
    store = open_store(settings)
    dataset = dataset_of()
    store.datasets.add(dataset)
    job = brought_to(store, job_of(dataset), State.RUNNING)
    say(store, job, points_of("a", {step: float(step) for step in range(3_000)}))
    before = settings.database.read_bytes()
    with closing(sqlite3.connect(settings.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=TRUNCATE")
        connection.execute("PRAGMA cache_size=5")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE points SET value = -1.0")
        connection.execute("UPDATE jobs SET name = 'torn'")
        half = settings.database.read_bytes()
        journal = Path(f"{settings.database}-journal").read_bytes()
        connection.execute("ROLLBACK")
    assert half != before
    assert journal
    return Crash(before, half, journal, 3_000)


def images(crash: Crash, count: int) -> Iterator[tuple[bytes, bytes]]:
    """Return what a crash may leave on disk: (database, journal), as far as SQLite's own order of writing allows it."""
    generator = random.Random(5)  # noqa: S311
    for number in range(count):
        if (
            number % 2
        ):  # the journal did not reach the disk whole, so the database was not touched yet
            cut = generator.randrange(len(crash.journal))
            tail = generator.randbytes(generator.choice([0, 512, 4_096]))
            yield crash.before, _unsynced(crash.journal)[:cut] + tail
        else:  # the journal did; of the pages that it covers any may be old, new or half written
            yield _torn(crash, generator), crash.journal


def _unsynced(journal: bytes) -> bytes:
    """Return a journal whose header does not count its records yet."""
    return journal[:8] + bytes(4) + journal[12:]


def _torn(crash: Crash, generator: random.Random) -> bytes:
    page = int.from_bytes(crash.half[16:18], "big")
    torn = bytearray(crash.half)
    for start in range(0, min(len(crash.before), len(crash.half)), page):
        old, new = crash.before[start : start + page], crash.half[start : start + page]
        if old != new:
            cut = generator.choice([0, page, generator.randrange(page)])
            torn[start : start + page] = new[:cut] + old[cut:]
    return bytes(torn)


def survives(crash: Crash, image: tuple[bytes, bytes], home: Path) -> bool:
    """Tell whether an image opens sound, in the state before the transaction."""
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home)
    settings.make_folders()
    settings.database.write_bytes(image[0])
    Path(f"{settings.database}-journal").write_bytes(image[1])
    store: Store = open_store(settings)
    (job,) = store.jobs.list_all(OWNER)
    (curve,) = store.curves.read(OWNER, job.id, 10)
    is_old = job.name != "torn" and curve.points == crash.points and max(curve.high) == 2_999
    return is_old and store.check() == []


def count_survivors(tmp_path: Path, count: int) -> int:
    crash = crash_of(tmp_path / "crash")
    return sum(survives(crash, image, tmp_path / "home") for image in images(crash, count))


@pytest.mark.slow
def test_torn_images_open_in_a_sound_earlier_state(tmp_path: Path) -> None:
    assert count_survivors(tmp_path, 20) == 20


@pytest.mark.faults
def test_hundreds_of_torn_images_open_in_a_sound_earlier_state(
    tmp_path: Path, ledger: Counter[str], losses: Counter[str]
) -> None:
    sound = count_survivors(tmp_path, 500)
    ledger["torn database images"] += 500
    losses["databases damaged or not as before"] += 500 - sound
    assert sound == 500
