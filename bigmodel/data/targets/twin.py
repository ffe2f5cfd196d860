"""What targets share that are files beside those of the inputs, the better twin of each; it opens no file."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.data.targets.survey import Survey


class TwinKind(TargetKind):
    """The name of a stored file a row. Rows are not told apart by it: all have one stratum."""

    fewest_to_hold_out = 20
    by_hand = False
    is_file = True

    def together(self, text: str, target: str = "") -> str:
        """Return the twin: several takes or shots of it must not be learned from and tested on."""
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
