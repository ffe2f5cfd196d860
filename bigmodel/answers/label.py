"""Answers that choose one of a model's labels, with the probability of each; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Rename, Tried
from bigmodel.core.message import Arg, Message
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import classification, paired
from bigmodel.metrics.counts import Floats

MOST_NAMED = 5
SHOWN_BARS = 12
RARE_ROWS = 10  # tested of a class, below which little is known about it


@dataclass(frozen=True)
class Label:
    """One answer. `scores` are probabilities in the order of `labels`, which all answers of a model share.

    A person's has no scores.
    """

    labels: tuple[str, ...]
    scores: tuple[float, ...]

    @property
    def text(self) -> str:
        return self.labels[max(range(len(self.labels)), key=(self.scores or (0.0,)).__getitem__)]

    @property
    def certainty(self) -> float | None:
        return max(self.scores) if self.scores else None

    @property
    def probabilities(self) -> dict[str, float]:
        """Return the probability of each label."""
        return dict(zip(self.labels, self.scores, strict=True))


class LabelType(AnswerType):
    """One class a row."""

    name = "label"
    family = "classification"
    fields: ClassVar[tuple[tuple[str, Any], ...]] = (("scores", pa.list_(pa.float32())),)
    per_label: ClassVar[tuple[str, ...]] = ("scores",)
    headings = (("writeback.label", "text"), ("writeback.certainty", "share"))
    repeats = 3
    terms: ClassVar[tuple[str, ...]] = ("accuracy", "precision", "recall", "f1", "matrix", "roc")
    wording = "classes"
    verb = "classify"
    chooses = True
    baseline = ("majority", "accuracy")

    def encode(self, answer: Label) -> dict[str, Any]:
        return {"scores": list(map(float, answer.scores))}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Label:
        return Label(labels, tuple(record["scores"]))

    def merge(self, repeats: Sequence[Label]) -> Label:
        means = np.mean([answer.scores for answer in repeats], axis=0)
        return Label(repeats[0].labels, tuple(means.tolist()))

    def headline(
        self, truth: Sequence[str], answers: Sequence[Label], labels: Sequence[str]
    ) -> dict[str, float]:
        return classification.headline(truth, _scores(answers), labels)

    def evaluate(self, tried: Tried[Label]) -> Results:
        others = {name: _scores(rows) for name, rows in tried.beside.items()}
        return classification.evaluate(
            tried.truth,
            _scores(tried.answers),
            tried.labels,
            beside=others,
            baseline_truth=tried.baseline_truth,
            is_folded=tried.is_folded,
        )

    def compare(self, truth: Sequence[str], new: Sequence[Label], old: Sequence[Label]) -> Paired:
        found = paired.of_classes(truth, *([answer.text for answer in side] for side in (new, old)))
        known = set(old[0].labels)
        strange = [label for label in truth if label not in known]
        if not strange:
            return found
        listed = sorted(set(strange))
        shown = ", ".join(f"“{label[:40]}”" for label in listed[:MOST_NAMED])
        more = " …" if len(listed) > MOST_NAMED else ""
        args: dict[str, Arg] = {"count": len(strange), "labels": shown + more}
        remark = Message("compare.remarks.never_learned", args, "warning")
        return replace(found, remarks=(remark,))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.classes", {"count": len(results.labels)})
        yield Message("show.limits.none_of_these")
        found = results.panel("classes")
        tested = found.data["rows"] if found and not results.is_folded else ()
        if rare := [row["label"] for row in tested if row["rows"] < RARE_ROWS]:
            names = ", ".join(f"“{label}”" for label in rare[:MOST_NAMED])
            yield Message("show.limits.rare", {"labels": names, "rows": RARE_ROWS})
        yield Message("show.limits.sureness")

    def renamed(self, answers: Sequence[Label], rename: Rename) -> Sequence[Label]:
        """Return answers in today's names; classes of one name by now are one, their scores added up."""
        if not answers:
            return answers
        names = [rename(label) for label in answers[0].labels]
        known = tuple(dict.fromkeys(names))
        scores = _scores(answers)
        summed = np.zeros((len(scores), len(known)))
        for column, name in enumerate(names):
            summed[:, known.index(name)] += scores[:, column]
        return [Label(known, tuple(row)) for row in summed.tolist()]

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Label], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return wrong rows, the surest first; the same label for both asks for rows answered right."""
        scores, names = _scores(answers), np.array(answers[0].labels, dtype=object)
        true, named = np.array(truth, dtype=object), names[scores.argmax(axis=1)]
        wanted = np.ones(len(true), dtype=np.bool_) if of and of == said else true != named
        if of:
            wanted &= true == of
        if said:
            wanted &= named == said
        places = np.nonzero(wanted)[0]
        order: list[int] = places[np.argsort(-scores.max(axis=1)[places], kind="stable")].tolist()
        return order

    def hits(self, truth: Sequence[str], answers: Sequence[Label]) -> list[int]:
        """Return right rows, of every class in turn."""
        order = [self.mistakes(truth, answers, of=one, said=one) for one in answers[0].labels]
        turns = chain.from_iterable(zip_longest(*order))
        return [place for place in turns if place is not None]

    def cells(self, answer: Label) -> tuple[Cell, ...]:
        sure = answer.certainty
        return answer.text, None if sure is None else round(sure, 4)

    def view(self, answer: Label) -> Panel:
        surest = sorted(answer.probabilities.items(), key=lambda pair: -pair[1])
        return Panel("bars", {"text": answer.text, "bars": surest[:SHOWN_BARS]})

    def record(self, answer: Label) -> dict[str, Any]:
        return {"label": answer.text, "probabilities": answer.probabilities}

    def own(self, text: str) -> Label:
        return Label((text,), ())

    def group(self, answer: Label) -> str:
        return answer.text


def _scores(answers: Sequence[Label]) -> Floats:
    """Return probabilities, (rows, labels)."""
    return np.array([answer.scores for answer in answers], dtype=np.float64)


ANSWER = LabelType()
