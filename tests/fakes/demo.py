"""A data folder with one dataset, jobs of the fake task and real serving children, over a scratch store."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.events import Event, Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.model import TrainedModel
from bigmodel.services.inference.predict import InferenceService
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import open_store
from tests.fakes.scratch_store import ScratchStore

FAKES = Path(__file__).parent / "serving_tasks"
LABELS = ("bad", "good")


@dataclass
class Studio:
    """A data folder with one dataset and what jobs left in it."""

    settings: Settings
    store: Store
    demo: InferenceService
    dataset_id: str
    owner: str
    task: str = "mirror"

    def job(self, *, kinds: tuple[str, ...] = ("instant",), kept: str = "instant") -> str:
        job = Job(
            id=new_id(),
            owner=self.owner,
            key=new_id(),
            name="reviews",
            task=self.task,
            dataset_id=self.dataset_id,
            dataset_version=1,
            base="instant",
            preset="fast",
            params={},
            created_at=now(),
        )
        self.store.jobs.submit(job)
        claimed = self.store.jobs.claim(now())
        assert claimed
        self.store.jobs.move(job.id, claimed.token, State.STARTING, State.RUNNING, at=now())
        for kind in kinds:
            self.report(job.id, kind, kept=kind == kept)
        return job.id

    def report(self, job_id: str, kind: str, *, kept: bool = True) -> None:
        """Let the job's worker report a model."""
        at = self.store.jobs.offset(job_id, 1)
        event = Event(at + 1, 0.0, Kind.RESULT, self.result(job_id, kind, kept).to_json())
        assert self.store.jobs.ingest(job_id, 1, at, at + 1, [event], now())

    def finish(self, job_id: str) -> None:
        self.store.jobs.move(job_id, 1, State.RUNNING, State.FAILED, at=now())

    def result(self, job_id: str, kind: str, kept: bool) -> TrainedModel:
        folder = self.settings.jobs / job_id / "1" / "models" / kind
        folder.mkdir(parents=True)
        hears = self.task == "mirror_speech"
        labels = () if hears else LABELS
        record = {"v": 1, "task": self.task, "kind": kind, "labels": labels, "hears": hears}
        record |= {"near": [] if self.task == "mirror" else ["train bad 0", "gone", "train good 1"]}
        (folder / "model.json").write_text(json.dumps(record))
        return TrainedModel(
            id=new_id(),
            kind="tuned" if kind == "tuned" else "instant",
            task=self.task,
            base="instant",
            folder=str(folder.relative_to(self.settings.home)),
            digest="",
            size_mb=0.1,
            labels=labels,
            metrics={"test": {"wer": 0.1} if hears else {"accuracy": 0.9}},
            kept=kept,
        )


@contextmanager
def open_studio(
    home: Path, owner: str = "me", task: str = "mirror", *, is_lasting: bool = False
) -> Iterator[Studio]:
    """Yield a studio on a fresh data folder; its children end with the block. A lasting one an app can open."""
    settings = Settings(home=home, task_folders=(FAKES,))
    settings.make_folders()
    store = open_store(settings) if is_lasting else ScratchStore()
    dataset_id = new_id()
    folder = f"datasets/{dataset_id}/1"
    summary = Summary(40, 40, ("text", "label"), {"bad": 20, "good": 20}, {"train": 20, "test": 20})
    version = Version(dataset_id, 1, folder, "", now(), Recipe("text", "label"), summary)
    store.datasets.add(Dataset(dataset_id, owner, "shop", now(), version))
    write_items(settings.home / folder, is_media=task != "mirror")
    serving = Serving(settings)
    demo = InferenceService(settings, store, serving)
    yield Studio(settings, store, demo, dataset_id, owner, task)
    serving.close()


def write_items(folder: Path, *, is_media: bool = False) -> None:
    """Write rows named by what they say; the files of media rows hold that as well."""
    folder.mkdir(parents=True)
    texts = [
        (split, f"{split} {target} {n}", target)
        for target in LABELS
        for split in ("train", "test")
        for n in range(10)
    ]
    rows = [
        {
            "row_id": text,
            "split": split,
            "input": write_media(folder.parent / "media", text) if is_media else text,
            "target": target,
            "name": f"{text}.png" if is_media else "",
        }
        for split, text, target in texts
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "items.parquet")


def write_media(folder: Path, text: str) -> str:
    """Write a picture that holds a text after its end and return what its row calls it."""
    name = hashlib.sha256(text.encode()).hexdigest()
    path = folder / name[:2] / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    colour = tuple(bytes.fromhex(name[:6]))
    Image.new("RGB", (64, 48), colour).save(path)
    with path.open("ab") as file:
        file.write(text.encode())
    return path.relative_to(folder).as_posix()
