"""A report holds what helps and nothing of a person: planted texts are looked for in every byte."""

import json
import zipfile
from pathlib import Path

import pytest

from bigmodel.core.clock import now
from bigmodel.core.errors import NotFoundError
from bigmodel.core.events import Event, Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.message import Message
from bigmodel.services.studio import Services, open_services
from bigmodel.services.support.sanitise import Sanitiser
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes.journey import OWNER, store_of

ROW = "zwetschgenkuchen"
LABEL = "quittengelee"
COLUMN = "pflaumenspalte"
FILE = "mirabellenliste"
NAME = "Kirschprojekt"
PERSON = "hagebutte"
TOKEN = "hf_Sauerkirsche123456"
BEARER = "Stachelbeere.abcdef123456"
PASSWORD = "johannisbeere9"
PLANTED = (ROW, LABEL, COLUMN, FILE, NAME, PERSON, TOKEN, BEARER, PASSWORD)
TRACEBACK = f"""Traceback (most recent call last):
  File "/home/{PERSON}/studio/bigmodel/jobs/worker/attempt.py", line 60, in run_attempt
    raise ValueError({ROW!r})
  File "/usr/lib/python3.11/json/decoder.py", line 337, in decode
    obj, end = self.raw_decode(s, idx=_w(s, 0).end())
ValueError: could not convert string to float: {ROW} {LABEL}
multi line of {ROW}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/home/{PERSON}/.venv/lib/python3.11/site-packages/torch/nn/modules/module.py", line 1, in _call
  File "/home/{PERSON}/{FILE}/engine.py", line 3, in {ROW}
bigmodel.core.errors.TrainingError: loss_not_finite {{'name': '{ROW}'}}
{ROW}.Fehler: {LABEL}
"""
LOG = f"""2026-11-24 10:00:00,001 bigmodel.jobs.worker.worker the attempt in /home/{PERSON}/{FILE} failed
2026-11-24 10:00:00,002 bigmodel.{ROW} {LABEL}
2026-11-24 10:00:00,003 transformers.tokenization {ROW} is too long: {LABEL} Authorization: Bearer {BEARER}
2026-11-24 10:00:00,004 bigmodel.jobs.worker.worker checkpoint {ROW} is not whole, call 13912345678 password={PASSWORD}
{ROW} printed by a library with {TOKEN}
"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A data folder below a person's name with data and a job full of planted texts."""
    home = tmp_path_factory.mktemp(PERSON)
    settings = Settings(home=home / PERSON, offline=True, hub_url=f"https://{PERSON}:x@hub.example")
    made = open_services(settings)
    lines = [f"{ROW} {n},{label}" for n in range(40) for label in (LABEL, "b")]
    table = home / f"{FILE}.csv"
    table.write_text("\n".join([f"text,{COLUMN}", *lines]), "utf-8")
    dataset = made.datasets.import_file(OWNER, table, name=NAME, label=COLUMN, text="text")
    _fail(made, dataset.id)
    (settings.run / "supervisor.log").write_text(LOG, "utf-8")
    return made


def _fail(made: Services, dataset_id: str) -> None:
    store = store_of(made)
    job = Job(
        id=new_id(), owner=OWNER, key=ROW, name=f"{NAME} 2", task="text_classification",
        dataset_id=dataset_id, dataset_version=1, base=NAME, preset="fast", via=PERSON,
        params={"base": NAME, "epochs": 3, "batch_size": 16, "strange": ROW}, created_at=now(),
    )  # fmt: skip
    store.jobs.submit(job)
    store.jobs.claim(now())
    store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=now())
    note = {"key": "jobs.notes.tuned_kept", "args": {"metric": ROW, "before": 0.5, "after": LABEL}}
    events = [
        Event(1, 0.0, Kind.NOTE, note | {"level": "info"}),
        Event(2, 0.0, Kind.POINTS, {"points": [[f"train/{ROW}", 1, 0.5], ["train/loss", 1, 0.5]]}),
    ]
    store.jobs.ingest(job.id, 1, 0, 9, events, now())
    message = Message("errors.loss_not_finite", {"step": 7, "row": f"{ROW} {LABEL}"}, "error")
    store.jobs.move(
        job.id, 1, State.RUNNING, State.FAILED, message=message, traceback=TRACEBACK, at=now()
    )
    folder = made.settings.jobs / job.id / "1"
    folder.mkdir(parents=True)
    (folder / "worker.log").write_text(LOG + TRACEBACK, "utf-8")


def job_of(services: Services) -> str:
    return services.jobs.all(OWNER)[0].id


@pytest.mark.parametrize("about_job", [True, False])
def test_nothing_planted_leaves(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about_job: bool
) -> None:
    monkeypatch.setenv("HF_TOKEN", PASSWORD)
    report = services.report.draft(OWNER, job_id=job_of(services) if about_job else "")
    services.report.write(report, tmp_path / "r.zip")
    with zipfile.ZipFile(tmp_path / "r.zip") as package:
        inside = {name: package.read(name) for name in package.namelist()}
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    everything = b"\n".join([*inside.values(), *(name.encode() for name in inside)]).lower()
    everything += (tmp_path / "r.zip").read_bytes()
    found = [
        (text, name)
        for text in PLANTED
        for name, content in [*inside.items(), ("", everything)]
        if text.lower().encode() in content.lower()
    ]
    assert found == []
    assert str(services.settings.home).encode() not in everything
    assert b"13912345678" not in everything


def test_what_is_shown_is_what_is_inside(services: Services, tmp_path: Path) -> None:
    report = services.report.draft(OWNER, job_of(services))
    path = services.downloads.find(OWNER, services.report.hand_out(OWNER, report))
    with zipfile.ZipFile(path) as package:
        inside = [(name, package.read(name).decode()) for name in package.namelist()]
    assert tuple(inside) == report.files
    assert all(name in report.text and text in report.text for name, text in inside)


def test_what_helps_is_there(services: Services) -> None:
    files = dict(services.report.draft(OWNER, job_of(services)).files)
    job, data, app = (json.loads(files[f"{name}.json"]) for name in ("job", "data", "app"))
    assert (job["state"], job["message"]["key"]) == ("failed", "errors.loss_not_finite")
    assert job["message"]["args"]["step"] == 7
    assert (job["params"]["epochs"], job["base"]) == (3, "[own]")
    assert [curve["name"] for curve in job["curves"]] == ["train/loss", "[own]"]
    assert (data["rows"], data["classes"], data["columns"]) == (80, [40, 40], 2)
    assert app["packages"]["pyarrow"]
    assert "errors.TrainingError: loss_not_finite" in files["traceback.txt"]
    assert "torch/nn/modules/module.py, line 1, in _call" in files["traceback.txt"]
    assert "the attempt in" in files["log.txt"]
    assert "python: " in files["doctor.txt"]
    assert json.loads(files["settings.json"])["home"] == "[data folder]"


def test_log_keeps_words_of_the_program_only() -> None:
    mask = Sanitiser(load_words())
    line = "2026-11-24 10:00:00,001 bigmodel.jobs.worker.worker checkpoint plum is not whole"
    assert mask.log(line) == line.replace("plum", "…")
    assert mask.log("something else\nand more") == "(2 other lines left out)"


def test_reports_of_others_are_not_handed_out(services: Services) -> None:
    with pytest.raises(NotFoundError):
        services.report.draft("other", job_of(services))
    report = services.report.draft(OWNER)
    key = services.report.hand_out(OWNER, report)
    with pytest.raises(NotFoundError):
        services.downloads.find("other", key)
