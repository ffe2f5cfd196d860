"""The contract of the modules that measure answers, one a family; it measures nothing itself."""

import importlib
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from bigmodel.core.results.results import Results
from bigmodel.core.task import Family, Transcript

# One answer a row: scores in the order of the labels, one number, or what was heard.
Answers = Sequence[Sequence[float]] | Sequence[Transcript]


class Measuring(Protocol):
    """What `bigmodel/metrics/<family>.py` offers."""

    def headline(
        self, truth: Sequence[str], answers: Answers, labels: Sequence[str], /
    ) -> dict[str, float]:
        """Return every measure without its interval; nothing for no rows."""

    def evaluate(
        self,
        truth: Sequence[str],
        answers: Answers,
        labels: Sequence[str],
        /,
        *,
        beside: Mapping[str, Answers] | None = None,
        baseline_truth: Sequence[str] = (),
        is_folded: bool = False,
    ) -> Results:
        """Return the whole evaluation of at least one row, with other models and the simplest guess beside."""


def measuring(family: Family) -> Measuring:
    """Return the module that measures a family."""
    return cast(Measuring, importlib.import_module(f"bigmodel.metrics.{family}"))
