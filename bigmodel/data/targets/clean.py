"""Targets that are files: the clean twin of a noisy recording; it opens no file."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.data.targets.survey import Survey


class CleanKind(TargetKind):
    """The name of a stored recording a row. Rows are not told apart by it: all have one stratum."""

    name = "clean"
    forms = (Form.PAIRED,)
    fewest_to_hold_out = 20
    by_hand = False
    is_file = True
    words: ClassVar = {"targets_missing": "twins_missing"}

    def together(self, text: str, target: str = "") -> str:
        """Return the clean recording: takes of it with other noise must not be learned from and tested on."""
        return target or text

    def value(self, target: str) -> str:
        return ""

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self

    def errors(self, found: Survey) -> Iterator[Message]:
        yield from ()

    def strata(self, found: Survey) -> NDArray[np.int32]:
        return np.where(found.codes >= 0, 0, -1).astype(np.int32)

    def said(self, target: str) -> str:
        return ""


KIND = CleanKind()
