"""Where answers lie until they are taken along, and how they are packed."""

import shutil
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.settings import Settings

DOWNLOAD_S = 86_400.0  # they lie this long


def fresh_download(settings: Settings, name: str) -> Path:
    """Return a fresh path of this name where the page may offer a file, and delete expired ones."""
    downloads = settings.scratch / "downloads"
    for folder in downloads.glob("*/"):
        if time.time() - folder.stat().st_mtime > DOWNLOAD_S:
            shutil.rmtree(folder, ignore_errors=True)
    folder = downloads / new_id()
    folder.mkdir(mode=0o700, parents=True)
    return folder / name


@contextmanager
def written(out: Path) -> Iterator[None]:
    """Tell in a person's words that the block could not write."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatasetError("table_not_written", path=str(out), reason=reason) from error


@contextmanager
def scratch_folder(scratch: Path) -> Iterator[Path]:
    """Yield a fresh folder that goes when the block ends."""
    folder = scratch / f"tables-{new_id()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pack(paths: Sequence[Path], out: Path) -> None:
    """Write files as one ZIP, which is there whole or not at all."""
    part = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
            for path in paths:
                package.write(path, path.name)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
