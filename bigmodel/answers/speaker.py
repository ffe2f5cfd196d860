"""Answers that say who speaks, or that it is nobody of those who are known; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.answers.label import SHOWN_BARS, Label, LabelType
from bigmodel.core.answer import Cell, Rename, Tried, percent
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import paired, speakers

DEMO = "pages.demo.speaker_"


@dataclass(frozen=True)
class Speaker(Label):
    """One answer. `scores` say how much the voice is like each person's, from 0 to 1; below `limit` it is nobody's.

    `margins` say for each person by how much the voice would be taken for another, had that one never been heard.
    The last `came` labels are people whom the model got to know after its training.
    """

    limit: float = 0.0
    margins: tuple[float, ...] = ()
    came: int = 0

    @property
    def likest(self) -> str:
        """The person whose voice is nearest, whether near enough or not."""
        return super().text

    @property
    def text(self) -> str:
        known = not self.scores or max(self.scores) >= self.limit
        return self.likest if known else ""


class SpeakerType(LabelType):
    """One person a recording, or nobody."""

    name = "speaker"
    family = "verification"
    fields = (
        ("scores", pa.list_(pa.float32())),
        ("limit", pa.float64()),
        ("margins", pa.list_(pa.float32())),
    )
    per_label = ("scores", "margins")
    headings = (("writeback.speaker", "text"), ("writeback.likeness", "share"))
    metrics = (
        Metric("eer", higher_is_better=False, short="EER"),
        Metric("identification"),
        Metric("strangers_accepted", higher_is_better=False),
        Metric("right_refused", higher_is_better=False),
    )
    baseline = ("majority", "identification")
    chooses = False  # it may be nobody
    detects_strangers = False  # its own answer says so
    terms = ("eer", "roc")
    wording = "speakers"
    has_claims = True

    def encode(self, answer: Label) -> dict[str, Any]:
        margins = answer.margins if isinstance(answer, Speaker) else ()
        told: dict[str, Any] = {
            "limit": float(_limit(answer)),
            "margins": list(map(float, margins)),
        }
        came = answer.came if isinstance(answer, Speaker) else 0
        told |= {"came": list(answer.labels[len(answer.labels) - came :])}
        return super().encode(answer) | told

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Speaker:
        came = tuple(record.get("came", ()))
        told = tuple(record["scores"]), float(record["limit"]), tuple(record["margins"])
        return Speaker((*labels, *came), *told, came=len(came))

    def merge(self, repeats: Sequence[Label]) -> Speaker:
        rows = [row for row in repeats if isinstance(row, Speaker)]
        scores, margins = (
            tuple(np.mean([getattr(row, name) for row in rows], axis=0).tolist())
            for name in ("scores", "margins")
        )
        limit = float(np.mean([row.limit for row in rows]))
        return replace(rows[0], scores=scores, limit=limit, margins=margins)

    def headline(
        self, truth: Sequence[str], answers: Sequence[Label], labels: Sequence[str]
    ) -> dict[str, float]:
        return speakers.headline(_heard(truth, answers, labels)) if truth else {}

    def evaluate(self, tried: Tried[Label]) -> Results:
        others = {
            name: _heard(tried.truth, rows, tried.labels) for name, rows in tried.beside.items()
        }
        heard = _heard(tried.truth, tried.answers, tried.labels)
        found = speakers.evaluate(heard, others, tried.baseline_truth, is_folded=tried.is_folded)
        return replace(found, metrics=self.metrics)

    def compare(self, truth: Sequence[str], new: Sequence[Label], old: Sequence[Label]) -> Paired:
        """Compare what is said; of people whom neither model knows, nothing is right."""
        known = {label for side in (new, old) for row in side[:1] for label in row.labels}
        told = [name if name in known else "" for name in truth]
        return paired.of_classes(told, *([row.text for row in side] for side in (new, old)))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.speakers", {"count": len(results.labels)})
        yield Message("results.remarks.not_for")

    def renamed(self, answers: Sequence[Label], rename: Rename) -> Sequence[Label]:
        """Return answers in today's names; of people of one name by now, the likest counts."""
        if not answers:
            return answers
        names = [rename(label) for label in answers[0].labels]
        known = tuple(dict.fromkeys(names))
        return [_merged(row, names, known) for row in answers if isinstance(row, Speaker)]

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Label], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return recordings given to another person, the likest first, then those of the right one that were refused."""
        if of or said:
            return super().mistakes(truth, answers, of=of, said=said)
        wrong = [at for at, row in enumerate(answers) if row.text not in ("", truth[at])]
        missed = [at for at, row in enumerate(answers) if not row.text and truth[at] in row.labels]
        return [
            *sorted(wrong, key=lambda at: -max(answers[at].scores)),
            *sorted(missed, key=lambda at: max(answers[at].scores)),
        ]

    def hits(self, truth: Sequence[str], answers: Sequence[Label]) -> list[int]:
        """Return recordings of the right person that were not refused."""
        return [at for at in super().hits(truth, answers) if answers[at].text == truth[at]]

    def line(self, answer: Label) -> str:
        return answer.text or "–"

    def cells(self, answer: Label) -> tuple[Cell, ...]:
        sure = answer.certainty
        return answer.text or None, None if sure is None else round(sure, 4)

    def view(self, answer: Label) -> Panel:
        likest = sorted(answer.probabilities.items(), key=lambda pair: -pair[1])
        data: dict[str, Any] = {"text": answer.text, "bars": likest[:SHOWN_BARS]}
        data |= {"said": (f"{DEMO}nobody", {}), "note": f"{DEMO}not_for"}
        return Panel("bars", data | {"about": _about(answer)})

    def claim(self, answer: Label, label: str) -> Panel:
        """Return whether a voice is that of one person."""
        share = answer.probabilities[label]
        said = f"{DEMO}{'yes' if share >= _limit(answer) else 'no'}", {"name": label}
        data = {"text": "", "said": said, "bars": [(label, share)], "about": _about(answer)}
        return Panel("bars", data)

    def record(self, answer: Label) -> dict[str, Any]:
        return {
            "speaker": answer.text or None,
            "likeness": answer.certainty,
            "threshold": _limit(answer),
            "people": answer.probabilities,
        }

    def own(self, text: str) -> Speaker:
        return Speaker((text,), ())

    def group(self, answer: Label) -> str:
        return answer.text


def _heard(truth: Sequence[str], answers: Sequence[Label], labels: Sequence[str]) -> speakers.Heard:
    rows = [row for row in answers if isinstance(row, Speaker)]
    labels = rows[0].labels if rows else labels  # with those who came after the training
    width = (len(rows), len(labels))
    return speakers.Heard(
        truth,
        tuple(labels),
        np.array([row.scores for row in rows], np.float64).reshape(width),
        np.array([row.limit for row in rows], np.float64),
        np.array([row.margins for row in rows], np.float64).reshape(width),
    )


def _about(answer: Label) -> tuple[str, dict[str, str]]:
    return f"{DEMO}likeness", {"limit": percent(_limit(answer))}


def _limit(answer: Label) -> float:
    return answer.limit if isinstance(answer, Speaker) else 0.0


def _merged(row: Speaker, names: Sequence[str], known: tuple[str, ...]) -> Speaker:
    def likest(values: Sequence[float]) -> tuple[float, ...]:
        return tuple(
            max(value for value, name in zip(values, names, strict=True) if name == one)
            for one in known
        )

    return Speaker(known, likest(row.scores), row.limit, likest(row.margins))


ANSWER = SpeakerType()
