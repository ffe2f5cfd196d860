"""On a Space the app listens where the Space looks for it, lets people in apart, and keeps what can be kept."""

from pathlib import Path

import pytest

from bigmodel import settings as module
from bigmodel.settings import Settings


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a Space; returns where its disk would be."""
    monkeypatch.setenv("SPACE_ID", "anna/studio")
    monkeypatch.setenv("SPACE_HOST", "anna-studio.hf.space")
    for name in ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "SPACES_ZERO_GPU"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "SPACE_DISK", tmp_path / "data")
    return tmp_path / "data"


def test_space_is_open_to_all_and_each_alone(space: Path) -> None:
    found = Settings()
    assert (found.host, found.port, found.sign_in) == ("0.0.0.0", 7860, "open")  # noqa: S104
    assert found.hosts == ("anna-studio.hf.space",)
    assert found.is_public
    assert found.forgets


def test_accounts_of_the_hub_are_the_way_in_where_they_are_offered(
    space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTH_CLIENT_ID", "id")
    assert Settings().sign_in == "open", "half of it is of no use"
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "secret")
    assert Settings().sign_in == "hub"
    monkeypatch.setenv("BIGMODEL_SIGN_IN", "open")
    assert Settings().sign_in == "open"


@pytest.mark.parametrize(("told", "is_so"), [("true", True), ("1", True), ("0", False)])
def test_space_on_zero_gpu_only_shows_models(
    space: Path, monkeypatch: pytest.MonkeyPatch, told: str, is_so: bool
) -> None:
    monkeypatch.setenv("SPACES_ZERO_GPU", told)
    assert (Settings().demo_only, Settings().zero_gpu) == (is_so, is_so)
    monkeypatch.setenv("BIGMODEL_DEMO_ONLY", "0")
    assert not Settings().demo_only


def test_disk_of_a_space_keeps_snapshots(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space.mkdir()
    assert Settings().forgets, "a folder of the image is emptied like the rest"
    monkeypatch.setattr(Path, "is_mount", lambda path: path == space)
    monkeypatch.setenv("BIGMODEL_HOME", str(space))
    found = Settings()
    assert found.snapshots == space / "bigmodel-studio"
    assert not found.forgets
    assert found.home != space, "no database on a bucket"


def test_what_is_set_is_kept(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIGMODEL_SIGN_IN", "accounts")
    monkeypatch.setenv("BIGMODEL_HOST", "127.0.0.1")
    found = Settings()
    assert (found.host, found.sign_in) == ("127.0.0.1", "accounts")


def test_closed_home_is_not_used(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert Settings().home.parent != Path.home()


def test_own_computer_is_one_person_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    found = Settings()
    assert (found.host, found.sign_in, found.snapshots) == ("127.0.0.1", "", None)
    assert not found.forgets
