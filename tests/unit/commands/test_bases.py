"""`bases`: the models to start from, listed, brought and removed without a browser."""

from pathlib import Path
from typing import Any

from tests.fakes.command_shell import Shell
from tests.fakes.tiny_bert import write_tiny_bert


def listed(shell: Shell) -> dict[str, Any]:  # Any: a record of JSON
    return {base["name"]: base for base in shell.record("bases", "list")["bases"]}


def test_list_names_source_licence_and_what_is_here(kept: Shell) -> None:
    bases = listed(kept)
    assert bases["minilm"]["is_here"]
    assert not bases["lite0"]["is_here"]
    assert bases["lite0"]["licence"] == "Apache-2.0"
    assert bases["lite0"]["source"].startswith("wheel:")
    assert {"e5", "whisper-base", "whisper-tiny-en", "ge2e"} <= set(bases)
    said = kept.run("bases", "list", language="zh").out
    assert "需要下载" in said
    assert "图片" in said


def test_own_folder_is_added_and_removed(shell: Shell, tmp_path: Path) -> None:
    added = shell.record("bases", "add", str(write_tiny_bert(tmp_path / "mine")), "--name", "plum")
    assert (added["name"], added["kind"]) == ("plum", "folder")
    assert listed(shell)["plum"]["is_here"]
    assert shell.record("bases", "remove", "plum") == {"removed": "plum"}
    assert "plum" not in listed(shell)
    assert shell.refused("bases", "remove", "plum")["key"] == "base_not_removable"


def test_base_of_a_waiting_training_stays(shell: Shell, tmp_path: Path) -> None:
    shell.run("bases", "add", str(write_tiny_bert(tmp_path / "mine")), "--name", "pear")
    job = shell.services.training.submit("local", shell.dataset, base="pear", name="waits")
    assert shell.refused("bases", "remove", "pear")["key"] == "base_in_use"
    shell.run("jobs", "cancel", job.id)
    assert shell.run("bases", "remove", "pear").status == 0


def test_fetch_without_network_is_one_sentence(kept: Shell) -> None:
    said = kept.run("bases", "fetch", "--all")
    assert said.status == 1
    assert said.err.count("\n") == 1
    assert "BIGMODEL_OFFLINE" in said.err
