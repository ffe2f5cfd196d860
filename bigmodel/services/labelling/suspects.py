"""Labels that look wrong: looked for in the background by a child, decided one by one, written as one next version."""

import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.gain import LabelGain
from bigmodel.core.labelling.suspects import Decision, Doubts
from bigmodel.data.checkup.repair import note_repair, noted_repair
from bigmodel.data.checkup.run import has_classes
from bigmodel.data.versions.revise import without_rows
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.label_check import FOUND
from bigmodel.services.datasets.checkup import Run
from bigmodel.services.labelling.child import found_by
from bigmodel.services.labelling.measuring import Measuring
from bigmodel.settings import Settings
from bigmodel.store.base import Store

log = logging.getLogger(__name__)

CHILD = "bigmodel.jobs.label_check"
GAIN = "bigmodel.jobs.label_gain"
REPAIR = "suspects"  # how a version says that these decisions made it


class SuspectService:
    """Doubtful labels of the datasets of all owners. `task_of` names the task that classifies a version's rows."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        task_of: Callable[[Version], str],
        settle: Callable[[str, str], Dataset],
    ) -> None:
        self._settings, self._store = settings, store
        self._task_of, self._settle = task_of, settle
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()  # of the runs and of the files of decisions
        self._turn = threading.Semaphore(1)
        self._gains = Measuring(
            settings, GAIN, LabelGain.from_json, lambda _, said: LabelGain(error=said)
        )

    def can_look(self, dataset: Dataset) -> bool:
        """Tell whether labels of a dataset can be doubted: there are classes, and a task for them."""
        return has_classes(dataset.version) and bool(self._task_of(dataset.version))

    def is_applied(self, dataset: Dataset) -> bool:
        """Tell whether decisions on doubtful labels made the newest version."""
        return noted_repair(self._settings.home / dataset.version.folder)[0] == REPAIR

    def look(self, owner: str, dataset_id: str) -> tuple[Doubts | None, float | None]:
        """Return what was found in the newest version, and the share that is done while it is looked for."""
        version = self._store.datasets.get(owner, dataset_id).version
        known = self._known(version)
        run = self._runs.get(dataset_id)
        if known is not None or run is None or run.version != version.number:
            return known, None
        return (Doubts(error=run.error), None) if run.is_done else (None, run.share)

    def start(self, owner: str, dataset_id: str) -> None:
        """Look for doubtful labels of the newest version in the background, unless that is under way."""
        dataset = self._settle(owner, dataset_id)
        if not self.can_look(dataset):
            raise DatasetError("suspects_no_classes")
        with self._lock:
            run = self._runs.get(dataset_id)
            if run is not None and not run.is_done and run.version == dataset.version.number:
                return
            if run is not None:
                run.stopped.set()
            fresh = self._runs[dataset_id] = Run(dataset.version.number)
        threading.Thread(
            target=self._find, args=(dataset.version, fresh), name="suspects", daemon=True
        ).start()

    def stop(self, owner: str, dataset_id: str) -> None:
        """End the search that is under way."""
        self._store.datasets.get(owner, dataset_id)
        if run := self._runs.get(dataset_id):
            run.stopped.set()

    def decide(self, owner: str, dataset_id: str, row_id: str, decision: str) -> Doubts:
        """Keep what a person says of a doubtful label: a `Decision`, or the class it becomes; "" takes it back.

        Raises:
            DatasetError: `checkup_gone`, or `class_unknown`.
        """
        version = self._store.datasets.get(owner, dataset_id).version
        with self._lock:
            known = self._known(version)
            if known is None or all(one.row_id != row_id for one in known.suspects):
                raise DatasetError("checkup_gone")
            if decision and decision not in (*known.labels, *Decision):
                raise DatasetError("class_unknown", label=decision)
            decisions = {row: of for row, of in known.decisions.items() if row != row_id}
            if decision:
                decisions[row_id] = decision
            found = replace(known, decisions=decisions)
            attempt_folder.write_json(self._path(version), found.to_json())
        return found

    def apply(self, owner: str, dataset_id: str) -> Dataset:
        """Make the next version with all changes and removals that were decided.

        Raises:
            DatasetError: `suspects_undecided`, where nothing is to change; or the rows cannot be trained on.
        """
        before = self._store.datasets.get(owner, dataset_id).version
        known = self._known(before) or Doubts()
        version = self._settle(owner, dataset_id).version
        gone = {row for row, of in known.decisions.items() if of == Decision.REMOVE}
        labels = {row: of for row, of in known.decisions.items() if of in known.labels}
        if not gone and not labels:
            raise DatasetError("suspects_undecided")
        made = without_rows(self._settings, version, version.number + 1, gone, labels=labels)
        try:
            self._store.datasets.add_version(owner, made)
        except BaseException:
            shutil.rmtree(self._settings.home / made.folder, ignore_errors=True)
            raise
        note_repair(self._settings, made, REPAIR, version.number)
        self._follow(owner, dataset_id, labels)
        return self._store.datasets.get(owner, dataset_id)

    # what they bring ----------------------------------------------------------------------------

    def measure_gain(self, owner: str, dataset_id: str) -> None:
        """Measure in the background what the decisions that made the newest version bring to the instant model.

        Raises:
            DatasetError: `suspects_undecided`, where none made it.
        """
        version = self._settle(owner, dataset_id).version
        kind, number = noted_repair(self._settings.home / version.folder)
        if kind != REPAIR:
            raise DatasetError("suspects_undecided")
        before = self._store.datasets.version(owner, dataset_id, number)
        asked = {"task": self._task_of(version), "dataset": version.folder, "before": before.folder}
        self._gains.start(version, asked)

    def stop_gain(self, owner: str, dataset_id: str) -> None:
        """End the measuring that is under way."""
        self._store.datasets.get(owner, dataset_id)
        self._gains.stop(dataset_id)

    def gain(self, owner: str, dataset_id: str) -> tuple[LabelGain | None, float | None]:
        """Return what the decisions bring, and the share that is done while it is measured."""
        return self._gains.look(self._store.datasets.get(owner, dataset_id).version)

    # parts ------------------------------------------------------------------------------------

    def _follow(self, owner: str, dataset_id: str, labels: dict[str, str]) -> None:
        """Let rows that were sorted by hand follow, so that sorting does not bring the old labels back."""
        sorted_rows = self._store.labels.get(owner, dataset_id).labels
        for row_id, label in labels.items():
            if row_id in sorted_rows:
                self._store.labels.put(owner, dataset_id, row_id, label, is_even=False)
        change = self._store.labels.get(owner, dataset_id).change
        if sorted_rows:
            self._store.labels.set_written(owner, dataset_id, change)

    def _find(self, version: Version, run: Run) -> None:
        try:
            asked = {"task": self._task_of(version), "dataset": version.folder}
            with self._turn:
                found = found_by(self._settings, CHILD, asked, run)
            if found and self._path(version).parent.is_dir():  # else the dataset was deleted
                attempt_folder.write_json(self._path(version), found)
        except Exception:  # (the outermost call of this thread)
            log.exception("dataset %s: doubtful labels could not be looked for", version.dataset_id)
            run.error = DatasetError("reader_broken").message
        finally:
            run.is_done = True

    def _known(self, version: Version) -> Doubts | None:
        record = attempt_folder.read_json(self._path(version))
        return Doubts.from_json(record) if record else None

    def _path(self, version: Version) -> Path:
        """Return where it is kept: with its version."""
        return self._settings.home / version.folder / FOUND
