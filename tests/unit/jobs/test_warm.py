"""The warm process and who asks it: one of another version starts no worker, and whoever was told to leave leaves."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel import __version__
from bigmodel.jobs.launchers import socket_file
from bigmodel.jobs.launchers import warm as launcher
from bigmodel.jobs.launchers.warm import SOCKET, WarmLauncher
from bigmodel.jobs.warm import Warm
from bigmodel.settings import Settings
from tests.fakes.workshop import quick_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(launcher, "is_possible", lambda settings: True)
    monkeypatch.setattr(WarmLauncher, "_begin", lambda self: None)
    return quick_settings(tmp_path / "home", warm=True)


@pytest.fixture
def warm(settings: Settings) -> Iterator[Warm]:
    """A warm process without the imports, served by a thread."""
    server = socket_file.listen(settings.run, SOCKET)
    found, is_over = Warm(settings, server), threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            found.serve(0.02)

    thread = threading.Thread(target=serve)
    thread.start()
    yield found
    is_over.set()
    thread.join()
    server.close()


def test_warm_process_of_this_version_is_ready(settings: Settings, warm: Warm) -> None:
    assert WarmLauncher(settings).is_ready()
    assert not warm.is_over


def test_warm_process_of_another_version_is_told_to_leave(
    settings: Settings, warm: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "__version__", f"{__version__}.1")
    assert not WarmLauncher(settings).is_ready()
    assert warm.is_over


def test_whoever_was_told_to_leave_stays_no_longer_for_a_ping(
    settings: Settings, warm: Warm
) -> None:
    asked = WarmLauncher(settings)
    asked.close()
    assert not asked.is_ready()
    assert warm.is_over
