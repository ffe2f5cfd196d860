"""What child processes of this app see of the environment: the settings, and nothing that is secret."""

import os
from collections.abc import Collection
from pathlib import Path

from bigmodel.settings import Settings

ROOT = Path(__file__).parents[1]
BARE = ("PATH", "LANG", "TMPDIR", "SYSTEMROOT")
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TZ",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
    "CUDA_VISIBLE_DEVICES",
    "COVERAGE_PROCESS_START",
)

# Threads of a training that wait for each other sleep. Where they spin instead, one busy program on the machine
# makes all steps many times slower: a thread spins away the time of the one that it waits for.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}


def environment(settings: Settings, threads: int = 0, *, has_store: bool = False) -> dict[str, str]:
    """Return the whole environment of a child; only who opens the store gets the password of a database server."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    ours = {
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
        **WAITING,
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
    }
    if threads:
        ours["OMP_NUM_THREADS"] = str(threads)
    hidden = () if has_store else ("database_url",)
    return kept | ours | _as_variables(settings, hidden)


def bare_environment(**ours: str) -> dict[str, str]:
    """Return the environment of a child that reads what a person brought: no settings, no home, no secret."""
    kept = {name: os.environ[name] for name in BARE if name in os.environ}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | ours


def threads_each(settings: Settings) -> int:
    """Return how many processor threads a worker may use, so that all workers together fit the machine."""
    return settings.threads or max(1, _cores() // settings.workers)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _as_variables(settings: Settings, hidden: Collection[str]) -> dict[str, str]:
    """Return settings the way `Settings` reads them."""
    prefix = settings.model_config.get("env_prefix", "")
    variables = {}
    for name, value in settings.model_dump().items():
        if value is None or name in hidden:
            continue
        if isinstance(value, tuple):
            text = os.pathsep.join(map(str, value))
        else:
            text = str(int(value)) if isinstance(value, bool) else str(value)
        variables[f"{prefix}{name}".upper()] = text
    return variables
