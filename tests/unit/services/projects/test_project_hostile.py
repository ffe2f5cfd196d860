"""Projects that somebody made to do harm, or that were damaged: refused with a sentence, nothing left on disk."""

import hashlib
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import PersonError
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.core.language import LANGUAGES
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from tests.fakes.journey import OWNER, run_here, train, write_table

Files = dict[str, bytes]
Change = Callable[[Files, Dataset, Job], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Dataset, Job]:
    """The files of a real project."""
    home = tmp_path_factory.mktemp("there")
    there = open_services(Settings(home=home / "data", offline=True))
    dataset = there.datasets.import_file(OWNER, write_table(home / "table.csv", 60))
    job = train(there, dataset)
    there.project.save(OWNER, [], home / "p.zip")
    with zipfile.ZipFile(home / "p.zip") as project:
        return {name: project.read(name) for name in project.namelist()}, dataset, job


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return open_services(Settings(home=tmp_path_factory.mktemp("here"), offline=True))


def packed(files: Files, out: Path, *, sign: bool = True, **head: Any) -> Path:
    """Write files as a project; signed, its list says what they are now."""
    said = json.loads(files["project.json"]) | head
    if sign:
        said["parts"] = [
            {"name": n, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for n, content in files.items()
            if n != "project.json"
        ]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as project:
        for name, content in {**files, "project.json": json.dumps(said).encode()}.items():
            project.writestr(name, content)
    return out


def refused(here: Services, path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return why a project was refused; nothing of it may be left, and the reason reads in both languages."""
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    with pytest.raises(PersonError) as raised:
        here.project.load(OWNER, path)
    for language in LANGUAGES:
        assert here.words.say(language, raised.value.message)
    settings = here.settings
    for place in (settings.datasets, settings.jobs, settings.scratch, settings.bases):
        assert list(place.iterdir()) == []
    assert here.datasets.all(OWNER) == []
    return raised.value.key


def edited(files: Files, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the first record of a file."""
    first, *rest = files[name].splitlines(keepends=True)
    record = json.loads(first)
    change(record)
    files[name] = json.dumps(record).encode() + b"\n" + b"".join(rest)


def model_file(files: Files, ending: str) -> str:
    return next(n for n in files if n.startswith("jobs/") and n.endswith(ending))


def sealed(files: Files) -> None:
    """Let the digest of the model be that of its files as they are now."""
    names = sorted(n for n in files if n.startswith("jobs/"))
    lines = "".join(
        f"{n.rsplit('/', 1)[1]} {hashlib.sha256(files[n]).hexdigest()}\n" for n in names
    )
    digest = hashlib.sha256(lines.encode()).hexdigest()
    edited(files, "jobs.jsonl", lambda job: job["models"][0].update(digest=digest))


def strange_field(files: Files, dataset: Dataset, job: Job) -> None:
    edited(files, "datasets.jsonl", lambda record: record.update(owner="root"))


def deep_strange_field(files: Files, dataset: Dataset, job: Job) -> None:
    edited(files, "datasets.jsonl", lambda r: r["versions"][0]["recipe"].update(run="rm -rf"))


def path_as_id(files: Files, dataset: Dataset, job: Job) -> None:
    edited(files, "jobs.jsonl", lambda record: record.update(id="../../evil"))


def upload_of_a_path(files: Files, dataset: Dataset, job: Job) -> None:
    upload = {"name": "t", "file": "../../../etc/passwd"}
    edited(files, "datasets.jsonl", lambda r: r["versions"][0]["recipe"].update(uploads=[upload]))


def labels_of_nobody(files: Files, dataset: Dataset, job: Job) -> None:
    sorting = {"classes": ["a"], "marks": [[1, "nobody", "a", True]]}
    sorting |= {"relabel": {}, "change": 1, "written": 0}
    edited(files, "datasets.jsonl", lambda record: record.update(sorting=sorting))


def running(files: Files, dataset: Dataset, job: Job) -> None:
    edited(files, "jobs.jsonl", lambda record: record.update(state="running"))


def foreign_dataset(files: Files, dataset: Dataset, job: Job) -> None:
    edited(files, "jobs.jsonl", lambda record: record.update(dataset=new_id()))


def points_of_nobody(files: Files, dataset: Dataset, job: Job) -> None:
    line = {"job": new_id(), "name": "loss", "points": [[1, 0.5]]}
    files["points.jsonl"] = json.dumps(line).encode()


def deep_json(files: Files, dataset: Dataset, job: Job) -> None:
    files["datasets.jsonl"] = b"[" * 200_000


def endless_records(files: Files, dataset: Dataset, job: Job) -> None:
    files["jobs.jsonl"] += os.urandom(1 + 2**25).hex().encode()


def without_records(files: Files, dataset: Dataset, job: Job) -> None:
    del files["jobs.jsonl"]


def pickle_inside(files: Files, dataset: Dataset, job: Job) -> None:
    files[f"jobs/{job.id}/models/instant/model.pkl"] = b"\x80\x04."


def file_of_nobody(files: Files, dataset: Dataset, job: Job) -> None:
    files[f"datasets/{new_id()}/uploads/{'a' * 64}.csv"] = b"x"


def upload_under_another_name(files: Files, dataset: Dataset, job: Job) -> None:
    files[f"datasets/{dataset.id}/uploads/{'a' * 64}.csv"] = b"x"


def other_rows(files: Files, dataset: Dataset, job: Job) -> None:
    table = pa.table({"row_id": ["a"], "split": ["train"], "input": ["x"], "target": ["y"]})
    _put_rows(files, dataset, table)


def rows_of_a_path(files: Files, dataset: Dataset, job: Job) -> None:
    """A picture that lies somewhere on this machine."""
    name = f"datasets/{dataset.id}/1/items.parquet"
    table = pq.read_table(io.BytesIO(files[name]))
    rows = table.num_rows
    table = table.set_column(
        table.schema.get_field_index("input"), "input", pa.array(["../../../etc/passwd"] * rows)
    ).append_column("envelope", pa.array([""] * rows))
    _put_rows(files, dataset, table)
    edited(files, "datasets.jsonl", lambda r: r["versions"][0]["summary"].update(medium="image"))


def _put_rows(files: Files, dataset: Dataset, table: pa.Table) -> None:
    out = io.BytesIO()
    pq.write_table(table, out)
    files[f"datasets/{dataset.id}/1/items.parquet"] = out.getvalue()
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    edited(files, "datasets.jsonl", lambda r: r["versions"][0].update(digest=digest))


def unsigned_rows(files: Files, dataset: Dataset, job: Job) -> None:
    files[f"datasets/{dataset.id}/1/items.parquet"] += b"x"


def another_model(files: Files, dataset: Dataset, job: Job) -> None:
    files[model_file(files, "instant.json")] += b" "


def lying_weights(files: Files, dataset: Dataset, job: Job) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}}).encode()
    files[model_file(files, ".safetensors")] = struct.pack("<Q", len(header)) + header + bytes(4)
    sealed(files)


