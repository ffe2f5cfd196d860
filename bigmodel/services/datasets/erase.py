"""Removes from the disk what went from the store, and every copy that was made of it; it must never leave the data folder, nor take a folder that holds those of others."""

import shutil

from bigmodel.jobs.supervisor.cleanup import remove_copies
from bigmodel.settings import Settings
from bigmodel.store.values import Deleted


def erase(settings: Settings, deleted: Deleted) -> None:
    """Delete the folders of what was deleted, then all uploads, downloads and previews: any of them may hold its rows."""
    home = settings.home.resolve()
    for name in deleted.folders:
        folder = (home / name).resolve()
        if home in folder.parent.parents:  # never a folder of all data sets or all jobs
            shutil.rmtree(folder, ignore_errors=True)
    remove_copies(settings)
