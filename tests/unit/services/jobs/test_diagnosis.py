"""Every failure of the catalogue, provoked for real in a worker process: its sentences and what its button does."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.errors import JobError, PersonError
from bigmodel.core.events import Kind, decode
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.message import Message
from bigmodel.environment import ROOT, environment
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.artifacts import Artifacts, attempt_name
from bigmodel.jobs.attempt_folder import Exit
from bigmodel.jobs.redact import redacted
from bigmodel.jobs.supervisor.planner import Planner
from bigmodel.jobs.verdict import Ending, judge
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.jobs.diagnosis import CATALOGUE, Diagnosis, DiagnosisService, find_cause
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.words import Words, load_words
from tests.fakes.hub import FakeHub, serving
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import OWNER, make_dataset, quick_settings

TASKS = Path(__file__).parents[3] / "fakes" / "ill_tasks"
OF_A_ROW = "the soup of Mrs Miller was cold"


class Clinic:
    """A store, a doctor, and real workers that fall ill; nobody supervises."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.store = settings, ScratchStore()
        bases = BaseModelService(settings, self.store)
        control = ControlService(settings, self.store, self)
        self.doctor = DiagnosisService(settings, self.store, bases, control)

    def wake(self) -> None:
        """Stand for the job service."""

    def admit(self, dataset: Dataset, task: str, base: str, params: dict[str, Any]) -> Job:
        """Run a training to its end and return the job as the supervisor would leave it."""
        job = Job(
            id=new_id(), owner=OWNER, key=new_id(), name="ill", task=task, dataset_id=dataset.id,
            dataset_version=dataset.version.number, base=base, preset="balanced",
            params={"base": base, **params}, created_at=now(),
        )  # fmt: skip
        self.store.jobs.submit(job)
        claimed = self.store.jobs.claim(now())
        assert claimed is not None
        try:
            attempt = Planner(self.settings, self.store).plan(claimed)
            folder = Artifacts(self.settings.home).path(attempt_name(claimed))
            attempt_folder.write_attempt(folder, attempt)
            ending = self._run(folder)
            verdict = judge(replace(claimed, attempt=claimed.max_attempts), ending)
            told, trace, to = verdict.message, verdict.traceback, verdict.to
        except PersonError as error:
            told, trace, to = error.message, "", State.FAILED
        move = {"message": told, "traceback": trace, "at": now()}
        self.store.jobs.move(job.id, claimed.token, State.STARTING, State.RUNNING, at=now())
        if to == State.LOST:
            assert self.store.jobs.move(job.id, claimed.token, State.RUNNING, State.LOST, at=now())
            assert self.store.jobs.move(job.id, claimed.token, State.LOST, State.FAILED, **move)
        else:
            assert self.store.jobs.move(job.id, claimed.token, State.RUNNING, to, **move)
        return self.store.jobs.get(OWNER, job.id)

    def _run(self, folder: Path) -> Ending:
        with (folder / attempt_folder.LOG).open("wb") as log:
            done = subprocess.run(
                [sys.executable, "-m", "bigmodel.jobs.worker.worker", str(folder)],
                cwd=ROOT, env=environment(self.settings, 1), stdout=log, stderr=log, check=False,
            )  # fmt: skip
        events = decode((folder / attempt_folder.EVENTS).read_bytes())[0]
        said = {event.kind: event.data for event in events}
        code = done.returncode
        return Ending(
            outcome=said.get(Kind.END, {}).get("outcome", ""),
            error=said.get(Kind.ERROR),
            exit=Exit(code, -code if code < 0 else None),
            log_tail=redacted((folder / attempt_folder.LOG).read_text("utf-8", "replace")),
        )

    def diagnosis(self, job: Job) -> Diagnosis:
        found = self.doctor.diagnose(OWNER, job.id)
        assert found is not None
        return found

    def fall_ill(self, ill: str, **params: Any) -> tuple[Job, Diagnosis]:
        job = self.admit(text_rows(self), "toy_ill", "scratch", {"ill": ill, **params})
        return job, self.diagnosis(job)


def text_rows(clinic: Clinic) -> Dataset:
    dataset = make_dataset(clinic.settings, 100)
    clinic.store.datasets.add(dataset)
    return dataset


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(quick_settings(tmp_path / "home", task_folders=(TASKS,)))


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words()


