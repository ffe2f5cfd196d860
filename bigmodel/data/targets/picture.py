"""Targets that are pictures: what each picture should look like. A clear photo is its own; it opens no file."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.data.targets.survey import Survey


class PictureKind(TargetKind):
    """The clear picture beside each. Rows are not told apart by it: all have one stratum."""

    name = "picture"
    forms = (Form.PICTURES,)
    fewest_to_hold_out = 20
    by_hand = False
    is_file = True

    @property
    def is_told(self) -> bool:
        """Photos without folders tell nothing of what is wanted with them."""
        return False

    def together(self, text: str, target: str = "") -> str:
        """Return the clear picture: several shots of one must not be learned from and tested on."""
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
        """A name that we gave to a file says nothing to people."""
        return ""


KIND = PictureKind()
