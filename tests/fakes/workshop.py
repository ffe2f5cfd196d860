"""A data folder with a small dataset, the toy task and a real store, and jobs to put into its line."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.environment import ROOT, environment
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import open_store
from tests.patience import PATIENCE_S

OWNER = "local"
TASKS = Path(__file__).parent / "tasks"
SPLITS = ["train"] * 8 + ["validation", "test"]


def quick_settings(home: Path, **changes: Any) -> Settings:
    """Settings with short leases and the toy task."""
    quick: dict[str, Any] = {
        "beat_s": 0.2,
        "lease_s": 3.0,
        "stop_s": 1.0,
        "idle_exit_s": 600.0,
        "backoff_s": 0.5,
        "free_disk_mb": 0,
        "free_disk_percent": 0.0,
        "free_memory_mb": 0,
        "warm": False,
        "offline": True,
        "task_folders": (TASKS,),
    }
    settings = Settings(home=home, **(quick | changes))
    settings.make_folders()
    return settings


@dataclass
class Workshop:
    """Submits toy jobs and watches them through the store, as the pages do."""

    settings: Settings
    store: Store
    dataset: Dataset
    supervisors: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def open(cls, settings: Settings, rows: int = 100) -> "Workshop":
        store = open_store(settings)
        dataset = make_dataset(settings, rows)
        store.datasets.add(dataset)
        return cls(settings, store, dataset)

    def submit(self, *, base: str = "scratch", max_attempts: int = 3, **params: object) -> str:
        job = Job(
            id=new_id(),
            owner=OWNER,
            key="",
            name="toy",
            task="toy_copy",
            dataset_id=self.dataset.id,
            dataset_version=1,
            base=base,
            preset="balanced",
            params={"base": base, **params},
            created_at=now(),
            max_attempts=max_attempts,
        )
        self.store.jobs.submit(job)
        (self.settings.run / "poke").touch()
        return job.id

    def job(self, job_id: str) -> Job:
        return self.store.jobs.get(OWNER, job_id)

    def supervise(self) -> subprocess.Popen[bytes]:
        """Start a real supervisor."""
        with (self.settings.run / "supervisor.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bigmodel.jobs"],
                env=environment(self.settings),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.supervisors.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()

    def wait(self, claim: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until the claim holds, and fail with the logs when it does not."""
        deadline = time.monotonic() + patience_s
        while not claim():
            if time.monotonic() > deadline:
                raise AssertionError(self.logs())
            time.sleep(0.02)

    def wait_for(self, job_id: str, *states: State) -> Job:
        self.wait(lambda: self.job(job_id).state in states)
        return self.job(job_id)

    def wait_for_step(self, job_id: str, step: int) -> None:
        self.wait(
            lambda: (
                self.job(job_id).progress.phase == "train"
                and self.job(job_id).progress.step >= step
            )
        )

    def workers(self) -> list[psutil.Process]:
        """Return the processes that work on attempts of this data folder."""
        found = []
        for process in psutil.process_iter():
            try:
                place = process.cwd()
            except psutil.Error:
                continue
            if place.startswith(f"{self.settings.jobs}/"):
                found.append(process)
        return found

    def moves(self, job_id: str) -> list[str]:
        """Return the states a job went through, in order."""
        events = self.store.jobs.history(OWNER, job_id)
        return [event.message.key.split(".")[-1] for event in events if event.kind == "move"]

    def notes(self, job_id: str) -> list[str]:
        events = self.store.jobs.history(OWNER, job_id)
        return [event.message.key for event in events if event.kind == "note"]

    def steps(self, job_id: str, curve: str = "train/loss") -> list[int]:
        curves = {found.name: found for found in self.store.curves.read(OWNER, job_id, 100_000)}
        return list(curves[curve].steps) if curve in curves else []

    def logs(self) -> str:
        paths = [self.settings.run / "supervisor.log", *self.settings.jobs.glob("*/*/worker.log")]
        return "\n".join(path.read_text("utf-8", "replace") for path in paths if path.is_file())

    def close(self) -> None:
        for process in self.supervisors:
            if process.poll() is None:
                self.kill(process)
        for left in psutil.process_iter():
            try:
                if left.environ().get("BIGMODEL_HOME") == str(self.settings.home):
                    left.kill()
            except psutil.Error:
                continue


def make_dataset(settings: Settings, rows: int) -> Dataset:
    dataset_id = new_id()
    folder = settings.datasets / dataset_id / "1"
    folder.mkdir(parents=True)
    few = rows < 50
    columns = {
        "row_id": [new_id() for _ in range(rows)],
        "split": ["train" if few else SPLITS[place // 2 % 10] for place in range(rows)],
        "input": [f"{('good', 'bad')[place % 2]} text {place}" for place in range(rows)],
        "target": [("good", "bad")[place % 2] for place in range(rows)],
    }
    pq.write_table(pa.table(columns), folder / "items.parquet")
    summary = Summary(
        rows=rows,
        usable_rows=rows,
        columns=("input", "target"),
        classes={"good": rows // 2, "bad": rows - rows // 2},
        split_rows={name: columns["split"].count(name) for name in set(columns["split"])},
    )
    place = folder.relative_to(settings.home).as_posix()
    version = Version(dataset_id, 1, place, "0", now(), Recipe("input", "target"), summary)
    return Dataset(dataset_id, OWNER, "toy", now(), version)
