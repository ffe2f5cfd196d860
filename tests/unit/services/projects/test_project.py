"""Taking work along: the same numbers and answers elsewhere, nothing twice, all of it or nothing."""

import json
import math
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.events import Event, Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.data.projects.read import SPARE_MB
from bigmodel.data.versions.original_files import upload_path
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.projects.upload import FILE, MOST_OPEN
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from tests.fakes.journey import OWNER, answers, run_here, store_of, train, write_table

TEXTS = ["lovely soup", "cold", "", "全新的 ☃"]
Made = tuple[Services, Dataset, Job, Path]


def services_at(home: Path) -> Services:
    return open_services(Settings(home=home, offline=True))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A data folder with a real training with a curve, and its project."""
    home = tmp_path_factory.mktemp("there")
    there = services_at(home / "data")
    dataset = there.datasets.import_file(OWNER, write_table(home / "table.csv"), name="Soup 汤")
    job = train(there, dataset)
    further = _with_points(there, dataset)
    out = home / "project.zip"
    size = there.project.save(OWNER, [dataset.id], out)
    assert (size.datasets, size.jobs, size.models, size.left_out) == (1, 2, 1, ())
    assert further.state == State.FAILED
    return there, dataset, job, out


def _with_points(there: Services, dataset: Dataset) -> Job:
    """Return a failed job with a curve that needs roll-ups, a number that is none and a traceback."""
    store = store_of(there)
    job = Job(
        id=new_id(), owner=OWNER, key="k", name="failed", task="text_classification",
        dataset_id=dataset.id, dataset_version=1, base="instant", preset="fast",
        params={"base": "instant"}, created_at=now(),
    )  # fmt: skip
    store.jobs.submit(job)
    store.jobs.claim(now())
    store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=now())
    points = [["train/loss", n, 1 / (n + 1) if n else math.nan] for n in range(3_000)]
    store.jobs.ingest(job.id, 1, 0, 9, [Event(1, 0.0, Kind.POINTS, {"points": points})], now())
    store.jobs.move(job.id, 1, State.RUNNING, State.FAILED, traceback="Traceback", at=now())
    return store.jobs.get(OWNER, job.id)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """An empty data folder; projects are unpacked in this process, but for the test that is slow."""
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    return services_at(tmp_path / "here")


def left(services: Services) -> list[str]:
    """Return what lies in the places where a project would leave something."""
    settings = services.settings
    places = (settings.datasets, settings.jobs, settings.scratch, settings.bases)
    return [path.name for place in places for path in place.iterdir()]


@pytest.mark.slow
def test_results_and_answers_are_the_same_elsewhere(made: Made, tmp_path: Path) -> None:
    there, dataset, job, out = made
    here = services_at(tmp_path / "here")
    told: list[float] = []
    loaded = here.project.load(OWNER, out, told.append)
    assert (loaded.datasets, loaded.jobs, loaded.models) == (("Soup 汤",), 2, 1)
    assert told == sorted(told)
    assert told[-1] == 1.0
    first, second = (s.results.models(OWNER, job.id)[0] for s in (there, here))
    assert second.metrics == first.metrics
    assert here.results.results(OWNER, job.id) == there.results.results(OWNER, job.id)
    assert answers(here, second, TEXTS) == answers(there, first, TEXTS)
    rows = [load_rows(s.settings.home / dataset.version.folder) for s in (there, here)]
    assert rows[0] == rows[1]
    (upload,) = dataset.version.recipe.uploads
    kept = [upload_path(s.settings.home / dataset.version.folder, upload) for s in (there, here)]
    assert kept[0].read_bytes() == kept[1].read_bytes()


def test_curves_and_histories_are_the_same_elsewhere(made: Made, here: Services) -> None:
    there, dataset, _, out = made
    here.project.load(OWNER, out)
    for job in there.jobs.all(OWNER):
        for width in (100, 10_000):
            found = [s.jobs.curves(OWNER, job.id, width) for s in (there, here)]
            assert repr(found[0]) == repr(found[1])
        assert here.jobs.history(OWNER, job.id) == there.jobs.history(OWNER, job.id)
        assert here.jobs.get(OWNER, job.id) == replace(job, key="")
    assert here.datasets.get(OWNER, dataset.id) == dataset
    assert left(here).count(dataset.id) == 1
    assert list(here.settings.scratch.iterdir()) == []


def test_bringing_it_in_twice_changes_nothing(made: Made, here: Services) -> None:
    *_, out = made
    here.project.load(OWNER, out)
    before = left(here)
    again = here.project.load(OWNER, out)
    assert (again.here_datasets, again.here_jobs) == (1, 2)
    assert (again.datasets, again.jobs, again.copies) == ((), 0, ())
    assert left(here) == before


def test_a_newer_version_goes_on_from_the_older(made: Made, here: Services, tmp_path: Path) -> None:
    _, dataset, _, out = made
    here.project.load(OWNER, out)
    grown = here.datasets.set_test_file(OWNER, dataset.id, write_table(tmp_path / "more.csv", 40))
    assert grown.version.number == 2
    here.project.save(OWNER, [dataset.id], tmp_path / "two.zip")
    third = services_at(tmp_path / "third")
    third.project.load(OWNER, out)
    loaded = third.project.load(OWNER, tmp_path / "two.zip")
    assert (loaded.grown, loaded.here_jobs) == (("Soup 汤",), 2)
    assert third.datasets.get(OWNER, dataset.id).version == grown.version
    assert third.datasets.preview(OWNER, dataset.id).total == grown.version.summary.rows


def test_labels_by_hand_go_on_where_they_ended(made: Made, here: Services, tmp_path: Path) -> None:
    _, dataset, _, out = made
    here.project.load(OWNER, out)
    store = store_of(here)
    rows = load_rows(here.settings.home / dataset.version.folder)["row_id"]
    store.labels.set_classes(OWNER, dataset.id, ["good", "bad"])
    store.labels.put(OWNER, dataset.id, rows[0], "good")
    here.project.save(OWNER, [], tmp_path / "labels.zip")
    third = services_at(tmp_path / "third")
    third.project.load(OWNER, out)
    assert third.project.load(OWNER, tmp_path / "labels.zip").labelled == ("Soup 汤",)
    assert store_of(third).labels.get(OWNER, dataset.id) == store.labels.get(OWNER, dataset.id)
    store_of(third).labels.take_back(OWNER, dataset.id)
    store_of(third).labels.put(OWNER, dataset.id, rows[1], "bad")
    loaded = third.project.load(OWNER, tmp_path / "labels.zip")
    assert [message.key for message in loaded.left_out] == ["project.left_labels"]


def test_the_same_id_with_other_rows_becomes_a_copy(
    made: Made, here: Services, tmp_path: Path
) -> None:
    _, dataset, job, out = made
    here.project.load(OWNER, out)
    store = store_of(here)
    store.datasets.delete(OWNER, dataset.id)
    shutil.rmtree(here.settings.datasets / dataset.id)
    shutil.rmtree(here.settings.jobs / job.id)
    other = here.datasets.import_file(OWNER, write_table(tmp_path / "o.csv", 60), name="Soup 汤")
    store.datasets.delete(OWNER, other.id)
    store.datasets.add(
        replace(other, id=dataset.id, version=replace(other.version, dataset_id=dataset.id))
    )
    loaded = here.project.load(OWNER, out)
    assert loaded.copies == ("Soup 汤 (2)",)
    copy = here.datasets.get(OWNER, loaded.first)
    assert copy.id != dataset.id
    assert copy.version.digest == dataset.version.digest
    models = here.results.models(OWNER, job.id)
    assert here.jobs.get(OWNER, job.id).dataset_id == copy.id
    assert answers(here, models[0], TEXTS)


def test_ids_of_another_owner_are_left_alone(made: Made, here: Services) -> None:
    _, dataset, job, out = made
    here.project.load("somebody", out)
    loaded = here.project.load(OWNER, out)
    assert loaded.copies == ("Soup 汤 (2)",)
    assert job.id not in [other.id for other in here.jobs.all(OWNER)]
    assert here.datasets.get("somebody", dataset.id).name == "Soup 汤"
    assert here.results.models("somebody", job.id)[0].metrics


def test_what_is_not_over_stays_and_is_named(made: Made, here: Services, tmp_path: Path) -> None:
    *_, out = made
    there = here
    there.project.load(OWNER, out)
    dataset = there.datasets.all(OWNER)[0]
    waiting = replace(
        there.jobs.all(OWNER)[0], id=new_id(), name="waiting", state=State.QUEUED,
        token=0, attempt=0, started_at=None, ended_at=None, message=None,
    )  # fmt: skip
    store_of(there).jobs.submit(waiting)
    size = there.project.save(OWNER, [dataset.id], tmp_path / "p.zip")
    assert size.jobs == 2
    assert [message.args["name"] for message in size.left_out] == ["waiting"]


def test_a_damaged_model_stays_and_is_named(made: Made, here: Services, tmp_path: Path) -> None:
    _, _, job, out = made
    there = here
    there.project.load(OWNER, out)
    model = there.results.models(OWNER, job.id)[0]
    (there.settings.home / model.folder / "model.json").write_text("{}")
    size = there.project.save(OWNER, [], tmp_path / "p.zip")
    assert (size.models, [m.key for m in size.left_out]) == (0, ["project.left_damaged"])
    third = services_at(tmp_path / "third")
    assert third.project.load(OWNER, tmp_path / "p.zip").models == 0
    (there.settings.home / model.folder / "own.pkl").write_bytes(b"x")
    left = there.project.measure(OWNER, [], with_bases=False).left_out
    assert [message.key for message in left] == ["project.left_files"]


def test_damaged_rows_make_no_project(made: Made, here: Services, tmp_path: Path) -> None:
    *_, out = made
    there = here
    dataset = there.datasets.get(OWNER, there.project.load(OWNER, out).first)
    items = there.settings.home / dataset.version.folder / "items.parquet"
    items.write_bytes(items.read_bytes() + b"x")
    with pytest.raises(DatasetError, match="project_rows_damaged"):
        there.project.save(OWNER, [dataset.id], tmp_path / "p.zip")
    assert [path.name for path in tmp_path.glob("*.zip*")] == []
    assert list(tmp_path.glob(".*")) == []


def test_a_project_holds_nothing_of_others(made: Made) -> None:
    there, dataset, _, out = made
    other = there.datasets.import_file(
        "other", write_table(out.with_name("s.csv"), 60), name="Secret"
    )
    again = out.with_name("again.zip")
    there.project.save(OWNER, [], again)
    there.datasets.delete("other", other.id)
    with zipfile.ZipFile(again) as project:
        names = project.namelist()
        text = b"".join(project.read(n) for n in names if n.endswith((".jsonl", ".json")))
    assert [name for name in names if other.id in name] == []
    assert b"Secret" not in text
    assert str(there.settings.home).encode() not in text
    with pytest.raises(NotFoundError):
        there.project.save("other", [dataset.id], again)


def test_too_little_room_is_said_with_numbers(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there, dataset, _, out = made
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5 * 2**20))
    for work in (
        lambda: there.project.save(OWNER, [dataset.id], tmp_path / "p.zip"),
        lambda: there.project.load(OWNER, out),
        lambda: there.project.uploads.open(OWNER, 2**20),
    ):
        with pytest.raises(DatasetError, match="project_disk_short") as raised:
            work()
        assert raised.value.args_of_words["free"] == 5
    assert list(tmp_path.iterdir()) == []


def test_measure_tells_what_would_go_along(made: Made) -> None:
    there, dataset, *_ = made
    size = there.project.measure(OWNER, [dataset.id], with_bases=True)
    assert (size.datasets, size.jobs, size.models, size.bases_mb) == (1, 2, 1, 0)
    assert size.mb > 0


def test_failed_store_leaves_no_files(
    made: Made, here: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, out = made

    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(store_of(here).records, "add", full)
    with pytest.raises(OSError, match="full"):
        here.project.load(OWNER, out)
    assert left(here) == []


def test_pieces_arrive_once_and_in_order(here: Services) -> None:
    uploads = here.project.uploads
    sent = uploads.open(OWNER, 6)
    assert uploads.add(OWNER, sent.id, 0, b"abc").done == 3
    assert uploads.add(OWNER, sent.id, 0, b"abc").done == 3
    assert uploads.add(OWNER, sent.id, 3, b"defg").done == 3
    with pytest.raises(NotFoundError):
        uploads.whole(OWNER, sent.id)
    uploads.add(OWNER, sent.id, 3, b"def")
    assert uploads.whole(OWNER, sent.id).read_bytes() == b"abcdef"
    for key in (sent.id.replace("-", "/"), "..", new_id()):
        with pytest.raises(NotFoundError):
            uploads.look(OWNER, key)
    with pytest.raises(NotFoundError):
        uploads.look("other", sent.id)
    uploads.discard(OWNER, sent.id)
    assert left(here) == []


def test_records_are_plain_lines(made: Made) -> None:
    *_, out = made
    with zipfile.ZipFile(out) as project:
        head = json.loads(project.read("project.json"))
        assert {part["name"] for part in head["parts"]} == set(project.namelist()) - {
            "project.json"
        }
        lines = project.read("points.jsonl").splitlines()
    assert head["v"] == 1
    assert [json.loads(line)["name"] for line in lines] == ["train/loss"]


def test_uploads_of_one_owner_are_few_and_idle_ones_give_way(here: Services) -> None:
    uploads = here.project.uploads
    opened = [uploads.open(OWNER, 6) for _ in range(MOST_OPEN)]
    with pytest.raises(DatasetError) as refused:
        uploads.open(OWNER, 6)
    assert refused.value.key == "projects_many"
    uploads.open("other", 6)
    scratch = here.settings.scratch
    os.utime(scratch / f"project-{opened[3].id}" / FILE, (0, 0))
    uploads.open(OWNER, 6)
    with pytest.raises(NotFoundError):
        uploads.look(OWNER, opened[3].id)
    uploads.look(OWNER, opened[0].id)


def test_uploads_on_their_way_count_against_the_disk(
    here: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = (SPARE_MB + 50) * 2**20
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    here.project.uploads.open(OWNER, 20 * 2**20)
    with pytest.raises(DatasetError) as refused:
        here.project.uploads.open("other", 20 * 2**20)
    assert refused.value.key == "project_disk_short"
