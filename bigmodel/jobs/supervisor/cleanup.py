"""Removes from the data folder what belongs to nothing; it must never touch what is registered, young, or older than a going back to a copy."""

import logging
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from bigmodel.core.job import Job, State
from bigmodel.jobs.artifacts import Artifacts, job_name
from bigmodel.jobs.attempt_folder import DRAFTS
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.recovery import restored_at

log = logging.getLogger(__name__)

KEPT = ("forecasts", "hub")  # of the scratch folder: caches that hold nothing of anybody's data
COPIES = (
    "gradio/*/",
    "downloads/*",
    "demo/*/*",
    "talks/*/*",
    "sheets/*",
)  # of uploads, and of what was made of data
YOUNG_S = 6 * 3600.0  # an import that still runs, or files that somebody looks at


def sweep_drafts(settings: Settings, job_id: str) -> None:
    """Delete half-written files of a job; none of its workers may be alive."""
    for draft in DRAFTS:
        _remove(Artifacts(settings.home).find(job_id, f"*/{draft}"))


def sweep_checkpoints(settings: Settings, job: Job) -> None:
    """Delete checkpoints of earlier attempts that newer ones replaced."""
    artifacts = Artifacts(settings.home)
    known = {artifacts.path(saved.folder) for saved in job.saved}
    places = artifacts.find(job.id, "*/checkpoints/[0-9]*")
    _remove(p for p in places if p not in known and p.parts[-3] != str(job.token))


def sweep_ended(settings: Settings, store: Store, job: Job) -> None:
    """Delete what a finished job does not need: unannounced or replaced models, and checkpoints.

    The last checkpoint of a training that succeeded stays, so that it can be trained further.
    """
    artifacts = Artifacts(settings.home)
    kept = {artifacts.path(each.folder) for each in store.models.list_all(job.owner, job.id)}
    if job.state == State.SUCCEEDED:
        kept |= {artifacts.path(saved.folder) for saved in job.saved[:1]}
    for pattern in ("*/models", "*/checkpoints"):
        for folder in artifacts.find(job.id, pattern):
            _remove(path for path in folder.iterdir() if path not in kept)
            if not any(folder.iterdir()):
                folder.rmdir()


def sweep_orphans(settings: Settings, store: Store, young_s: float = YOUNG_S) -> int:
    """Delete orphan folders, stale temporary files and leftovers of finished jobs; return the count of the first two."""
    before = time.time() - young_s
    found = [path for path in _orphans(settings, store) if _touched_at(path) < before]
    if (restored := restored_at(settings)) is not None:
        found = [path for path in found if _touched_at(path) > restored.timestamp()]
    old = [path for path in _scratch(settings) if _touched_at(path) < before]
    _remove([*found, *old])
    for job in store.inventory().jobs.values():
        if job.is_final and Artifacts(settings.home).exists(job_name(job.id)):
            sweep_ended(settings, store, job)
    return len(found) + len(old)


def remove_copies(settings: Settings) -> None:
    """Delete all finished copies that pages and demos made of data; running uploads stay."""
    _remove(path for pattern in COPIES for path in settings.scratch.glob(pattern))


def _scratch(settings: Settings) -> list[Path]:
    """Return the files of one reading, one question, one download: all but caches that are kept."""
    shared = {pattern.split("/")[0]: pattern.rstrip("/") for pattern in COPIES}
    found: list[Path] = []
    for path in settings.scratch.glob("*"):
        pattern = shared.get(path.name)
        found += settings.scratch.glob(pattern) if pattern else [path]
    return [path for path in found if path.name not in KEPT]


def _orphans(settings: Settings, store: Store) -> list[Path]:
    """Return orphan folders. The disk is listed before the rows, so a row that is added meanwhile is never missed."""
    datasets = list(settings.datasets.glob("*"))
    versions = list(settings.datasets.glob("*/[0-9]*"))
    jobs = list(settings.jobs.glob("*"))
    stored = store.inventory()
    known = {settings.home / folder for folder in stored.versions}
    alone = [path for path in datasets if path.name not in stored.datasets]
    alone += [p for p in versions if p.parent.name in stored.datasets and p not in known]
    return alone + [path for path in jobs if path.name not in stored.jobs]


def _touched_at(path: Path) -> float:
    """Return when anything in a folder was last changed."""
    return max((_time(each) for each in (path, *path.rglob("*"))), default=0.0)


def _time(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        log.info("swept %s", path)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
