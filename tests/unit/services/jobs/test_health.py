"""What doctor finds on this machine and on odd ones."""

import importlib.metadata
from pathlib import Path

import pytest

from bigmodel.core.language import LANGUAGES
from bigmodel.core.message import Message
from bigmodel.services.jobs.health import Check, HealthService, packages
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes.scratch_store import ScratchStore


class DamagedStore(ScratchStore):
    def check(self) -> list[Message]:
        return [Message("health.database_ok", {}, "error")]


def checks(settings: Settings, store: ScratchStore | None = None) -> dict[str, Check]:
    found = HealthService(settings, store or ScratchStore()).checks()
    return {check.name: check for check in found}


def test_every_finding_has_words_in_both_languages(settings: Settings) -> None:
    words = load_words()
    for check in checks(settings).values():
        for language in LANGUAGES:
            assert words.say(language, check.message)
            assert words.text(language, f"health.names.{check.name}")


def test_missing_folder_is_not_well(settings: Settings, tmp_path: Path) -> None:
    gone = settings.model_copy(update={"home": tmp_path / "gone"})
    with pytest.raises(FileNotFoundError):
        (tmp_path / "gone").stat()
    check = HealthService(gone, ScratchStore())._folder()
    assert (check.ok, check.message.key) == (False, "health.folder_closed")


def test_damaged_database_is_told(settings: Settings) -> None:
    assert not checks(settings, DamagedStore())["database"].ok


def test_offline_hub_is_no_trouble(settings: Settings) -> None:
    check = checks(settings)["hub"]
    assert (check.ok, check.message.key) == (True, "health.hub_off")


def test_other_version_of_a_package_is_named(tmp_path: Path) -> None:
    listing = tmp_path / "requirements.txt"
    listing.write_text("# pins\npsutil==0.0.1\nno-such-package==1.0\n")
    check = packages(listing)
    assert not check.ok
    names = str(check.message.args["names"])
    assert names == f"psutil {importlib.metadata.version('psutil')}, no-such-package -"


def test_graphics_card_is_named_by_its_driver(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'Fast Card, 24576 MiB'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert checks(settings)["gpu"].message.args["names"] == "Fast Card, 24576 MiB"


def test_silent_driver_is_no_failure(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nexit 9\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    check = checks(settings)["gpu"]
    assert (check.ok, check.message.key) == (True, "health.gpu_silent")