def code_in_settings(files: Files, dataset: Dataset, job: Job) -> None:
    name = f"jobs/{job.id}/models/instant/config.json"
    files[name] = json.dumps({"auto_map": {"AutoModel": "evil--model.Evil"}}).encode()
    sealed(files)


def network_larger_than_its_weights(files: Files, dataset: Dataset, job: Job) -> None:
    config = {"model_type": "bert", "vocab_size": 9, "hidden_size": 16_000, "num_hidden_layers": 60}
    files[f"jobs/{job.id}/models/instant/config.json"] = json.dumps(config).encode()
    sealed(files)


def network_by_address(files: Files, dataset: Dataset, job: Job) -> None:
    name = f"jobs/{job.id}/models/instant/picture.json"
    files[name] = json.dumps({"body": {"architecture": "hf-hub:evil/model"}}).encode()
    sealed(files)


CASES: list[tuple[Change, str]] = [
    (strange_field, "project_records"),
    (deep_strange_field, "project_records"),
    (path_as_id, "project_records"),
    (upload_of_a_path, "project_records"),
    (labels_of_nobody, "project_records"),
    (running, "project_records"),
    (foreign_dataset, "project_records"),
    (points_of_nobody, "project_records"),
    (deep_json, "project_records"),
    (endless_records, "project_records"),
    (without_records, "project_records"),
    (pickle_inside, "project_strange"),
    (file_of_nobody, "project_strange"),
    (upload_under_another_name, "project_file"),
    (other_rows, "project_rows"),
    (rows_of_a_path, "project_rows"),
    (unsigned_rows, "project_rows"),
    (another_model, "project_model"),
    (lying_weights, "project_model"),
    (code_in_settings, "project_model"),
    (network_larger_than_its_weights, "project_model"),
    (network_by_address, "project_model"),
]