@pytest.mark.parametrize(
    ("ill", "cause", "changes", "problem"),
    [
        ("gpu", "gpu_memory", {"batch_size": 8, "accumulation": 2}, "too little memory"),
        ("host", "host_memory", {"batch_size": 8, "accumulation": 2}, "ran out of memory"),
        ("kill", "killed", {"batch_size": 8, "accumulation": 2}, "signal 9"),
        ("exit", "restarted", {}, "ended without a word"),
        ("nan", "diverged", {"learning_rate": 0.002}, "no longer a number"),
        ("disk", "disk_trouble", {}, "could not be read or written"),
        ("refused", "disk_refused", {}, "may not be written"),
    ],
)
def test_failure_is_explained_and_one_button_mends_it(
    clinic: Clinic, words: Words, ill: str, cause: str, changes: dict[str, Any], problem: str
) -> None:
    job, found = clinic.fall_ill(ill, batch_size=16, accumulation=1, learning_rate=0.01)
    assert found.cause == cause
    assert problem in words.say("en", found.what)
    assert words.say("en", found.why) != words.say("zh", found.why)
    assert found.remedy is not None
    assert words.say("zh", found.remedy.label)
    mended = clinic.doctor.mend(OWNER, job.id)
    assert mended.state == State.QUEUED
    assert mended.params == {"seed": 0, "budget_s": 0} | job.params | changes
    assert clinic.doctor.mend(OWNER, job.id).id == mended.id  # a double click is one job


def test_full_disk_waits_and_goes_on(clinic: Clinic) -> None:
    job, found = clinic.fall_ill("full")
    assert (job.state, found.cause) == (State.PAUSED, "disk_full")
    mended = clinic.doctor.mend(OWNER, job.id)
    assert (mended.id, mended.state) == (job.id, State.QUEUED)


def test_bug_is_told_without_rows_and_runs_with_usual_settings(clinic: Clinic) -> None:
    dataset = text_rows(clinic)
    rewrite(clinic, dataset.version, input=[f"{OF_A_ROW} {n}" for n in range(100)])
    job = clinic.admit(dataset, "toy_ill", "scratch", {"ill": "bug", "learning_rate": 0.5})
    found = clinic.diagnosis(job)
    assert found.cause == "code_bug"
    assert "ValueError: could not convert string to float" in found.report
    assert "learning_rate: 0.5" in found.report
    assert OF_A_ROW not in found.report
    assert clinic.doctor.mend(OWNER, job.id).params["learning_rate"] == 0.01


def test_secrets_never_reach_the_report() -> None:
    text = "ValueError: hf_abcdefghij and 'a row of somebody' and password=hunter2"
    assert redacted(text) == "ValueError: […] and […] and […]"
    assert redacted("TypeError: f() got 'lr'") == "TypeError: f() got 'lr'"


def test_failure_nobody_thought_of_says_so(clinic: Clinic, words: Words) -> None:
    _, found = clinic.fall_ill("new")
    assert found.cause == "unknown"
    assert "not in our list" in words.say("en", found.why)
    assert "base_has_no_head_at_all" in found.report
    assert "task toy_ill" in found.report


def test_what_is_safe_depends_on_what_stands(clinic: Clinic) -> None:
    _, found = clinic.fall_ill("nan")
    assert found.safe == Message("doctor.safe")


def test_one_class_after_the_split_is_split_anew(clinic: Clinic, words: Words) -> None:
    dataset = text_rows(clinic)
    splits = ["train" if n % 2 else "validation" for n in range(100)]
    rewrite(clinic, dataset.version, split=splits)
    job = clinic.admit(dataset, "text_classification", "instant", {})
    found = clinic.diagnosis(job)
    assert found.cause == "one_class"
    assert "same label" in words.say("en", found.what)
    mended = clinic.doctor.mend(OWNER, job.id)
    version = clinic.store.datasets.version(OWNER, dataset.id, mended.dataset_version)
    assert mended.dataset_version == 2
    assert version.summary.split_rows["train"] == 80


def test_text_the_model_cannot_read_gets_one_that_can(clinic: Clinic, words: Words) -> None:
    dataset = text_rows(clinic)
    rewrite(clinic, dataset.version, input=[f"鼃龘鬱{chr(0x4E00 + n)}爨麤" for n in range(100)])
    job = clinic.admit(dataset, "text_classification", "minilm", {})
    found = clinic.diagnosis(job)
    assert found.cause == "unreadable_text"
    assert "would only be guessing" in words.say("en", found.what)
    assert clinic.doctor.mend(OWNER, job.id).base == "scratch"


def test_broken_pictures_are_named_and_left_out(clinic: Clinic, words: Words) -> None:
    dataset = pictures(clinic)
    folder = clinic.settings.home / dataset.version.folder
    bad = sorted((folder.parent / "media").rglob("*.png"))[:2]
    bad[0].write_bytes(b"no picture any more")
    bad[1].unlink()
    job = clinic.admit(dataset, "toy_ill_picture", "instant", {})
    found = clinic.diagnosis(job)
    assert found.cause == "broken_item"
    assert all(f"{path.stem[-2:]}.png" in words.say("en", found.what) for path in bad)
    mended = clinic.doctor.mend(OWNER, job.id)
    version = clinic.store.datasets.version(OWNER, dataset.id, mended.dataset_version)
    assert version.summary.rows == 58
    again = pq.read_table(clinic.settings.home / version.folder / "items.parquet")
    assert again.num_rows == 58


