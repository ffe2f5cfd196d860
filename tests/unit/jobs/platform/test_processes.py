"""Processes of jobs: who they are, what they import, how they are called."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from bigmodel.environment import ROOT, environment
from bigmodel.jobs.launchers import socket_file
from bigmodel.jobs.platform.identity import identify
from bigmodel.jobs.platform.process import kill_group
from bigmodel.jobs.presence import try_lock
from bigmodel.services.jobs.jobs import JobService
from bigmodel.settings import Settings
from bigmodel.store.values import Deleted
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import quick_settings

WORKER = """
import json, sys
from bigmodel.jobs import warm
from bigmodel.jobs.worker import worker
from bigmodel.tasks import find_tasks
find_tasks()
print(json.dumps(sorted(sys.modules)))
"""
WEB = """
import json, sys
from bigmodel.services.jobs import jobs
from bigmodel.jobs import __main__
from bigmodel.jobs.supervisor import supervisor
print(json.dumps(sorted(sys.modules)))
"""


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_no_worker_can_open_the_database() -> None:
    found = modules_after(WORKER)
    assert not {"sqlalchemy", "sqlite3", "alembic", "gradio"} & found
    assert not {name for name in found if name.startswith("bigmodel.store")}


@pytest.mark.slow
def test_supervisor_and_service_load_nothing_heavy() -> None:
    heavy = {"torch", "transformers", "accelerate", "sklearn", "scipy", "gradio"}
    assert heavy & modules_after(WEB) == set()


def test_identity_is_more_than_a_number() -> None:
    me = identify()
    assert me.is_alive
    assert not replace(me, started=me.started - 60, ticks=0).is_alive
    assert not replace(me, ticks=me.ticks - 1).is_alive or not me.ticks
    assert not replace(me, boot="another").is_alive


def test_clock_that_was_set_makes_nobody_dead() -> None:
    me = identify()
    assert replace(me, started=me.started + 86_400).is_alive or not me.ticks


def test_own_group_is_never_ended() -> None:
    with pytest.raises(ValueError, match="not the group of a worker"):
        kill_group(os.getpgrp())


def test_lock_is_held_by_one(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert try_lock(first)
    assert not try_lock(second)
    first.release()
    assert try_lock(second)


def test_forked_worker_does_not_keep_the_lock_of_its_parent(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert try_lock(lock)
    hold, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.read(hold, 1)
        os._exit(0)
    os.close(hold)
    assert not try_lock(FileLock(tmp_path / "lock"))
    lock.release()
    assert try_lock(FileLock(tmp_path / "lock"))  # the child lives
    os.close(go)
    os.waitpid(child, 0)


def test_socket_works_below_a_long_path(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30) / ("path" * 10)
    folder.mkdir(parents=True)
    server = socket_file.listen(folder, "a.sock")
    if os.fork() == 0:
        connection, _ = server.accept()
        socket_file.send(connection, {"heard": socket_file.receive(connection)["say"]})
        os._exit(0)
    server.close()
    assert socket_file.ask(folder, "a.sock", {"say": "hello"}) == {"heard": "hello"}
    os.wait()


def test_processes_get_the_settings_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    settings = quick_settings(tmp_path / "home", workers=2, language="zh")
    given = environment(settings)
    assert "HF_TOKEN" not in given
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_threads_of_all_children_sleep_while_they_wait(tmp_path: Path) -> None:
    given = environment(quick_settings(tmp_path / "home"), 2)
    assert (given["OMP_WAIT_POLICY"], given["KMP_BLOCKTIME"]) == ("PASSIVE", "0")
    code = "import os, torch; print(os.environ['OMP_WAIT_POLICY'], torch.get_num_threads())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=given, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["PASSIVE", "2"]


def test_deleting_a_job_deletes_its_files_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = quick_settings(tmp_path / "home")
    for folder in (settings.jobs / "a", settings.jobs / "b", tmp_path / "outside"):
        folder.mkdir(parents=True)
    store = ScratchStore()
    gone = Deleted(jobs=("a",), folders=("jobs/a", "../outside", "."))
    monkeypatch.setattr(store.jobs, "delete", lambda owner, job_id: gone)
    JobService(settings, store).delete("local", "a")
    assert not (settings.jobs / "a").exists()
    assert (settings.jobs / "b").exists()
    assert (tmp_path / "outside").exists()
