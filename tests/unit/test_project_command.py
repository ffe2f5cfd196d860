"""`project save`, `project load` and `report`, called in this process."""

import json
from pathlib import Path

import pytest

from bigmodel.__main__ import main
from bigmodel.services.studio import open_services
from bigmodel.settings import Settings
from tests.fakes.journey import OWNER, run_here, write_table


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two data folders, the first with a dataset; commands run on the first."""
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    monkeypatch.setenv("BIGMODEL_OFFLINE", "1")
    monkeypatch.setenv("BIGMODEL_HOME", str(tmp_path / "one"))
    services = open_services(Settings(home=tmp_path / "one", offline=True))
    services.datasets.import_file(OWNER, write_table(tmp_path / "t.csv", 60), name="soup")
    return tmp_path


def test_a_project_goes_from_one_folder_to_another(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(home / "p.zip")
    assert main(["project", "save", "--out", out, "soup", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["datasets"] == 1
    monkeypatch.setenv("BIGMODEL_HOME", str(home / "two"))
    assert main(["project", "load", out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["datasets"] == ["soup"]
    assert main(["project", "load", out, "--lang", "zh"]) == 0
    assert "已经在这里" in capsys.readouterr().out


def test_wrong_uses_are_explained(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(home / "p.zip")
    for wrong in ([], ["soup", "--all"]):
        with pytest.raises(SystemExit) as left:
            main(["project", "save", "--out", out, *wrong])
        assert left.value.code == 2
    assert main(["project", "load", str(home / "t.csv"), "--lang", "en"]) == 1
    assert main(["project", "save", "--out", str(home / "no" / "p.zip"), "--all"]) == 1
    assert "no saved project" in capsys.readouterr().err


def test_a_report_names_what_is_in_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--out", str(home / "r.zip"), "--json"]) == 0
    assert "doctor.txt" in json.loads(capsys.readouterr().out)["files"]
    assert (home / "r.zip").is_file()
    assert main(["report", "--out", str(home / "no" / "r.zip")]) == 1
    assert main(["report", "--out", str(home / "r.zip"), "--job", "nothing"]) == 1
