"""Files of this machine as a reader gets them: those of a tray, and those of a folder; no link is followed."""

import os
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Given
from bigmodel.services.datasets.upload_session import UploadSession


def of_tray(tray: UploadSession) -> list[Given]:
    """Return the files that lie in a tray."""
    return [Given(item.path, item.place, item.text) for item in tray.items]


def of_folder(folder: Path) -> list[Given]:
    """Return the files of a folder by their names from there.

    Raises:
        DatasetError: `file_missing`.
    """
    if not folder.is_dir():
        raise DatasetError("file_missing", name=folder.name)
    found = []
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                found.append(Given(path.relative_to(folder).as_posix(), path.resolve()))
    return found
