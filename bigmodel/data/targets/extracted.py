"""Targets that are answers in a passage: words of the first input that answer the second; it opens no file."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Recipe, Summary
from bigmodel.core.datasets.extracts import (
    JOINED,
    PARTED,
    UNKNOWN,
    Extract,
    extracts_of,
    parse_extracts,
    texts_of,
    write_extracts,
)
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.datasets.spans import NOTHING
from bigmodel.core.message import Level, Message
from bigmodel.core.target import Chart, TargetKind
from bigmodel.data.kept import kept_places, kept_span, occurrences
from bigmodel.data.targets.survey import Survey, error

FITTING = 0.9  # of the cells list answers with their places
AROUND = 60  # characters beside a place in which words of the question are looked for
ANSWERED, UNANSWERED = "answered", "unanswered"
# What was done to answers, in the order in which it is said.
COUNTED = ("lost", "dropped", "moved", "several", "none")


class ExtractedKind(TargetKind):
    """Answers that stand in a passage word for word, several accepted ones a question, or none."""

    name = "extracted"
    fewest_to_hold_out = 20
    fewest_together = 3  # passages: with fewer, none of them can be held out whole
    by_hand = False
    reads_inputs = True
    is_prose = True

    def fit(self, found: Survey) -> float:
        """Return 1 where nearly every cell lists answers, and some have one."""
        parsed = [parse_extracts(label) for label in found.labels]
        rows = sum(int(n) for n, p in zip(found.label_rows, parsed, strict=True) if p is not None)
        return float(_are_placed(parsed) and rows >= FITTING * found.usable)

    def recognises(self, values: Sequence[str]) -> bool:
        if sum(value.lstrip().startswith(("[", "{")) for value in values) < FITTING * len(values):
            return False
        parsed = [parse_extracts(value) for value in values]
        return _are_placed(parsed) and sum(p is not None for p in parsed) >= FITTING * len(values)

    def value(self, target: str) -> str:
        return ANSWERED if extracts_of(target) else UNANSWERED

    def together(self, text: str, target: str = "") -> str:
        return parts_of(text)[0]

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self

    def errors(self, found: Survey) -> Iterator[Message]:
        if ANSWERED not in found.labels and not found.is_begun:
            yield error("extracts_none", column=found.column)

    def warnings(self, found: Survey) -> Iterator[Message]:
        for name in COUNTED:
            if count := found.counts.get(f"extracts_{name}", 0):
                level: Level = "info" if name in ("several", "none") else "warning"
                yield found.remark(f"extracts_{name}", level=level, count=count)

    def strata(self, found: Survey) -> NDArray[np.int32]:
        """Return two strata: questions with an answer and those without."""
        return found.codes.copy()

    def stratum(self, target: str) -> str:
        return self.value(target)

    def fitted(
        self,
        targets: Sequence[str],
        cells: Sequence[str],
        inputs: Sequence[str],
        counts: Counter[str] | None = None,
    ) -> list[str]:
        """Return answers with where they stand in passages that were cleaned; rows whose answer stands nowhere have none.

        An empty cell says that the passage does not hold the answer, unless no cell says anything.
        """
        if not any(targets):
            return list(targets)
        found: Counter[str] = Counter()
        rows = zip(targets, cells, inputs, strict=True)
        fitted = [_Fitter(cell, text, found).fit(target) for target, cell, text in rows]
        if counts is not None:
            counts.update({f"extracts_{name}": count for name, count in found.items()})
            counts["targets_missing"] -= found["lost"]  # they are told apart
        return fitted

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return parse_extracts(truth) is not None

    def said(self, target: str) -> str:
        return JOINED.join(texts_of(target)) or "–"

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        return Chart()


def _are_placed(parsed: Sequence[list[Extract] | None]) -> bool:
    """Tell answers in passages from lists of something else."""
    answers = [one for row in parsed for one in row or ()]
    return bool(answers) and all(one.start != UNKNOWN for one in answers)


class _Fitter:
    """Brings the answers of one row to the passage that is kept of it."""

    def __init__(self, cell: str, text: str, counts: Counter[str]) -> None:
        passage, *rest = parts_of(text)
        self._cell, self._passage, self._counts = cell, passage, counts
        self._question = " ".join(rest)

    def fit(self, target: str) -> str:
        accepted = extracts_of(target)
        if not accepted:
            self._counts["none"] += 1
            return NOTHING
        placed = self._all(accepted)
        if not placed and len(accepted) == 1 and PARTED in target:
            placed = self._all([Extract(part.strip()) for part in target.split(PARTED)])
        if placed:
            self._counts["dropped"] += len(placed) < len(accepted)
            return write_extracts(placed)
        self._counts["lost"] += 1
        return ""

    def _all(self, accepted: Sequence[Extract]) -> list[Extract]:
        return [one for answer in accepted if answer.text and (one := self._placed(answer))]

    def _placed(self, answer: Extract) -> Extract | None:
        """Return an answer where it stands in the passage, None where it stands nowhere."""
        start, words = answer.start, answer.text
        if start < 0 or self._cell[start : start + len(words)] != words:
            places = occurrences(self._cell, words)
            if not places:
                words = words.strip()
                places = occurrences(self._cell, words) or self._without_case(words)
            if not places:
                return None
            if start >= 0:
                self._counts["moved"] += 1
                start = min(places, key=lambda place: abs(place - answer.start))
            else:
                self._counts["several"] += len(places) > 1
                start = max(places, key=lambda place: (self._near(place, len(words)), -place))
        kept = kept_span(self._kept, self._passage, start, start + len(words))
        return Extract(self._passage[kept[0] : kept[1]], kept[0]) if kept else None

    def _without_case(self, words: str) -> list[int]:
        lower = self._cell.lower()
        return occurrences(lower, words.lower()) if len(lower) == len(self._cell) else []

    def _near(self, place: int, length: int) -> int:
        """Return how many pairs of letters of the question stand beside a place."""
        around = self._cell[max(0, place - AROUND) : place + length + AROUND].lower()
        return sum(pair in around for pair in self._pairs)

    @cached_property
    def _pairs(self) -> set[str]:
        asked = self._question.lower()
        return {asked[at : at + 2] for at in range(len(asked) - 1)}

    @cached_property
    def _kept(self) -> NDArray[np.int64]:
        """Where each letter of the cell has gone."""
        return kept_places(self._cell, self._passage)


KIND = ExtractedKind()
