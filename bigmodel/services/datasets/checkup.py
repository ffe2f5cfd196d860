"""The check-up of datasets: looked at in the background, one at a time; each repair is a version that can be undone."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.checkup import Checkup, Finding, Repair, RepairPreview, Report
from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.checkup.media_cleaning import bounds_of
from bigmodel.data.checkup.repair import (
    make_repair,
    note_repair,
    noted_repair,
    preview_cleaning,
    preview_repair,
    restored,
    with_cleaning,
)
from bigmodel.data.checkup.run import kept_report, run_checkup
from bigmodel.services.datasets.keep import keep_version
from bigmodel.settings import Settings
from bigmodel.store.base import Store

log = logging.getLogger(__name__)

# Returns a dataset whose newest version holds all labels that were given by hand.
Settle = Callable[[str, str], Dataset]


class Renaming(Protocol):
    """What gives classes other names, and says which labels are classes."""

    def rename(self, owner: str, dataset_id: str, names: Mapping[str, str], /) -> Dataset:
        """Return the dataset with its next version."""

    def read_as(self, owner: str, dataset_id: str, relabel: Mapping[str, str], /) -> Dataset:
        """Return the dataset with its next version, labels as they came read as others."""


class Stopped(Exception):
    """Somebody stopped the check-up."""


@dataclass
class Run:
    """A look at a version's rows that is under way or just ended."""

    version: int
    share: float = 0.0
    error: Message | None = None
    is_done: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)


class CheckupService:
    """Check-ups of the datasets of all owners."""

    def __init__(
        self, settings: Settings, store: Store, classes: Renaming, settle: Settle | None = None
    ) -> None:
        self._settings, self._store, self._classes = settings, store, classes
        self._settle = settle or store.datasets.get
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()  # of the runs
        self._turn = threading.Semaphore(1)  # one child at a time: it may use a core for a while

    def look(self, owner: str, dataset_id: str) -> Checkup:
        """Return where the check-up of the newest version stands."""
        version = self._store.datasets.get(owner, dataset_id).version
        folder = self._settings.home / version.folder
        undo, _ = noted_repair(folder)
        report = kept_report(folder)
        with self._lock:
            run = self._runs.get(dataset_id)
        if report is not None or run is None or run.version != version.number:
            return Checkup(report, undo=undo)
        share = None if run.is_done else run.share
        return Checkup(None, share, run.error, undo)

    def start(self, owner: str, dataset_id: str, *, again: bool = False) -> None:
        """Look at the newest version in the background, unless that was done or is under way."""
        version = self._store.datasets.get(owner, dataset_id).version
        if not again and kept_report(self._settings.home / version.folder) is not None:
            return
        with self._lock:
            run = self._runs.get(dataset_id)
            is_known = run is not None and run.version == version.number
            if run is not None and is_known and not (run.is_done and again):
                return
            if run is not None:
                run.stopped.set()
            fresh = self._runs[dataset_id] = Run(version.number)
        name = f"checkup-{dataset_id}"
        threading.Thread(target=self._run, args=(version, fresh), name=name, daemon=True).start()

    def stop(self, owner: str, dataset_id: str) -> None:
        """End the check-up that is under way; its child is gone within a moment."""
        self._store.datasets.get(owner, dataset_id)
        with self._lock:
            run = self._runs.get(dataset_id)
        if run is not None:
            run.stopped.set()

    def preview(self, owner: str, dataset_id: str, kind: str) -> RepairPreview:
        """Return what the button of a finding would change.

        Raises:
            DatasetError: `checkup_gone`.
        """
        version, finding = self._found(owner, dataset_id, kind)
        return preview_repair(self._settings, version, finding)

    def repair(self, owner: str, dataset_id: str, kind: str) -> Dataset:
        """Make the next version as the button of a finding says; no file of the person is touched.

        Raises:
            DatasetError: `checkup_gone`; or what is left cannot be trained on.
        """
        before, finding = self._found(owner, dataset_id, kind)
        self._settle(owner, dataset_id)
        version, finding = self._found(owner, dataset_id, kind, before=before)
        if finding.repair == Repair.RELABEL:
            made = self._classes.rename(owner, dataset_id, finding.relabel).version
        elif finding.repair == Repair.ANSWER:
            made = self._classes.read_as(owner, dataset_id, finding.relabel).version
        else:
            made = make_repair(self._settings, version, finding)
            keep_version(self._settings, self._store, owner, made)
        note_repair(self._settings, made, kind, version.number)
        return self._store.datasets.get(owner, dataset_id)

    def preview_cleaning(self, owner: str, dataset_id: str, steps: Sequence[str]) -> RepairPreview:
        """Return how texts, pictures or recordings would change that are cleaned by these steps and no others.

        Raises:
            DatasetError: there is no such step, or it does not suit the data.
        """
        version = self._store.datasets.get(owner, dataset_id).version
        return preview_cleaning(self._settings, version, steps)

    def bound(self, owner: str, dataset_id: str) -> tuple[str, ...]:
        """Return what keeps pictures or recordings from being cleaned or cut: keys of errors, nothing where nothing does."""
        recipe = self._store.datasets.get(owner, dataset_id).version.recipe
        return bounds_of(recipe)

    def clean(
        self,
        owner: str,
        dataset_id: str,
        steps: Sequence[str],
        progress: OnShare | None = None,
    ) -> Dataset:
        """Make the next version with texts, pictures or recordings cleaned by these steps; what came is kept beside.

        Raises:
            DatasetError: there is no such step, it does not suit the data, or what is left cannot be trained on.
        """
        version = self._settle(owner, dataset_id).version
        made = with_cleaning(self._settings, version, steps, progress)
        keep_version(self._settings, self._store, owner, made)
        note_repair(self._settings, made, "cleaning", version.number)
        return self._store.datasets.get(owner, dataset_id)

    def undo(self, owner: str, dataset_id: str) -> Dataset:
        """Make the version before the last repair the newest once more.

        Raises:
            DatasetError: `checkup_no_undo`.
        """
        version = self._store.datasets.get(owner, dataset_id).version
        kind, number = noted_repair(self._settings.home / version.folder)
        if not kind:
            raise DatasetError("checkup_no_undo")
        before = self._store.datasets.version(owner, dataset_id, number)
        made = restored(self._settings, before, version.number + 1)
        return keep_version(self._settings, self._store, owner, made)

    # parts ------------------------------------------------------------------------------------

    def _run(self, version: Version, run: Run) -> None:
        def hear(share: float) -> None:
            run.share = share
            if run.stopped.is_set():
                raise Stopped

        try:
            with self._turn:
                hear(0.0)
                run_checkup(self._settings, version, hear)
        except Stopped:
            run.error = Message("checkup.stopped")
        except DatasetError as error:
            run.error = error.message
        except Exception:  # (the outermost call of this thread)
            log.exception("dataset %s: the check-up broke", version.dataset_id)
            run.error = DatasetError("reader_broken").message
        finally:
            run.is_done = True

    def _found(
        self, owner: str, dataset_id: str, kind: str, *, before: Version | None = None
    ) -> tuple[Version, Finding]:
        """Return the newest version and one of its findings.

        Labels by hand that were written since leave the rows where they were: then the report of the
        version `before` holds too.
        """
        version = self._store.datasets.get(owner, dataset_id).version
        report: Report | None = kept_report(self._settings.home / version.folder)
        if report is None and before is not None:
            report = kept_report(self._settings.home / before.folder)
        finding = report.find(kind) if report else None
        if finding is None or not finding.repair:
            raise DatasetError("checkup_gone")
        return version, finding
