"""How rows are parted, as a person chooses: by groups or by time; and what that does to a score. It trains nothing itself."""

from collections.abc import Callable

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.datasets.splits import AT_RANDOM, GIVEN, TIME, SplitChoice, SplitDifference
from bigmodel.core.errors import DatasetError
from bigmodel.data.checkup.repair import note_repair
from bigmodel.data.checkup.run import has_classes
from bigmodel.data.versions.revise import (
    split_anew,
    split_as_bound,
    split_by_groups,
    split_by_time,
)
from bigmodel.data.versions.split_columns import given_by, groups_by, split_choices, times_by
from bigmodel.services.datasets.checkup import Settle
from bigmodel.services.datasets.keep import keep_version
from bigmodel.services.labelling.measuring import Measuring
from bigmodel.settings import Settings
from bigmodel.store.base import Store

CHILD = "bigmodel.jobs.split_check"
REPAIR = "split"  # how a version says that this made it


class SplitService:
    """Splits of the datasets of all owners. `task_of` names the task that classifies a version's rows."""

    def __init__(
        self, settings: Settings, store: Store, task_of: Callable[[Version], str], settle: Settle
    ) -> None:
        self._settings, self._store = settings, store
        self._task_of, self._settle = task_of, settle
        self._measuring = Measuring(
            settings,
            CHILD,
            SplitDifference.from_json,
            lambda key, said: SplitDifference(key, error=said),
        )

    def choices(self, dataset: Dataset) -> list[SplitChoice]:
        """Return by what the rows of a dataset may be parted, the likeliest first."""
        version = dataset.version
        return split_choices(self._settings.home / version.folder, version)

    def can_measure(self, dataset: Dataset) -> bool:
        """Tell whether the instant model can say what a split does: there are classes, and a task for them."""
        return has_classes(dataset.version) and bool(self._task_of(dataset.version))

    def part(self, owner: str, dataset_id: str, key: str) -> Dataset:
        """Make the next version, parted by the key of a choice, or at random.

        Raises:
            DatasetError: `split_column`, `split_no_groups`, `split_no_parts`, `split_no_times`, `split_day_or_month`.
        """
        version = self._settle(owner, dataset_id).version
        folder, number = self._settings.home / version.folder, version.number + 1
        if key == AT_RANDOM:
            made = split_anew(self._settings, version, number)
        elif key.startswith(f"{TIME}:"):
            times = times_by(folder, key)
            made = split_by_time(self._settings, version, number, times, name=key)
        elif key.startswith(f"{GIVEN}:"):
            given = given_by(folder, key)
            made = split_as_bound(self._settings, version, number, given, name=key)
        else:
            groups = groups_by(folder, key)
            made = split_by_groups(self._settings, version, number, groups, name=key)
        keep_version(self._settings, self._store, owner, made)
        note_repair(self._settings, made, REPAIR, version.number)
        return self._store.datasets.get(owner, dataset_id)

    # the difference -----------------------------------------------------------------------------

    def start(self, owner: str, dataset_id: str, key: str) -> None:
        """Measure in the background what a choice does to the score of the instant model.

        Raises:
            DatasetError: `suspects_no_classes`.
        """
        dataset = self._settle(owner, dataset_id)
        if not self.can_measure(dataset):
            raise DatasetError("suspects_no_classes")
        version = dataset.version
        asked = {"task": self._task_of(version), "dataset": version.folder, "key": key}
        self._measuring.start(version, asked, key)

    def stop(self, owner: str, dataset_id: str) -> None:
        """End the measuring that is under way."""
        self._store.datasets.get(owner, dataset_id)
        self._measuring.stop(dataset_id)

    def look(self, owner: str, dataset_id: str) -> tuple[SplitDifference | None, float | None]:
        """Return what was measured of the newest version, and the share that is done while it is under way."""
        return self._measuring.look(self._store.datasets.get(owner, dataset_id).version)
