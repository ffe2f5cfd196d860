"""Targets that say of which class something is to be made, where there are classes; without any, the inputs are enough. It opens no file."""

from collections.abc import Collection, Iterator, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Message
from bigmodel.data.targets.label import LabelKind
from bigmodel.data.targets.survey import Survey


class ConditionKind(LabelKind):
    """A class a row, or nothing. Every row that has an input is learned from."""

    name = "condition"
    forms: ClassVar[
        tuple[str, ...]
    ] = ()  # folders are classes that are told apart, unless a person says otherwise
    by_hand = False
    is_given = False

    def fit(self, found: Survey) -> float:
        return 0.0

    def classes(self, found: Survey) -> dict[str, int]:
        return {name: rows for name, rows in super().classes(found).items() if name}

    def errors(self, found: Survey) -> Iterator[Message]:
        yield from ()

    def warnings(self, found: Survey) -> Iterator[Message]:
        if any(found.labels):
            yield from super().warnings(found)

    def unknown(
        self, found: Survey, is_test: NDArray[np.bool_], is_train: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        strange: NDArray[np.bool_] = is_test & False
        return strange

    def labels_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Return the classes that can be asked for; one alone is none."""
        found = tuple(sorted({target for target in targets if target}))
        return found if len(found) > 1 else ()

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return True


KIND = ConditionKind()
