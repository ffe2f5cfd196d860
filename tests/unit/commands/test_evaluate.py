"""`evaluate`, `show`, `doctor` and `report`: what a model is worth, told to machines as numbers and to people as tables."""

import json
from pathlib import Path

import pytest

from tests.fakes.command_shell import Shell


def test_evaluation_holds_each_number_once_with_its_interval(kept: Shell) -> None:
    record = kept.record("evaluate", "first soup")
    assert record["labels"] == ["bad", "good"]
    assert sum(map(sum, record["confusion"])) == record["rows"]
    assert set(record["intervals"]) <= set(record)
    for name, (low, high) in record["intervals"].items():
        assert low <= record[name] <= high
    assert record["accuracy"] > record["baseline"]
    assert [row["label"] for row in record["classes"]] == record["labels"]
    assert sum(row["rows"] for row in record["classes"]) == record["rows"]


def test_people_read_the_sentence_first_then_tables(kept: Shell) -> None:
    record = kept.record("evaluate", "first soup")
    said = kept.run("evaluate", "first soup").out
    assert said.startswith(record["sentence"])
    assert "precision" in said.lower()
    assert f"{record['accuracy']:.4f}" in said
    assert "nan" not in said
    assert [panel["name"] for panel in record["panels"]] == ["roc", "precision-recall"]


def test_sentence_comes_in_the_persons_language(kept: Shell) -> None:
    said = kept.run("evaluate", "first soup", language="zh").out
    assert "每 100 条" in said


def test_job_without_a_model_has_no_results(shell: Shell) -> None:
    job = shell.submit("second soup")
    assert shell.refused("evaluate", job.id)["key"]


def test_page_of_a_model_holds_rows_only_when_asked(kept: Shell, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    assert kept.record("show", "first soup", "--out", str(out))["rows"] == "none"
    assert "lovely warm soup" not in out.read_text("utf-8")
    for option, rows in (("--examples", "examples"), ("--training-rows", "learned")):
        assert kept.record("show", "first soup", "--out", str(out), option)["rows"] == rows
    assert "soup" in out.read_text("utf-8")


def test_page_is_of_a_model_or_of_its_training(kept: Shell, tmp_path: Path) -> None:
    [model] = kept.record("jobs", "show", kept.job.id)["models"]
    pages = []
    for name in (model["id"], kept.job.id, "first soup"):
        out = tmp_path / f"{name}.html"
        assert kept.run("show", name, "--out", str(out)).status == 0
        pages.append(out.read_text("utf-8"))
    assert pages[0] == pages[1] == pages[2]


def test_page_that_cannot_be_written_names_the_place(kept: Shell, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "page.html"
    error = kept.refused("show", "first soup", "--out", str(out))
    assert (error["key"], error["args"]["path"]) == ("page_not_written", str(out))


def test_doctor_names_each_check_and_what_it_found(kept: Shell) -> None:
    said = kept.run("doctor", is_json=True)
    record = json.loads(said.out)
    assert said.status == (0 if record["ok"] else 1)
    assert record["ok"] == all(check["ok"] for check in record["checks"])
    assert all(check["text"] for check in record["checks"])
    table = kept.run("doctor", language="zh").out
    assert len(table.splitlines()) >= len(record["checks"])


def test_report_of_a_job_names_its_files(kept: Shell, tmp_path: Path) -> None:
    out = tmp_path / "report.zip"
    record = kept.record("report", "--out", str(out), "--job", "first soup")
    assert out.is_file()
    assert record["file"] == str(out)
    assert record["files"]
    assert b"lovely warm soup" not in out.read_bytes()


def test_report_needs_a_folder_that_is_there(kept: Shell, tmp_path: Path) -> None:
    error = kept.refused("report", "--out", str(tmp_path / "no" / "r.zip"))
    assert error["key"] == "project_folder_missing"


@pytest.mark.parametrize("option", ["--on", "--beside"])
def test_evaluation_on_what_is_not_there_is_refused(
    kept: Shell, tmp_path: Path, option: str
) -> None:
    assert kept.refused("evaluate", "first soup", option, str(tmp_path / "gone.csv"))["text"]
