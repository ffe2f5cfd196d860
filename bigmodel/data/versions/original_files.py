"""Tables as they came, kept beside the versions that were made of them; their names are never paths."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from bigmodel.core.datasets.dataset import UploadedFile
from bigmodel.core.datasets.workbook_preview import WorkbookPreview
from bigmodel.core.ids import new_id
from bigmodel.data.ingest.importer import Upload

UPLOADS = "uploads"  # folder beside the versions of a dataset, which share it
MOST_ENDING = 10


def uploaded_as(upload: Upload, path: Path) -> UploadedFile:
    """Return how the file of a table that was read is remembered."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    ending = "".join(c for c in path.suffix.lower() if c.isascii() and (c.isalnum() or c == "."))
    return UploadedFile(
        name=path.name,
        file=f"{digest}{ending[:MOST_ENDING]}",
        format=upload.format,
        encoding=upload.encoding,
        delimiter=upload.delimiter,
        sheet=upload.sheet,
        header_row=upload.header_row,
    )


def upload_path(folder: Path, upload: UploadedFile) -> Path:
    """Return where the bytes of an upload lie; `folder` is that of any version of the dataset."""
    return folder.with_name(UPLOADS) / upload.file


def keep_upload(path: Path, folder: Path, upload: UploadedFile) -> None:
    """Copy a file beside the versions; it is named by its content, so one that is there is the same."""
    target = upload_path(folder, upload)
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, exist_ok=True)
    draft = target.with_name(f".{target.name}.{new_id()}.tmp")
    shutil.copyfile(path, draft)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)


def keep_look(folder: Path, upload: UploadedFile, look: WorkbookPreview) -> None:
    """Keep how a workbook looks beside it, so that it need not be opened to show it."""
    place = _look_path(folder, upload)
    draft = place.with_name(f".{place.name}.{new_id()}.tmp")
    draft.write_text(json.dumps(look.to_json()), "utf-8")
    draft.replace(place)


def kept_look(folder: Path, upload: UploadedFile) -> WorkbookPreview | None:
    """Return how a workbook looks, if that is kept."""
    try:
        return WorkbookPreview.from_json(json.loads(_look_path(folder, upload).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _look_path(folder: Path, upload: UploadedFile) -> Path:
    chosen = hashlib.sha256(f"{upload.header_row} {upload.sheet}".encode()).hexdigest()[:12]
    return upload_path(folder, upload).with_suffix(f".{chosen}.look.json")
