"""Targets that are files: the clean twin of a noisy recording; it opens no file."""

from typing import ClassVar

from bigmodel.core.datasets.dataset import Form
from bigmodel.data.targets.twin import TwinKind


class CleanKind(TwinKind):
    """The name of a stored recording a row. Rows are not told apart by it: all have one stratum."""

    name = "clean"
    forms = (Form.PAIRED,)
    words: ClassVar = {"targets_missing": "twins_missing"}


KIND = CleanKind()
