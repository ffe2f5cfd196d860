"""Making a version that is written known to the store, or taking its folder away again; it writes no rows."""

import shutil
from collections.abc import Callable

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.services.people.limits import Limits
from bigmodel.settings import Settings
from bigmodel.store.base import Store


def keep_dataset(settings: Settings, store: Store, dataset: Dataset) -> None:
    """Store a new dataset with its first version.

    Raises:
        DatasetError: `disk_grown`.
    """

    def add() -> None:
        Limits(settings, store).check_kept(dataset.owner, settings.home / dataset.version.folder)
        store.datasets.add(dataset)

    keep(settings, dataset.version, add)


def keep_version(settings: Settings, store: Store, owner: str, version: Version) -> Dataset:
    """Store the next version of a dataset, and return the dataset.

    Raises:
        DatasetError: `disk_limited`.
    """

    def add() -> None:
        Limits(settings, store).check_upload(
            owner
        )  # the version lies in the dataset's folder by now
        store.datasets.add_version(owner, version)

    keep(settings, version, add)
    return store.datasets.get(owner, version.dataset_id)


def keep(settings: Settings, version: Version, add: Callable[[], None]) -> None:
    """Call `add`; where it fails, nothing of the version stays on disk."""
    try:
        add()
    except BaseException:
        shutil.rmtree(settings.home / version.folder, ignore_errors=True)
        raise
