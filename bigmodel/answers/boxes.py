"""Answers that are boxes around objects of a picture: how they are stored, measured, compared and shown; it trains nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.datasets.boxes import Box, Boxed, boxed_of, boxes_of, counts_line
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import sentence
from bigmodel.metrics.pictures import detection, ranking
from bigmodel.metrics.pictures.detection import Detected

WORDS = "pages.results."
MOST_LINES = 30  # beyond it a figure is a tangle
AXES = {"x": "axis_recall", "y": "axis_box_precision", "area": "area_ap", "is_roc": False}


@dataclass(frozen=True)
class Found:
    """One answer: the size of the picture, every box with its certainty, and from which certainty on boxes are shown.

    `kinds` are all that the model knows; `preview` is the picture to draw on, a JPEG in base64, which is not stored.
    """

    size: tuple[int, int]
    boxes: tuple[Box, ...]
    sureness: tuple[float, ...]
    threshold: float
    kinds: tuple[str, ...] = ()
    preview: str = ""

    @property
    def shown(self) -> list[tuple[Box, float]]:
        """The boxes that are shown, the surest first."""
        return self.detected.shown()

    @property
    def detected(self) -> Detected:
        return Detected(self.boxes, self.sureness, self.threshold)

    @property
    def text(self) -> str:
        return counts_line(box.kind for box, _ in self.shown)

    @property
    def certainty(self) -> float | None:
        shown = self.shown
        return float(np.mean([sure for _, sure in shown])) if shown else None


class BoxesType(AnswerType):
    """Boxes with their kinds."""

    name = "boxes"
    fields = (
        ("scores", pa.list_(pa.float32())),
        ("boxes", pa.string()),
        ("threshold", pa.float64()),
    )
    headings = ()
    baseline = ("instant", "map")
    metrics = (
        Metric("map", short="mAP@50:95"),
        Metric("map_50", short="mAP@50"),
        Metric("map_75", short="mAP@75"),
        Metric("box_recall"),
        Metric("box_precision"),
    )
    detects_strangers = False
    reads_lines = False
    shows_input = True
    finds = True
    terms = ("map", "precision", "recall")
    wording = "boxes"
    verb = "find"
    faults = ("missed", "invented", "wrong_kind", "loose")

    def encode(self, answer: Found) -> dict[str, Any]:
        return {
            "scores": list(map(float, answer.sureness)),
            "boxes": Boxed(answer.size, answer.boxes).to_cell(),
            "threshold": answer.threshold,
            "preview": answer.preview,
        }

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Found:
        found = boxed_of(record["boxes"]) or Boxed((1, 1))
        return Found(
            found.size,
            found.boxes,
            tuple(record["scores"]),
            record["threshold"],
            labels,
            record.get("preview") or "",
        )

    def kept(self, answer: Found) -> Found:
        return replace(answer, preview="")

    def headline(
        self, truth: Sequence[str], answers: Sequence[Found], labels: Sequence[str]
    ) -> dict[str, float]:
        if not truth:
            return {}
        true, found = _true(truth), _detected(answers)
        means, _ = detection.average_precision(true, found, labels)
        columns = detection.count(true, found, labels).columns.mean(axis=1, keepdims=True)
        shares = detection.shares(columns)
        return means | {name: float(value[0]) for name, value in shares.items()}

    def evaluate(self, tried: Tried[Found]) -> Results:
        true, found = _true(tried.truth), _detected(tried.answers)
        counted = detection.count(true, found, tried.labels)
        each = [detection.faults(*pair) for pair in zip(true, found, strict=True)]
        faults = {name: sum(one[name] for one in each) for name in detection.FAULTS}
        means, precision = detection.average_precision(true, found, tried.labels)
        measures = detection.measures(means, counted)
        measures |= ranking.resampled(true, found, counted.kinds, means)
        others = {
            name: _measures(true, _detected(rows), tried.labels)
            for name, rows in tried.beside.items()
        }
        panels = [
            _thresholds(true, tried.answers, counted.kinds, tried.beside),
            *_panels(detection.by_kind(counted, precision), faults),
        ]
        if curves := ranking.lines(true, found, precision)[:MOST_LINES]:
            panels.append(Panel("lines", {**AXES, "lines": curves}, f"{WORDS}precision_recall"))
        return Results(
            family=self.name,
            rows=len(tried.truth),
            labels=(),
            measures=measures,
            sentence=sentence.of_boxes(counted, is_folded=tried.is_folded),
            remarks=sentence.remarks_on_boxes(
                measures,
                others.get("instant"),
                faults,
                len(tried.truth),
                is_folded=tried.is_folded,
            ),
            panels=tuple(panels),
            beside=others,
            is_folded=tried.is_folded,
            metrics=self.metrics,
        )

    def compare(self, truth: Sequence[str], new: Sequence[Found], old: Sequence[Found]) -> Paired:
        compared, first, second = detection.paired(_true(truth), _detected(new), _detected(old))
        gains = (second.errors - first.errors).astype(np.float64)
        fewer = int(gains.sum())
        args = {"count": abs(fewer), "boxes": int(first.true.sum())}
        [recall] = [one.difference for one in compared if one.measure == "box_recall"]
        told = sentence.compared("boxes", fewer, recall, **args)
        new_exact, old_exact = first.errors == 0, second.errors == 0
        return Paired(told, tuple(compared), new_exact & ~old_exact, old_exact & ~new_exact, gains)

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.boxes")
        yield Message("show.limits.sureness")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Found], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return pictures with a box missing or too many, the most first; `said` is a fault: then those with it."""
        true, found = _true(truth), _detected(answers)
        if said in self.faults:
            counts = (detection.faults(*pair)[said] for pair in zip(true, found, strict=True))
            errors = np.fromiter(counts, np.int64, len(true))
        else:
            errors = detection.count(true, found).errors
        order: list[int] = np.argsort(-errors, kind="stable")[: np.count_nonzero(errors)].tolist()
        return order

    def hits(self, truth: Sequence[str], answers: Sequence[Found]) -> list[int]:
        """Return pictures whose boxes are all right, those with the most first."""
        counted = detection.count(_true(truth), _detected(answers))
        order = np.argsort(-counted.true.sum(axis=1), kind="stable").tolist()
        return [at for at in order if counted.errors[at] == 0]

    def as_label(self, answer: Found) -> str:
        return Boxed(answer.size, tuple(box for box, _ in answer.shown)).to_cell()

    def said(self, truth: str) -> str:
        return counts_line(box.kind for box in boxes_of(truth))

    def mark(self, text: str, truth: str, answer: Found) -> Panel:
        true = boxes_of(truth)
        found = detection.matched(true, [box for box, _ in answer.shown])
        layers = [
            _layer("truth", [(box, None) for box in true], ["found" if box in found else "missed" for box in true]),
            _layer("answer", answer.shown, ["found" if box in found.values() else "false" for box, _ in answer.shown]),
        ]  # fmt: skip
        kinds = sorted({*answer.kinds, *(box.kind for box in true)})
        return Panel("media", {"size": list(answer.size), "layers": layers, "kinds": kinds})

    def view(self, answer: Found) -> Panel:
        data = {
            "size": list(answer.size),
            "layers": [_layer("", answer.shown, [])],
            "kinds": list(answer.kinds),
            "content": answer.preview,
            "text": answer.text,
        }
        return Panel("media", data)

    def record(self, answer: Found) -> dict[str, Any]:
        width, height = answer.size
        boxes = [
            {
                "kind": box.kind,
                "box": [round(side, 1) for side in box[:4]],
                "certainty": round(sure, 4),
            }
            for box, sure in answer.shown
        ]
        return {"width": width, "height": height, "threshold": answer.threshold, "boxes": boxes}

    def columns_of(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return a column for the number of each kind, and one for all boxes."""
        return (*labels, "boxes")

    def cells(self, answer: Found) -> tuple[Cell, ...]:
        """Return how many there are of each kind, and every box that is shown."""
        shown = [box for box, _ in answer.shown]
        counts = Counter(box.kind for box in shown)
        boxes = Boxed(answer.size, tuple(shown)).to_cell()
        return (*(counts[kind] for kind in answer.kinds), boxes)


def _measures(
    true: Sequence[Sequence[Box]], found: Sequence[Detected], labels: Sequence[str]
) -> dict[str, Measure]:
    means, _ = detection.average_precision(true, found, labels)
    return detection.measures(means, detection.count(true, found, labels))


def _panels(kinds: Sequence[Mapping[str, Any]], faults: Mapping[str, int]) -> Iterator[Panel]:
    data = {"counts": faults, "row": "object", "column": "boxes", "prefix": "boxes_"}
    yield Panel("classes", {"rows": kinds}, f"{WORDS}box_kinds", f"{WORDS}box_kinds_about")
    yield Panel("faults", data, f"{WORDS}box_faults", f"{WORDS}box_faults_about")


def _thresholds(
    true: Sequence[Sequence[Box]],
    answers: Sequence[Found],
    kinds: Sequence[str],
    beside: Mapping[str, Sequence[Found]],
) -> Panel:
    """Return what is found and drawn wrongly from each certainty on; other models at the one they are shown at."""
    shown = answers[0].threshold
    others = []
    for rows in beside.values():
        least = rows[0].threshold
        counts = ranking.by_certainty(true, _detected(rows), least, kinds)
        others += [row for row in counts if row["threshold"] == least]
    data = {
        "rows": ranking.by_certainty(true, _detected(answers), shown, kinds),
        "shown": shown,
        "pictures": len(true),
        "beside": others,
    }
    return Panel("faults", data, f"{WORDS}thresholds", f"{WORDS}thresholds_about")


def _true(truth: Sequence[str]) -> list[tuple[Box, ...]]:
    return [boxes_of(cell) for cell in truth]


def _detected(answers: Sequence[Found]) -> list[Detected]:
    return [answer.detected for answer in answers]


def _layer(
    name: str, boxes: Sequence[tuple[Box, float | None]], fates: Sequence[str]
) -> dict[str, Any]:
    return {
        "name": name,
        "boxes": [[*(round(side, 1) for side in box[:4]), box.kind] for box, _ in boxes],
        "sureness": [sure for _, sure in boxes],
        "fates": list(fates),
    }


ANSWER = BoxesType()
