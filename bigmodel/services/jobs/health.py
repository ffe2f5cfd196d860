"""What `doctor` looks at: this machine, the data folder and the processes around it; it repairs and changes nothing."""

import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from bigmodel.core.message import Arg, Level, Message
from bigmodel.services.jobs.jobs import JobService
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.store.base import Store

REQUIREMENTS = Path(__file__).parents[3] / "requirements.txt"
PYTHONS = ((3, 11), (3, 13))
LEAST_DISK_GB = 2.0
LEAST_MEMORY_GB = 1.0
SAFE_WAL = (3, 51, 3)  # older SQLite can damage a write-ahead log that several processes share
GPU_S = 10.0


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, named by a key below `health.names.` in the words."""

    name: str
    ok: bool
    message: Message


class HealthService:
    """Looks at everything once, when asked."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def checks(self) -> list[Check]:
        """Return every check, in the order people should read them. May take some seconds (the hub)."""
        looks: tuple[Callable[[], Check], ...] = (
            _python,
            packages,
            self._folder,
            self._disk,
            _memory,
            _cores,
            _gpu,
            *([] if self._settings.database_url else [self._sqlite]),
            self._database,
            self._supervisor,
            self._hub,
        )
        return [look() for look in looks]

    def _folder(self) -> Check:
        home = self._settings.home
        try:
            with tempfile.NamedTemporaryFile(dir=home):
                return _check("folder", "folder_ok", path=str(home))
        except OSError as error:
            reason = error.strerror or str(error)
            return _check("folder", "folder_closed", ok=False, path=str(home), reason=reason)

    def _disk(self) -> Check:
        free_gb = shutil.disk_usage(self._settings.home).free / 2**30
        ok = free_gb >= LEAST_DISK_GB
        key = "disk_ok" if ok else "disk_full"
        return _check("disk", key, ok=ok, free=round(free_gb, 1), least=LEAST_DISK_GB)

    def _sqlite(self) -> Check:
        journal = "-"
        if self._settings.database.is_file():
            with closing(sqlite3.connect(self._settings.database)) as connection:
                journal = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
        if journal not in ("-", "wal"):
            journal = "rollback"  # which kind is each connection's own choice
        ok = journal != "wal" or sqlite3.sqlite_version_info >= SAFE_WAL
        key = "sqlite_ok" if ok else "sqlite_old"
        return _check("sqlite", key, ok=ok, version=sqlite3.sqlite_version, journal=journal)

    def _database(self) -> Check:
        problems = self._store.check()
        if problems:
            return Check("database", ok=False, message=problems[0])
        return _check("database", "database_ok")

    def _supervisor(self) -> Check:
        is_awake = JobService(self._settings, self._store).is_awake()
        return _check("supervisor", "supervisor_awake" if is_awake else "supervisor_asleep")

    def _hub(self) -> Check:
        url = self._settings.hub_url
        if self._settings.offline:
            return _check("hub", "hub_off")
        if BaseModelService(self._settings, self._store).is_reachable():
            return _check("hub", "hub_ok", url=url)
        return _check("hub", "hub_away", level="warning", url=url)


def _python() -> Check:
    ok = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    found = ".".join(map(str, sys.version_info[:3]))
    return _check("python", "python_ok" if ok else "python_other", ok=ok, version=found)


def packages(listing: Path = REQUIREMENTS) -> Check:
    """Compare what is installed with the pins of requirements.txt."""
    if not listing.is_file():
        return _check("packages", "packages_unlisted")
    pins = re.findall(r"^([\w.-]+)==(\S+)", listing.read_text("utf-8"), re.MULTILINE)
    others = [f"{name} {found}" for name, pin in pins if (found := _installed(name)) != pin]
    if others:
        return _check("packages", "packages_other", ok=False, names=", ".join(others))
    return _check("packages", "packages_ok", count=len(pins))


def versions_of_packages(listing: Path = REQUIREMENTS) -> dict[str, str]:
    """Return what is installed of the packages that requirements.txt names."""
    if not listing.is_file():
        return {}
    names = re.findall(r"^([\w.-]+)==", listing.read_text("utf-8"), re.MULTILINE)
    return {name: _installed(name) for name in names}


def _installed(name: str) -> str:
    try:
        return version(name).split("+")[0]  # torch adds its build, as in 2.11.0+cpu
    except PackageNotFoundError:
        return "-"


def _memory() -> Check:
    memory = psutil.virtual_memory()
    ok = memory.available / 2**30 >= LEAST_MEMORY_GB
    return _check(
        "memory",
        "memory_ok" if ok else "memory_short",
        ok=ok,
        free=round(memory.available / 2**30, 1),
        total=round(memory.total / 2**30, 1),
    )


def _cores() -> Check:
    return _check("cores", "cores_ok", count=psutil.cpu_count() or 1)


def _gpu() -> Check:
    """Ask the driver's own tool, because torch must not be loaded here."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return _check("gpu", "gpu_none")
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        run = subprocess.run(query, capture_output=True, text=True, timeout=GPU_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return _check("gpu", "gpu_silent", level="warning")
    return _check("gpu", "gpu_ok", names="; ".join(run.stdout.strip().splitlines()))


def _check(name: str, key: str, *, ok: bool = True, level: Level = "info", **args: Arg) -> Check:
    return Check(name, ok, Message(f"health.{key}", args, level if ok else "error"))