def test_missing_model_is_replaced_by_a_smaller_one(clinic: Clinic, words: Words) -> None:
    job = clinic.admit(text_rows(clinic), "toy_ill", "gone/model", {})
    found = clinic.diagnosis(job)
    assert found.cause == "model_missing"
    assert "not on this machine" in words.say("en", found.what)
    assert clinic.doctor.mend(OWNER, job.id).base == "scratch"


@pytest.mark.parametrize(
    ("cause", "gated", "hub_id"),
    [("model_gated", True, "owner/model"), ("model_missing", False, "owner/nothing")],
)
def test_hub_says_no_for_a_reason_we_know(
    tmp_path: Path, settings: Settings, cause: str, gated: bool, hub_id: str
) -> None:
    (tmp_path / "model").mkdir()
    hub = FakeHub({"owner/model": tmp_path / "model"}, {"owner/model"} if gated else set())
    with serving(hub):
        online = settings.model_copy(update={"offline": False, "hub_url": hub.url})
        bases = BaseModelService(online, ScratchStore())
        with pytest.raises(PersonError) as caught:
            bases.fetch(OWNER, hub_id)
    assert (found := find_cause(caught.value.message)) is not None
    assert found.name == cause


def test_no_network_is_told(settings: Settings) -> None:
    nobody = settings.model_copy(update={"offline": False, "hub_url": "http://127.0.0.1:9"})
    with pytest.raises(PersonError) as caught:
        BaseModelService(nobody, ScratchStore()).fetch(OWNER, "owner/model")
    assert (found := find_cause(caught.value.message)) is not None
    assert found.name == "network"


def test_model_with_code_is_unsafe(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text(json.dumps({"auto_map": {"AutoModel": "x.y"}}))
    with pytest.raises(PersonError) as caught:
        BaseModelService(settings, ScratchStore()).import_path(OWNER, tmp_path / "model")
    assert (found := find_cause(caught.value.message)) is not None
    assert found.name == "model_unsafe"


def test_every_entry_has_words_in_both_languages(words: Words) -> None:
    for cause in CATALOGUE:
        assert words.has(f"doctor.why.{cause.name}")
        for key in cause.keys:
            assert words.has(f"errors.{key}.problem"), key


def test_nothing_is_mended_where_nothing_failed(clinic: Clinic) -> None:
    job = clinic.admit(text_rows(clinic), "toy_ill", "scratch", {})
    assert job.state == State.SUCCEEDED
    assert clinic.doctor.diagnose(OWNER, job.id) is None
    with pytest.raises(JobError, match="nothing_to_mend"):
        clinic.doctor.mend(OWNER, job.id)


def rewrite(clinic: Clinic, version: Version, **columns: list[str]) -> None:
    """Replace columns of a version's rows."""
    path = clinic.settings.home / version.folder / "items.parquet"
    table = pq.read_table(path)
    values = {
        name: columns.get(name, table.column(name).to_pylist()) for name in table.column_names
    }
    values |= {"col.input": values["input"], "col.target": values["target"]}
    count = len(values["row_id"])
    values |= {name: [""] * count for name in ("name", "origin", "content_hash")}
    pq.write_table(pa.table(values), path)


def pictures(clinic: Clinic) -> Dataset:
    """Return a dataset of sixty small pictures."""
    dataset_id, rows = new_id(), []
    folder = clinic.settings.datasets / dataset_id / "1"
    folder.mkdir(parents=True)
    for number in range(60):
        digest = f"{number:064d}"
        place = folder.parent / "media" / digest[:2] / f"{digest}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (number, 0, 0)).save(place)
        rows.append((f"{digest[:2]}/{digest}.png", f"photo {number:02d}.png"))
    label = [("circle", "square")[number % 2] for number in range(60)]
    names = [name for _, name in rows]
    blank = [""] * 60
    columns = {
        "row_id": [new_id() for _ in rows], "content_hash": [f"{n:064d}" for n in range(60)],
        "name": names, "split": (["train"] * 8 + ["validation", "test"]) * 6,
        "input": [file for file, _ in rows], "target": label, "origin": blank, "given": blank,
        "envelope": blank, "col.file": names, "col.class": label, "col.width": ["8"] * 60,
        "col.height": ["8"] * 60,
    }  # fmt: skip
    pq.write_table(pa.table(columns), folder / "items.parquet")
    summary = Summary(
        60, 60, ("file", "class", "width", "height"), {"circle": 30, "square": 30},
        {"train": 48, "validation": 6, "test": 6}, medium="image", form="folders",
    )  # fmt: skip
    recipe = Recipe("file", "class", medium="image", form="folders")
    place = folder.relative_to(clinic.settings.home).as_posix()
    version = Version(dataset_id, 1, place, "0", now(), recipe, summary)
    dataset = Dataset(dataset_id, OWNER, "shapes", now(), version)
    clinic.store.datasets.add(dataset)
    return dataset
