"""No targets: what is learned is the inputs themselves, such as texts to go on writing or photos to make more of; it opens no file."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.data.targets.survey import Survey


class NoTarget(TargetKind):
    """Nothing but the input. Every row that has one is learned from, and all have one stratum."""

    name = "none"
    forms = (Form.FILES,)
    by_hand = False
    is_given = False

    def value(self, target: str) -> str:
        return ""

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self

    def errors(self, found: Survey) -> Iterator[Message]:
        yield from ()

    def strata(self, found: Survey) -> NDArray[np.int32]:
        return np.where(found.codes >= 0, 0, -1).astype(np.int32)


KIND = NoTarget()
