"""Files of jobs by name: what is put is found, and no name leads out of the data folder."""

import re
from pathlib import Path

import pytest

from bigmodel.environment import ROOT
from bigmodel.jobs.artifacts import Artifacts


def test_what_is_put_is_found_opened_and_removed(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path / "home")
    (tmp_path / "fresh").write_bytes(b"weights")
    artifacts.put(tmp_path / "fresh", "jobs/a/1/models/m")
    assert artifacts.exists("jobs/a/1/models/m")
    with artifacts.open("jobs/a/1/models/m") as file:
        assert file.read() == b"weights"
    assert [artifacts.name(path) for path in artifacts.find("a", "*/models/*")] == [
        "jobs/a/1/models/m"
    ]
    artifacts.remove(["jobs/a"])
    assert not artifacts.exists("jobs/a/1/models/m")


@pytest.mark.parametrize("name", ["", ".", "/etc", "../outside", "jobs/../../outside"])
def test_no_name_leads_out_of_the_data_folder(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    (tmp_path / "outside").mkdir()
    home.mkdir()
    with pytest.raises(ValueError, match="no name"):
        Artifacts(home).path(name)
    Artifacts(home).remove([name])
    assert (tmp_path / "outside").exists()
    assert home.exists()


def test_only_artifacts_join_names_of_jobs_to_the_data_folder() -> None:
    joined = re.compile(r"home / (model|saved)\.folder")
    found = {
        path.name
        for path in (ROOT / "bigmodel").rglob("*.py")
        if joined.search(path.read_text("utf-8"))
    }
    assert found == set()
