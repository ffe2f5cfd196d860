"""Several processes on one database: nothing is claimed twice, submitted twice or made twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from bigmodel.core.job import State
from bigmodel.settings import Settings
from bigmodel.store.open import open_store
from tests.fakes.things import at, dataset_of, job_of
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[3]
START = """
import sys
from pathlib import Path
from bigmodel.settings import Settings
from bigmodel.store.open import open_store
from tests.fakes.things import at, dataset_of, event_of, job_of, points_of
settings = Settings(home=Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
store = open_store(settings)
"""


def race(settings: Settings, code: str, count: int = 3) -> list[list[str]]:
    """Run the code in processes that start at the same moment; return the lines of each."""
    command = [sys.executable, "-c", START + code, str(settings.home)]
    runs = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    for run in runs:
        assert run.stdout
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin
        run.stdin.write("\n")
        run.stdin.flush()
    said = [run.communicate(timeout=PATIENCE_S)[0].split() for run in runs]
    assert [run.returncode for run in runs] == [0] * count
    return said


@pytest.mark.slow
def test_processes_never_claim_the_same_job(settings: Settings) -> None:
    store = open_store(settings)
    dataset = dataset_of()
    store.datasets.add(dataset)
    for second in range(60):
        store.jobs.submit(job_of(dataset, seconds=second))
    said = race(settings, "while job := store.jobs.claim(at(99)):\n    print(job.id)")
    claimed = [job for lines in said for job in lines]
    assert len(claimed) == len(set(claimed)) == 60
    assert all(job.token == 1 and job.state == State.STARTING for job in store.jobs.live())


@pytest.mark.slow
def test_processes_with_one_key_make_one_job(settings: Settings) -> None:
    dataset = dataset_of()
    store = open_store(settings)
    store.datasets.add(dataset)
    code = f"""
dataset = store.datasets.get("local", "{dataset.id}")
for key in range(20):
    print(store.jobs.submit(job_of(dataset, key=str(key))).id)
"""
    said = race(settings, code)
    assert said[0] == said[1] == said[2]
    assert len(store.jobs.list_all("local")) == 20


@pytest.mark.slow
def test_processes_that_open_at_once_share_one_database(settings: Settings) -> None:
    code = 'store.datasets.add(dataset_of()); print("done")'
    assert race(settings, code) == [["done"]] * 3
    assert len(open_store(settings).datasets.list_all("local")) == 3


@pytest.mark.slow
def test_what_returned_survives_kill(settings: Settings) -> None:
    dataset = dataset_of()
    open_store(settings).datasets.add(dataset)
    code = f"""
dataset = store.datasets.get("local", "{dataset.id}")
while True:
    print(store.jobs.submit(job_of(dataset)).id, flush=True)
"""
    command = [sys.executable, "-c", START + code, str(settings.home)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin
        assert run.stdout
        run.stdin.write("\n")
        run.stdin.flush()
        said = [run.stdout.readline().strip() for _ in range(21)][1:]
        run.kill()
    store = open_store(settings)
    assert set(said) <= {job.id for job in store.jobs.list_all("local")}
    assert store.check() == []
    assert store.jobs.claim(at(9)) is not None