@pytest.mark.parametrize(("change", "key"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_what_does_not_fit_is_refused(
    good: tuple[Files, Dataset, Job],
    here: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Change,
    key: str,
) -> None:
    files = dict(good[0])
    change(files, *good[1:])
    assert refused(here, packed(files, tmp_path / "p.zip"), monkeypatch) == key


def test_changed_file_is_noticed(
    good: tuple[Files, Dataset, Job],
    here: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = dict(good[0])
    files["jobs.jsonl"] = files["jobs.jsonl"].replace(b"soup", b"soap")
    path = packed(files, tmp_path / "p.zip", sign=False)
    assert refused(here, path, monkeypatch) == "project_file"


def test_newer_format_is_named(
    good: tuple[Files, Dataset, Job],
    here: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = packed(good[0], tmp_path / "p.zip", v=2, something="new")
    assert refused(here, path, monkeypatch) == "project_newer"


@pytest.mark.parametrize(
    ("name", "mode", "key"),
    [
        ("../../evil.txt", 0o100644, "archive_paths"),
        ("/etc/cron.d/evil", 0o100644, "archive_paths"),
        ("datasets/link", 0o120777, "archive_links"),
        ("readme.txt", 0o100644, "project_strange"),
    ],
)
def test_strange_entries_are_refused(
    good: tuple[Files, Dataset, Job],
    here: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    mode: int,
    key: str,
) -> None:
    path = packed(good[0], tmp_path / "p.zip")
    with zipfile.ZipFile(path, "a") as project:
        entry = zipfile.ZipInfo(name)
        entry.create_system, entry.external_attr = 3, mode << 16
        project.writestr(entry, b"evil")
    assert refused(here, path, monkeypatch) == key


def test_bomb_is_not_unpacked(
    good: tuple[Files, Dataset, Job],
    here: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = dict(good[0])
    files["points.jsonl"] = bytes(64 * 2**20)
    path = packed(files, tmp_path / "p.zip")
    assert refused(here, path, monkeypatch) == "archive_bomb"


def test_other_files_are_no_project(
    here: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write_table(tmp_path / "t.csv")
    assert refused(here, table, monkeypatch) == "project_none"
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("a/1.jpg", b"x")
    assert refused(here, tmp_path / "z.zip", monkeypatch) == "project_none"


def test_unknown_task_is_left_out_and_named(
    good: tuple[Files, Dataset, Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    services = open_services(Settings(home=tmp_path / "home", offline=True))
    files = dict(good[0])
    edited(files, "jobs.jsonl", lambda record: record.update(task="text_to_smell"))
    loaded = services.project.load(OWNER, packed(files, tmp_path / "p.zip"))
    assert (len(loaded.datasets), loaded.jobs) == (1, 0)
    assert loaded.left_out[0].args == {"name": "soup", "task": "text_to_smell"}
    assert services.words.say("en", loaded.left_out[0])
    assert list(services.settings.jobs.iterdir()) == []


def test_sentences_this_app_lacks_are_left_out(
    good: tuple[Files, Dataset, Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    services = open_services(Settings(home=tmp_path / "home", offline=True))
    files, _, job = dict(good[0]), *good[1:]
    message = {"key": "no.such.words", "args": {}, "level": "info"}
    edited(files, "jobs.jsonl", lambda r: r["history"][0].update(message=message))
    edited(files, "jobs.jsonl", lambda r: r.update(message=message))
    services.project.load(OWNER, packed(files, tmp_path / "p.zip"))
    found = services.jobs.history(OWNER, job.id)
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    assert services.jobs.get(OWNER, job.id).message is None
    assert "no.such.words" not in [event.message.key for event in found]
