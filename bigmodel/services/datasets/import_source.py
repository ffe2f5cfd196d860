"""What a reader gets: files of a tray or of a folder of this machine (no link is followed), and what a person told beside them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from bigmodel.core.callbacks import OnShare
from bigmodel.core.errors import DatasetError
from bigmodel.core.task import Task
from bigmodel.data.ingest.importer import Answers
from bigmodel.data.media.entry import Given
from bigmodel.data.media.files import FEWEST_FILES
from bigmodel.data.targets import target_kind
from bigmodel.services.datasets.upload_session import UploadSession


class AnsweredUpload(TypedDict, total=False):
    """What an import may be told beside the file; what is not told is guessed."""

    text: str  # column of the input; in a ZIP, of the files that a table of transcripts names
    label: str  # column of the target; in a ZIP, of the transcripts. `NO_LABEL`: there is none
    more: Sequence[str]  # further columns of the input, for a task that reads several
    also: Sequence[str]  # further columns of the target, for a task that learns several
    task: str  # what is to be trained: its target kind and its inputs choose the columns
    leave_out: bool  # files of a ZIP that cannot be read may be left out
    level: int  # which folder level of a ZIP names the class, counted from 1
    name_part: str  # which word of the file names of a ZIP is the class
    sheet: str  # of a workbook; else the one that looks most like a table of texts
    header_row: int  # row of the sheet that names the columns (`NO_HEADER`: none does)
    progress: OnShare | None  # told the share that is done


def answers_of(told: AnsweredUpload, task: Task | None) -> Answers:
    """Return what the reader is told."""
    return Answers(
        told.get("leave_out", False),
        told.get("level", 0),
        told.get("text", ""),
        told.get("label", ""),
        told.get("sheet", ""),
        told.get("header_row", 0),
        task.target if task else "",
        FEWEST_FILES if task is None or target_kind(task.target).by_hand else 0,
        told.get("name_part", ""),
        whole_rows=bool(task and target_kind(task.target).reads_all),
    )


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
