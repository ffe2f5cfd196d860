"""A check-up runs in a child, is kept with its version, can be stopped, and its repairs can be undone."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bigmodel.core.datasets.checkup import Checkup, Example, Finding, Repair, Report
from bigmodel.core.datasets.dataset import Dataset, Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.checkup.run import REPORT
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets import checkup as module
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.patience import PATIENCE_S


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore()


@pytest.fixture
def service(settings: Settings, store: ScratchStore) -> CheckupService:
    return CheckupService(settings, store, ClassService(settings, store))


@pytest.fixture
def dataset(settings: Settings, store: ScratchStore, tmp_path: Path) -> Dataset:
    path = tmp_path / "rows.csv"
    lines = [f"this is <b>row</b> {at} of many,{'good' if at % 2 else 'bad'}" for at in range(80)]
    path.write_text("\n".join(["text,label", *lines, lines[1], "one more,G\u043e\u043ed"]), "utf-8")
    return DatasetService(settings, store).import_file("me", path)


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def finding(kind: str, repair: Repair, **more: object) -> Finding:
    return Finding(kind, 50, 1, (Example("x"),), repair=repair, **more)  # type: ignore[arg-type]


def keep(settings: Settings, dataset: Dataset, *findings: Finding) -> None:
    """Keep a report with the newest version, as a check-up does."""
    report = Report(findings, dataset.version.summary.rows, 3, 0.1)
    place = settings.home / dataset.version.folder / REPORT
    place.write_text(json.dumps(report.to_json()), "utf-8")


def test_report_is_kept_with_the_version(service: CheckupService, dataset: Dataset) -> None:
    assert service.look("me", dataset.id) == Checkup()
    service.start("me", dataset.id)
    until(lambda: service.look("me", dataset.id).report is not None)
    report = service.look("me", dataset.id).report
    assert report is not None
    assert report.rows == 82
    assert {"noise_html", "duplicates", "labels_alike"} <= {each.kind for each in report.findings}


def test_stop_ends_the_child_at_the_next_it_says(
    service: CheckupService, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[float] = []

    def run(_settings: Settings, _version: object, hear: Callable[[float], None]) -> None:
        while True:
            heard.append(time.monotonic())
            hear(0.3)
            time.sleep(0.01)

    monkeypatch.setattr(module, "run_checkup", run)
    service.start("me", dataset.id)
    until(lambda: service.look("me", dataset.id).share == 0.3)
    service.stop("me", dataset.id)
    asked = time.monotonic()
    until(lambda: service.look("me", dataset.id).error is not None)
    assert sum(said > asked for said in heard) <= 1
    error = service.look("me", dataset.id).error
    assert error is not None
    assert error.key == "checkup.stopped"


def test_rows_left_out_come_back_with_undo(
    settings: Settings, service: CheckupService, dataset: Dataset
) -> None:
    keep(settings, dataset, finding("duplicates", Repair.DROP, rows=(1, 80)))
    preview = service.preview("me", dataset.id, "duplicates")
    assert (preview.changed, preview.rows) == (2, 80)
    made = service.repair("me", dataset.id, "duplicates").version
    assert (made.number, made.summary.rows) == (2, 80)
    assert service.look("me", dataset.id).undo == "duplicates"
    back = service.undo("me", dataset.id).version
    assert (back.number, back.digest) == (3, dataset.version.digest)
    assert service.look("me", dataset.id).undo == ""
    report = service.look("me", dataset.id).report
    assert report is not None  # of the version that was there before
    with pytest.raises(DatasetError, match="checkup_no_undo"):
        service.undo("me", dataset.id)


def test_cleaning_changes_what_is_read_and_keeps_what_came(
    settings: Settings, service: CheckupService, dataset: Dataset
) -> None:
    keep(settings, dataset, finding("noise_html", Repair.CLEAN, steps=("html", "repeats")))
    preview = service.preview("me", dataset.id, "noise_html")
    assert preview.before_after[0] == ("this is <b>row</b> 0 of many", "this is row 0 of many")
    made = service.repair("me", dataset.id, "noise_html").version
    assert made.recipe.cleaning == ("html", "repeats")
    rows = load_rows(settings.home / made.folder)
    assert rows["input"][0] == "this is row 0 of many"
    assert rows["col.text"][0] == "this is <b>row</b> 0 of many"
    before = load_rows(settings.home / dataset.version.folder)
    assert rows["split"] == before["split"]


def test_rows_added_later_are_cleaned_too(
    settings: Settings,
    store: ScratchStore,
    service: CheckupService,
    dataset: Dataset,
    tmp_path: Path,
) -> None:
    keep(settings, dataset, finding("noise_html", Repair.CLEAN, steps=("html", "repeats")))
    service.repair("me", dataset.id, "noise_html")
    more = tmp_path / "more.csv"
    more.write_text(
        "text,label\nthis is <i>row</i> 0 of many,bad\n<u>another one</u>,good\n", "utf-8"
    )
    grown = AppendService(settings, store, SimpleNamespace()).add_rows("me", dataset.id, more)  # type: ignore[arg-type]
    assert (grown.added, grown.growth.repeated) == (1, 1)
    assert "another one" in load_rows(settings.home / grown.dataset.version.folder)["input"]


def test_steps_can_be_put_on_and_off(
    settings: Settings, service: CheckupService, dataset: Dataset
) -> None:
    preview = service.preview_cleaning("me", dataset.id, ["repeats", "html"])
    assert (preview.changed, preview.rows) == (81, 82)
    made = service.clean("me", dataset.id, ["repeats", "html"]).version
    assert made.recipe.cleaning == ("html", "repeats")
    back = service.clean("me", dataset.id, []).version
    assert load_rows(settings.home / back.folder)["input"][0] == "this is <b>row</b> 0 of many"


def test_classes_become_one(settings: Settings, service: CheckupService, dataset: Dataset) -> None:
    keep(
        settings,
        dataset,
        finding("labels_alike", Repair.RELABEL, relabel={"G\u043e\u043ed": "good"}),
    )
    made = service.repair("me", dataset.id, "labels_alike").version
    assert set(made.summary.classes) == {"good", "bad"}
    assert set(service.undo("me", dataset.id).version.summary.classes) == {
        "good",
        "bad",
        "G\u043e\u043ed",
    }


def test_class_that_means_no_answer_is_read_as_none(
    settings: Settings, service: CheckupService, dataset: Dataset
) -> None:
    keep(settings, dataset, finding("no_answer_kept", Repair.ANSWER, relabel={"bad": ""}))
    assert service.preview("me", dataset.id, "no_answer_kept").before_after == (("bad", ""),)
    keep(settings, dataset, finding("no_answer_read", Repair.ANSWER, relabel={"bad": "bad"}))
    assert service.preview("me", dataset.id, "no_answer_read").before_after == (("", "bad"),)
    keep(settings, dataset, finding("no_answer_kept", Repair.ANSWER, relabel={"bad": ""}))
    made = service.repair("me", dataset.id, "no_answer_kept").version
    assert "bad" not in made.summary.classes
    assert made.summary.unlabelled_rows == dataset.version.summary.classes["bad"]
    assert "bad" in service.undo("me", dataset.id).version.summary.classes


def test_group_is_in_one_part_after_the_new_split(
    settings: Settings, service: CheckupService, dataset: Dataset
) -> None:
    rows = tuple(range(82))
    groups = tuple(at % 9 for at in rows)
    keep(settings, dataset, finding("leak_group", Repair.SPLIT, rows=rows, groups=groups))
    made = service.repair("me", dataset.id, "leak_group").version
    parts = load_rows(settings.home / made.folder)["split"]
    for group in range(9):
        assert len({parts[at] for at in rows if groups[at] == group} - {Split.NONE}) <= 1
    assert {Split.TRAIN, Split.TEST, Split.VALIDATION} <= set(parts)
    assert made.recipe.split_by == "leak_group"


def test_finding_that_is_gone_is_refused(service: CheckupService, dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="checkup_gone"):
        service.repair("me", dataset.id, "duplicates")
