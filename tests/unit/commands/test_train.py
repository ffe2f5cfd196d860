"""`train`: what is submitted, from a dataset or a file, and what stops it before anything is queued."""

from dataclasses import replace
from pathlib import Path

import pytest

from bigmodel.__main__ import parsed
from bigmodel.commands.parser import Grammar
from bigmodel.core.job import State
from tests.fakes.agreed import speaker
from tests.fakes.command_shell import Shell
from tests.fakes.journey import OWNER, write_table
from tests.fakes.spoken import write_spoken


def test_training_of_a_dataset_waits_in_the_line(shell: Shell) -> None:
    record = shell.record("train", "soup", "--base", "scratch", "--preset", "fast")
    assert (record["state"], record["base"], record["preset"]) == ("queued", "scratch", "fast")
    assert record["place"] == 1
    assert shell.services.jobs.get(OWNER, record["job"]).via == "terminal"


def test_file_is_imported_on_the_way(shell: Shell, tmp_path: Path) -> None:
    table = write_table(tmp_path / "other.csv", 60)
    record = shell.record("train", str(table), "--base", "instant", "--name", "of a file")
    assert record["name"] == "of a file"
    made = shell.record("data", "show", record["dataset"])
    assert (made["rows"], made["version"]) == (60, record["dataset_version"])


def test_folder_is_taken_by_its_plain_name(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "plays"
    folder.mkdir()
    for number in range(3):
        said = "\n\n".join(f"A line about tree {number}{at} by the river." for at in range(20))
        (folder / f"{number}.txt").write_text(said, "utf-8")
    monkeypatch.chdir(tmp_path)
    record = shell.record("train", "plays", "--base", "instant", "--task", "text_generation")
    assert record["task"] == "text_generation"
    assert shell.refused("train", "player", "--base", "instant")["key"] == "dataset_unnamed"


def test_texts_may_stand_behind_an_option(kept: Shell) -> None:
    grammar = Grammar(kept.services.words, "en").build()
    args = parsed(grammar, ["predict", "x", "one", "--dial", "seed=1", "two", "--json", "three"])
    assert args.text == ["one", "two", "three"]
    with pytest.raises(SystemExit):
        parsed(grammar, ["predict", "x", "one", "--no-such-thing"])
    with pytest.raises(SystemExit):
        parsed(grammar, ["train", "x", "--text", "column", "--json", "further"])


def test_settings_and_budget_reach_the_job(shell: Shell) -> None:
    record = shell.record(
        "train", "soup", "--base", "scratch", "--set", "epochs=7", "seed=3", "--budget", "90"
    )
    params = record["params"]
    assert (params["epochs"], params["seed"], params["budget_s"]) == (7, 3, 90)


@pytest.mark.parametrize("setting", ["epochs=0", "epochs=many", "no_such_setting=1"])
def test_wrong_setting_is_named_and_nothing_queued(shell: Shell, setting: str) -> None:
    error = shell.refused("train", "soup", "--base", "scratch", "--set", setting)
    assert setting.partition("=")[0] in str(error["problems"])
    assert len(shell.record("jobs", "list")["jobs"]) == 1


def test_unknown_base_and_task_are_refused(kept: Shell) -> None:
    assert kept.refused("train", "soup", "--base", "no-such-base")["text"]
    assert kept.refused("train", "soup", "--task", "no_such_task")["text"]


def test_dataset_without_labels_is_sorted_first(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("\n".join(["text", *(f"a word {n}" for n in range(20))]), "utf-8")
    made = shell.record("data", "import", str(path))
    assert shell.refused("train", made["dataset"])["key"] == "no_labels_yet"


def test_people_are_told_the_name_and_the_id(shell: Shell) -> None:
    said = shell.run("train", "soup", "--base", "instant", "--name", "third soup")
    [job] = [j for j in shell.services.jobs.all(OWNER, 10, 0) if j.state == State.QUEUED]
    assert "third soup" in said.out
    assert job.id in said.out


def test_names_are_counted_where_none_is_given(shell: Shell) -> None:
    names = [shell.record("train", "soup", "--base", "instant")["name"] for _ in range(2)]
    assert len(set(names)) == 2


def test_voice_waits_for_a_sentence_that_the_terminal_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = speaker(tmp_path, monkeypatch)
    shell = Shell(replace(anna.services, consents=anna.consents))
    voice = ("train", anna.dataset.id, "--task", "speech_synthesis")
    said = shell.run(*voice, "--base", "scratch", "--set", "epochs=3")
    assert (
        "--base scratch --preset balanced --set epochs=3 --consent FILE" in said.out
    )  # as a person copies it
    anna.ears.asked = anna.consents.newest(OWNER, anna.dataset.id)
    assert anna.ears.asked
    assert anna.ears.asked.sentence in said.out
    assert said.status == 1
    recording = str(write_spoken(tmp_path / "said.wav", "ab no"))
    anna.ears.told = {"likeness": 0.6}
    assert "0.60" in shell.run(*voice, "--consent", recording).out
    assert shell.services.jobs.all(OWNER, 10, 0) == []
    anna.ears.told = {}
    assert "has not agreed yet" in shell.run(*voice, "--forecast").out
    timed = shell.record(*voice, "--base", "instant", "--forecast", "--consent", recording)
    assert timed["is_rough"] is False
    anna.ears.asked = anna.consents.ask(OWNER, anna.dataset.id, "en")
    recording = str(write_spoken(tmp_path / "again.wav", "ab no"))
    assert shell.record(*voice, "--consent", recording)["state"] == "queued"


def test_recording_of_no_sentence_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = speaker(tmp_path, monkeypatch)
    shell = Shell(replace(anna.services, consents=anna.consents))
    recording = str(write_spoken(tmp_path / "said.wav", "ab no"))
    voice = ("train", anna.dataset.id, "--task", "speech_synthesis", "--consent", recording)
    assert shell.refused(*voice)["key"] == "consent_old"
