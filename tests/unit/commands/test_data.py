"""`data …`: tables come in, are shown, counted, added to and deleted; what cannot be is told with its fix."""

import csv
from pathlib import Path

import pytest

from bigmodel.commands import data
from tests.fakes.command_shell import Shell
from tests.fakes.journey import OWNER, write_table
from tests.fakes.media import packed, picture


def test_imported_table_is_described(shell: Shell, tmp_path: Path) -> None:
    table = write_table(tmp_path / "other.csv", 60)
    said = shell.run("data", "import", str(table), "--name", "other soup")
    assert said.status == 0
    assert "other soup" in said.out
    assert "good" in said.out
    record = shell.record("data", "show", "other soup")
    assert (record["text"], record["label"], record["rows"]) == ("text", "label", 60)
    assert record["classes"] == {"good": 30, "bad": 30}


def test_columns_are_named_by_the_person(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    lines = [f"{n},a long text that is read {n},{'xy'[n % 2]},{'ab'[n % 2]}" for n in range(60)]
    path.write_text("\n".join(["id,said,other,mood", *lines]), "utf-8")
    made = shell.record("data", "import", str(path), "--text", "said", "--label", "other")
    assert (made["text"], made["label"], sorted(made["classes"])) == ("said", "other", ["x", "y"])


def test_numbers_are_said_as_they_were_read(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    lines = [f'a room of kind {n} by the lake,"{1000 + 50 * n:,}"' for n in range(60)]
    path.write_text("\n".join(["description,price", *lines]), "utf-8")
    said = shell.run("data", "import", str(path), "--label", "price").out
    assert "numbers from 1,000 to 3,950" in said
    assert "1,050" not in said


def test_task_that_the_data_cannot_be_used_for_is_told_as_on_the_page(
    shell: Shell, tmp_path: Path
) -> None:
    table = write_table(tmp_path / "other.csv", 60)
    args = ("data", "import", str(table), "--task")
    assert "cannot be used for" in shell.run(*args, "image_classification").out
    made = shell.record(*args, "image_classification")
    assert "pages.data.task_unfit" in [problem["key"] for problem in made["problems"]]
    assert "cannot be used for" not in shell.run(*args, "text_classification").out


def test_class_in_file_names_is_asked_and_answered(shell: Shell, tmp_path: Path) -> None:
    names = [f"{animal}_{n}.png" for animal in ("cat", "dog") for n in range(8)]
    path = packed(tmp_path / "animals.zip", {name: picture(n) for n, name in enumerate(names)})
    asked = shell.refused("data", "import", str(path))
    assert "1: cat (8), dog (8)" in asked["text"]
    made = shell.record("data", "import", str(path), "--name-part", "1")
    assert made["classes"] == {"cat": 8, "dog": 8}
    unsorted = shell.record("data", "import", str(path), "--no-label")
    assert (unsorted["rows"], unsorted["classes"]) == (16, {})


def test_refused_table_names_every_problem_with_its_fix(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_text("text,label\n" + "a text,same\n" * 60, "utf-8")
    error = shell.refused("data", "import", str(path))
    assert error["problems"]
    assert all(problem["text"] for problem in error["problems"])
    assert [item["name"] for item in shell.record("data", "list")["datasets"]] == ["soup"]


def test_file_that_is_not_there_is_named(kept: Shell, tmp_path: Path) -> None:
    error = kept.refused("data", "import", str(tmp_path / "nowhere.csv"))
    assert "nowhere.csv" in error["text"]


def test_list_counts_rows_and_classes(kept: Shell) -> None:
    [item] = kept.record("data", "list")["datasets"]
    assert (item["dataset"], item["name"], item["version"]) == (kept.dataset, "soup", 1)
    assert sum(item["split_rows"].values()) == item["usable_rows"] == 120
    assert "120" in kept.run("data", "list").out


def test_first_rows_are_shown_in_one_line_each(kept: Shell) -> None:
    said = kept.run("data", "show", "soup").out.splitlines()
    rows = [line for line in said if line.startswith("  ") and "text=" in line]
    assert len(rows) == data.PREVIEW_ROWS
    assert kept.record("data", "show", "soup")["preview"]["total"] == 120


def test_rows_are_added_and_repeated_ones_counted(shell: Shell, tmp_path: Path) -> None:
    table = write_table(tmp_path / "more.csv", 160)  # the first 120 are here already
    added = shell.record("data", "add", "soup", str(table))
    assert (added["version"], added["added"], added["repeated"]) == (2, 40, 120)
    assert added["rows"] == 160
    assert shell.record("data", "show", "soup")["version"] == 2


def test_labels_of_each_class_are_counted(kept: Shell) -> None:
    counted = kept.record("data", "labels", "soup")
    assert {c["name"]: (c["count"], c["by_hand"]) for c in counted["classes"]} == {
        "good": (60, 0),
        "bad": (60, 0),
    }
    assert "good" in kept.run("data", "labels", "soup").out


def test_own_table_is_written_with_a_label_beside_each_row(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    record = shell.record("data", "export", "soup", "--out", str(out))
    assert (record["files"], record["rows"], record["own"]) == (1, 120, 120)
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 120


def test_export_to_an_unknown_kind_is_not_understood(kept: Shell, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        kept.run("data", "export", "soup", "--out", str(tmp_path / "out.pdf"))
    assert left.value.code == 2


def test_deleted_dataset_takes_its_trainings_along(shell: Shell) -> None:
    record = shell.record("data", "delete", "soup")
    assert (record["deleted"], record["jobs"]) == (shell.dataset, [shell.job.id])
    assert len(record["models"]) == 1
    assert shell.record("data", "list") == {"datasets": []}
    assert shell.refused("data", "show", "soup")["key"] == "dataset_unnamed"


@pytest.mark.parametrize(("answer", "is_there"), [("no", True), ("", True), ("yes", False)])
def test_somebody_at_a_keyboard_is_asked_before_a_delete(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, is_there: bool
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    assert shell.run("data", "delete", "soup").status == 0
    assert bool(shell.services.datasets.all(OWNER)) is is_there


def test_name_of_several_datasets_is_refused(shell: Shell, tmp_path: Path) -> None:
    write_table(tmp_path / "soup.csv", 60)
    shell.services.datasets.import_file(OWNER, tmp_path / "soup.csv", name="soup")
    assert shell.refused("data", "show", "soup")["key"] == "name_of_several"


def test_rows_are_parted_by_a_column_and_measured(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "spoken.csv"
    lines = [f"{'nice' if n % 2 else 'poor'} talk {n},{'ab'[n % 2]},s{n % 12}" for n in range(120)]
    path.write_text("\n".join(["text,label,speaker", *lines]), "utf-8")
    shell.run("data", "import", str(path), "--name", "spoken")
    assert shell.record("data", "split", "spoken")["choices"] == ["group:speaker"]
    found = shell.record("data", "split", "spoken", "--group", "speaker", "--measure")
    assert (found["rows"], found["matters"]) == (120, False)
    made = shell.record("data", "split", "spoken", "--group", "speaker")
    assert (made["version"], sum(made["split_rows"].values())) == (2, 120)
    assert shell.record("data", "split", "spoken", "--test", str(path))["version"] == 3
    assert "nobody" in shell.refused("data", "split", "spoken", "--group", "nobody")["text"]


def test_files_are_parted_by_a_word_of_their_names(shell: Shell, tmp_path: Path) -> None:
    names = [f"{'ab'[n % 2]}/{n}_{('ann', 'bob', 'cy', 'di')[n // 2 % 4]}.png" for n in range(48)]
    made = {name: picture(number) for number, name in enumerate(names)}
    path = packed(tmp_path / "shots.zip", made)
    shell.run("data", "import", str(path), "--name", "shots")
    assert "--name-part 2: 4 groups" in shell.run("data", "split", "shots").out
    parted = shell.record("data", "split", "shots", "--name-part", "2")["split_rows"]
    assert sum(parted.values()) == 48
    assert all(rows % 12 == 0 for rows in parted.values())  # whole people


def test_gaps_are_listed_filled_and_left_out(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    lines = [f"{'' if n % 9 == 2 else f'tea {n}'},{'ab'[n % 2]}" for n in range(72)]
    path.write_text("\n".join(["text,label", *lines]), "utf-8")
    shell.run("data", "import", str(path), "--text", "text", "--label", "label")
    [column] = shell.record("data", "fill", "gaps")["columns"]
    assert (column["name"], column["empty"], column["ways"]) == ("text", 8, ["drop", "value"])
    seen = shell.record("data", "fill", "gaps", "--column", "text", "--value", "none", "--dry")
    assert (seen["changed"], seen["shown"][0]) == (8, ["", "none"])
    made = shell.record("data", "fill", "gaps", "--column", "text", "--value", "none")
    assert (made["version"], made["rows"]) == (2, 72)
    assert shell.record("data", "fill", "gaps", "--column", "text", "--drop")["rows"] == 64
    assert "No cell is empty" in shell.run("data", "fill", "gaps").out


def test_data_are_checked_cleaned_and_brought_back(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "dirty.csv"
    lines = [f"<b>tea</b> number {n} of many,{'ab'[n % 2]}" for n in range(60)]
    path.write_text("\n".join(["text,label", *lines]), "utf-8")
    shell.run("data", "import", str(path), "--text", "text", "--label", "label")
    kinds = {each["kind"] for each in shell.record("data", "check", "dirty")["findings"]}
    assert "noise_html" in kinds
    seen = shell.record("data", "check", "dirty", "--repair", "noise_html", "--dry")
    assert (seen["changed"], seen["shown"][0][1]) == (60, "tea  number 0 of many")
    assert shell.record("data", "check", "dirty", "--repair", "noise_html")["version"] == 2
    assert shell.record("data", "check", "dirty", "--undo")["version"] == 3
    assert shell.record("data", "clean", "dirty", "--steps", "html,repeats")["version"] == 4
    assert "grammar" in shell.refused("data", "clean", "dirty", "--steps", "grammar")["text"]
