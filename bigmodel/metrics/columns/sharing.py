"""Whether one model of several columns is as good as a model for each: columns side by side, and what both ways cost; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bigmodel.core.datasets.columns import Head
from bigmodel.core.datasets.spans import spans_of
from bigmodel.core.message import Message
from bigmodel.core.results.comparison import Compared
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import paired, spans
from bigmodel.metrics.columns.score import Answered

REMARK = "results.remarks.sharing_"
SAME, BETTER, WORSE = "same", "better", "worse"
LOWER_IS_BETTER = ("mae", "mse")
LEADS = {"label": "macro_f1", "number": "mae", "spans": "entity_f1"}  # measures that judge a column
Row = dict[str, Any]  # Any: as JSON has it


@dataclass(frozen=True)
class Cost:
    """What one model of all columns takes, and a model for each: parameters, and seconds of computing that training takes."""

    parameters: float
    parameters_apart: float
    seconds: float
    seconds_apart: float

    @property
    def record(self) -> dict[str, float]:
        """The numbers by name."""
        return asdict(self)

    @property
    def saves(self) -> bool:
        """Whether sharing takes less of both."""
        return self.parameters < self.parameters_apart and self.seconds < self.seconds_apart

    def percent(self, name: str) -> int:
        """Return what sharing takes of what separate models take."""
        found = self.record
        return round(100 * found[name] / max(1e-9, found[f"{name}_apart"]))


@dataclass(frozen=True)
class Beside:
    """A column on rows whose truth is known: the truth, what one model of all columns says, and what one of its own does."""

    truth: Sequence[str]
    shared: Sequence[str | float]
    apart: Sequence[str | float]


def row(column: Answered, results: Results | None, beside: Beside | None) -> Row:
    """Return everything about a column: its measures with intervals, those of simpler models, and the separate model's."""
    head = column.head
    found: Row = {"column": head.column, "kind": head.kind}
    found |= {"classes": list(head.classes or head.kinds), "rows": results.rows if results else 0}
    found |= {"measures": _values(results.measures if results else {})}
    found |= {"intervals": _intervals(results.measures if results else {})}
    for name, measures in (results.beside if results else {}).items():
        found["guess" if name in ("majority", "mean") else name] = _values(measures)
    compared = _compared(head, beside) if beside else ()
    found["differences"] = {
        one.measure: [one.difference.value, one.difference.low, one.difference.high]
        for one in compared
    }
    found["verdict"] = _verdict(lead(head, compared)) if compared else None
    return found


def remarks(rows: Sequence[Row], cost: Cost | None) -> Iterator[Message]:
    """Yield the sentence that says whether sharing paid, and each column that is worse off with it."""
    judged = [one for one in rows if one["verdict"]]
    if not judged or cost is None:
        yield Message(f"{REMARK}unknown")
        return
    args = {name: cost.percent(name) for name in ("parameters", "seconds")}
    worse = [one["column"] for one in judged if one["verdict"] == WORSE]
    better = [one["column"] for one in judged if one["verdict"] == BETTER]
    key = "worse" if worse else "better" if better else "same"
    names = {"columns": ", ".join(worse or better)} if worse or better else {}
    if not worse and not cost.saves:
        key = "idle"
    yield Message(f"{REMARK}{key}", {**args, **names}, "warning" if worse else "info")


def lead(head: Head, compared: Sequence[Compared]) -> Compared:
    """Return the measure by which a column is judged: macro-F1 of classes, F1 of entities, the mean error of numbers."""
    return next(one for one in compared if one.measure == LEADS[head.kind])


def _compared(head: Head, beside: Beside) -> Sequence[Compared]:
    if head.kinds:
        truth, shared, apart = ([spans_of(str(text)) for text in side] for side in (beside.truth, beside.shared, beside.apart))  # fmt: skip
        counted = (spans.count(truth, side) for side in (shared, apart))
        return tuple(spans.paired(*counted).values())
    if head.classes:
        sides = ([str(text) for text in side] for side in (beside.shared, beside.apart))
        return paired.of_classes(beside.truth, *sides).measures
    numbers = ([float(value) for value in side] for side in (beside.truth, beside.shared, beside.apart))  # fmt: skip
    return paired.of_numbers(*numbers).measures


def _verdict(compared: Compared) -> str:
    """Return whether the shared model is better or worse by more than the interval of the difference."""
    sign = -1 if compared.measure in LOWER_IS_BETTER else 1
    low, high = sorted((sign * compared.difference.low, sign * compared.difference.high))
    return BETTER if low > 0 else WORSE if high < 0 else SAME


def _values(measures: Mapping[str, Measure]) -> dict[str, float]:
    return {name: measure.value for name, measure in measures.items()}


def _intervals(measures: Mapping[str, Measure]) -> dict[str, list[float]]:
    return {name: [m.low, m.high] for name, m in measures.items() if m.has_interval}
