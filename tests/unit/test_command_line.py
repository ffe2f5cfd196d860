"""The command line: from a file to answers, and what it says when something is off."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bigmodel.__main__ import main
from tests.patience import PATIENCE_S
from tests.server import ROOT, Studio

GOOD = ("lovely soup", "kind waiter", "fresh bread", "warm room", "quick service")
BAD = ("cold soup", "rude waiter", "stale bread", "dirty room", "slow service")


@dataclass
class Shell:
    """Runs commands on one data folder."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "BIGMODEL_HOME": str(self.home),
            "BIGMODEL_OFFLINE": "1",
            "BIGMODEL_WARM": "0",
            "BIGMODEL_LANGUAGE": "en",
            **more,
        }

    def start(self, *arguments: str) -> Any:
        """Run a command that needs other processes as one of its own, and return its record."""
        done = subprocess.run(
            [sys.executable, "-m", "bigmodel", *arguments, "--json"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            timeout=PATIENCE_S,
            env=os.environ | self.environment(),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in this process, as a process of its own would."""
        out, err = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            for name, value in self.environment(**environment).items():
                patch.setenv(name, value)
            status = main(arguments)
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())

    def record(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


def write_reviews(path: Path, rows: int = 120) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "mood"])
        for number in range(rows):
            phrases, mood = ((GOOD, "good"), (BAD, "bad"))[number % 2]
            first, second = phrases[number % 5], phrases[number // 5 % 5]
            writer.writerow([f"{first} and {second}, visit {number}", mood])
    return path


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    Studio(home).stop()


@pytest.fixture(scope="module")
def trained(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The record of a training on a file that was imported on the way."""
    file = write_reviews(tmp_path_factory.mktemp("in") / "reviews.csv")
    record: dict[str, Any] = shell.start("train", str(file), "--base", "instant", "--wait")
    return record


@pytest.mark.slow
def test_training_from_a_file_ends_with_a_model(trained: dict[str, Any]) -> None:
    assert trained["state"] == "succeeded"
    assert trained["job"]
    assert [model["kept"] for model in trained["models"]] == [True]


@pytest.mark.slow
def test_evaluation_has_the_promised_numbers(shell: Shell, trained: dict[str, Any]) -> None:
    record = shell.record("evaluate", trained["job"])
    assert record["labels"] == ["bad", "good"]
    assert 0.9 <= record["accuracy"] <= 1
    assert record["accuracy"] > record["baseline"]
    assert record["macro_f1"] > record["baseline"]
    assert record["roc_auc"] > 0.9
    assert sum(map(sum, record["confusion"])) == record["rows"] == 12


@pytest.mark.slow
def test_several_columns_are_trained_measured_and_answered_at_once(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "visits.csv"
    rows = [
        ((GOOD, "good") if n % 2 else (BAD, "bad"), ("Monday", "Friday")[n // 2 % 2])
        for n in range(120)
    ]
    lines = [f"{said[n % 5]} on {day} {n},{mood},{day}" for n, ((said, mood), day) in enumerate(rows)]  # fmt: skip
    file.write_text("\n".join(["review,mood,day", *lines]), "utf-8")
    trained = shell.start("train", str(file), "--targets", "mood,day", "--base", "instant", "--wait")  # fmt: skip
    record = shell.record("evaluate", trained["job"])
    assert [one["column"] for one in record["columns"]] == ["mood", "day"]
    for one in record["columns"]:
        assert one["measures"]["accuracy"] == 1
        assert one["guess"]["accuracy"] < 0.7
        assert one["apart"]["accuracy"] == 1
        assert one["verdict"] == "same"
    cost = record["cost"]
    assert cost["parameters"] < cost["parameters_apart"]
    assert cost["seconds"] > 0 < cost["seconds_apart"]
    asked = shell.start("predict", trained["job"], "lovely soup on Friday")
    answers = asked["predictions"][0]["answers"]
    assert {name: one["label"] for name, one in answers.items()} == {"mood": "good", "day": "Friday"}  # fmt: skip


@pytest.mark.slow
def test_evaluation_on_another_file_counts_its_rows(
    shell: Shell, trained: dict[str, Any], tmp_path: Path
) -> None:
    file = write_reviews(tmp_path / "others.csv", 60)
    assert shell.start("evaluate", trained["job"], "--on", str(file))["rows"] == 60


@pytest.mark.slow
def test_grown_data_is_trained_again_and_compared(
    shell: Shell, trained: dict[str, Any], tmp_path: Path
) -> None:
    file = write_reviews(tmp_path / "more.csv", 200)
    added = shell.record("data", "add", trained["dataset"], str(file))
    assert (added["version"], added["added"], added["repeated"]) == (2, 80, 120)
    again = shell.start("train", trained["dataset"], "--base", "instant", "--wait")
    beside = shell.start("evaluate", again["job"], "--beside", trained["job"])
    low, high = beside["measures"]["accuracy"]["difference"][1:]
    assert low <= 0 <= high
    assert beside["rows"] == shell.record("evaluate", again["job"])["rows"] > 12


@pytest.mark.slow
def test_prediction_names_label_and_probabilities(shell: Shell, trained: dict[str, Any]) -> None:
    texts = ["lovely soup and kind waiter", "rude waiter and dirty room"]
    answers = shell.start("predict", trained["job"], *texts)["predictions"]
    assert [answer["label"] for answer in answers] == ["good", "bad"]
    assert sum(answers[0]["probabilities"].values()) == pytest.approx(1)


@pytest.mark.slow
def test_table_comes_back_answered(shell: Shell, trained: dict[str, Any], tmp_path: Path) -> None:
    file, out = write_reviews(tmp_path / "in.csv", 60), tmp_path / "out.csv"
    record = shell.start("predict", trained["name"], "--file", str(file), "--out", str(out))
    classes = {"bad": 30, "good": 30}
    counts = {"rows": 60, "empty": 0, "unasked": 0}
    assert record == {"out": str(out)} | counts | {"classes": classes}
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert all(row["label"] == row["mood"] for row in rows)


@pytest.mark.slow
def test_own_file_comes_back_with_own_labels(shell: Shell, tmp_path: Path) -> None:
    file, out = write_reviews(tmp_path / "own.csv", 120), tmp_path / "out.csv"
    shell.record("data", "import", str(file))
    record = shell.record("data", "export", "own", "--out", str(out))
    assert (record["rows"], record["answered"], record["own"]) == (120, 120, 120)
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [(row["label"], row["certainty"]) for row in rows] == [(r["mood"], "") for r in rows]


@pytest.mark.slow
def test_model_is_written_as_a_package(
    shell: Shell, trained: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "model.zip"
    record = shell.record("export", trained["name"], "--out", str(out))
    assert record == {"package": str(out), "sort": "model", "bytes": out.stat().st_size}
    with zipfile.ZipFile(out) as package:
        assert "predict.py" in package.namelist()
    refused = shell.run("export", trained["name"], "--onnx", "--out", str(out), "--json")
    assert (refused.returncode, "onnx_no_network" in refused.stdout) == (1, True)


@pytest.mark.slow
def test_page_to_show_holds_no_rows(shell: Shell, trained: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    record = shell.record("show", trained["name"], "--out", str(out))
    assert record == {"page": str(out), "rows": "none"}
    page = out.read_text("utf-8")
    assert "Of 100 new examples" in page
    assert not any(phrase in page for phrase in (*GOOD, *BAD))


@pytest.mark.slow
def test_jobs_are_listed_and_shown(shell: Shell, trained: dict[str, Any]) -> None:
    assert trained["job"] in [job["job"] for job in shell.record("jobs", "list")["jobs"]]
    shown = shell.run("jobs", "show", trained["job"])
    assert shown.returncode == 0
    assert "done" in shown.stdout
    cancelled = shell.run("jobs", "cancel", trained["job"])
    assert "was over already" in cancelled.stdout


@pytest.mark.slow
def test_people_get_tables_in_their_language(shell: Shell, trained: dict[str, Any]) -> None:
    shown = shell.run("jobs", "list", "--lang", "zh")
    assert "已完成" in shown.stdout
    assert trained["job"] in shown.stdout


@pytest.mark.slow
def test_dataset_lives_from_import_to_deletion(shell: Shell, tmp_path: Path) -> None:
    file = write_reviews(tmp_path / "short.csv", 60)
    made = shell.record("data", "import", str(file), "--name", "mine")
    assert (made["name"], made["text"], made["label"]) == ("mine", "review", "mood")
    assert made["dataset"] in [item["dataset"] for item in shell.record("data", "list")["datasets"]]
    assert shell.record("data", "show", "mine")["preview"]["total"] == 60
    assert shell.record("data", "delete", "mine")["deleted"] == made["dataset"]
    gone = shell.run("data", "show", made["dataset"])
    assert gone.returncode == 1


@pytest.mark.slow
def test_labels_by_hand_are_counted_and_needed(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "unsorted.csv"
    path.write_text("\n".join(["text", *(f"a word {n}" for n in range(20))]), "utf-8")
    made = shell.record("data", "import", str(path))["dataset"]
    found = shell.record("data", "labels", made)
    assert (found["classes"], found["to_sort"], found["enough"]) == ([], 20, False)
    refused = shell.run("train", made, "--json")
    assert refused.returncode == 1
    assert "no_labels_yet" in refused.stdout


@pytest.mark.slow
def test_refused_file_exits_with_problem_and_fix(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("text,label\n" + "hello,same\n" * 60)
    done = shell.run("data", "import", str(file), "--json")
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error["key"]
    assert error["problems"]
    assert error["text"] in done.stderr.replace("\n", " ")


def test_wrong_setting_of_the_environment_is_named(shell: Shell) -> None:
    done = shell.run("data", "list", BIGMODEL_PORT="many")
    assert done.returncode == 1
    assert "BIGMODEL_PORT=many" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_dataset_says_how_to_find_one(shell: Shell) -> None:
    done = shell.run("train", "nothing", "--lang", "zh")
    assert done.returncode == 1
    assert "data list" in done.stderr
    assert "没有" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["train"],
        ["train", "x", "--preset", "slow"],
        ["train", "x", "--set", "epochs"],
        ["predict", "x"],
        ["predict", "x", "text", "--file", "in.csv", "--out", "out.csv"],
        ["predict", "x", "--file", "in.csv"],
        ["predict", "x", "--file", "in.csv", "--out", "out.pdf"],
    ],
)
def test_what_is_not_understood_exits_two(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BIGMODEL_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.slow
def test_doctor_finds_this_machine_well(shell: Shell) -> None:
    done = shell.run("doctor", "--json")
    record = json.loads(done.stdout)
    names = {check["name"] for check in record["checks"]}
    assert {"python", "packages", "folder", "sqlite", "database", "supervisor"} <= names
    assert done.returncode == (0 if record["ok"] else 1)


@pytest.mark.slow
def test_cancelled_training_is_no_success(shell: Shell, tmp_path: Path) -> None:
    file = write_reviews(tmp_path / "long.csv", 120)
    long = ("--set", "epochs=200", "--set", "patience=0")  # another command is up before it ends
    job = shell.start("train", str(file), "--base", "scratch", "--preset", "thorough", *long)
    shell.start("jobs", "cancel", job["job"])
    assert shell.record("jobs", "show", job["job"])["wish"] == "cancel"
