"""Answers that are pictures a model made: encoding, evaluation and comparison; it trains nothing."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Dial, Tried
from bigmodel.core.errors import ModelError
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.data.media.made import Squares, made_png, made_sheet
from bigmodel.metrics.pictures import made as measured

WORDS = "pages.results.measures."
MOST_ROWS, MOST_ACROSS = 8, 8  # of the grid
NUMBERS = ("numbers", "photo", "learned")


@dataclass(frozen=True)
class Made:
    """Pictures of one class, as bytes of red, green and blue, and what is known of them.

    Beside a photo that is measured with: `numbers` is what the made picture shows, `photo` what the photo does, and
    `learned` what a training picture does; `judged` is the class that a judge gives it, and `photo_judged` the photo.
    """

    label: str
    side: int
    pixels: bytes
    nearest: bytes = b""  # for each picture the training picture nearest to it
    course: bytes = b""  # stages of the first picture, from noise on
    copied: int = 0  # of the pictures
    judged: str = ""
    photo_judged: str = ""
    photo_copied: int = 0
    numbers: tuple[float, ...] = ()
    photo: tuple[float, ...] = ()
    learned: tuple[float, ...] = ()
    features: str = ""

    @property
    def text(self) -> str:
        return self.label

    @property
    def certainty(self) -> None:
        """A picture is not right or wrong."""
        return None

    def squares(self, content: bytes) -> Squares:
        """Return bytes of this answer as pictures, (pictures, side, side, 3)."""
        return np.frombuffer(content, np.uint8).reshape(-1, self.side, self.side, 3)


class MadeType(AnswerType):
    """Pictures that a model made."""

    name = "made"
    fields = (
        *((name, pa.string()) for name in ("label", "judged", "photo_judged", "features")),
        *((name, pa.int32()) for name in ("side", "copied", "photo_copied")),
        *((name, pa.binary()) for name in ("pixels", "nearest", "course")),
        *((name, pa.list_(pa.float32())) for name in NUMBERS),
    )
    headings = (("writeback.made", "text"),)
    columns = ("asked", "judged", "copied")
    detects_strangers = False
    terms = ("frechet",)
    is_graded = True
    wording = "made"
    baseline = ("instant", measured.DISTANCE)
    measured_by = ("pixels",)
    goes_on = True
    grows = True
    makes_files = True
    asks = "class"
    dials: ClassVar = (
        Dial("seed", 0, 1_000, 0, 1),
        Dial("count", 1, 16, 4, 1),
        Dial("guidance", 1, 5, 2, 0.5),
        Dial("steps", 2, 50, 10, 1),
    )
    metrics = (
        Metric(measured.DISTANCE, higher_is_better=False, is_share=False),
        Metric(measured.BASELINE, higher_is_better=False, is_share=False),
        Metric(measured.FLOOR, higher_is_better=False, is_share=False),
        Metric(measured.JUDGED),
        Metric(measured.JUDGED_PHOTOS),
        Metric(measured.COPIED, higher_is_better=False, words=f"{WORDS}made_copied"),
    )
    nothing = Made("", 1, b"\0\0\0")

    def encode(self, answer: Made) -> dict[str, Any]:
        record = {name: getattr(answer, name) for name, _ in self.fields}
        return record | {name: list(map(float, record[name])) for name in NUMBERS}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Made:
        known = {name: record[name] for name, _ in self.fields}
        return Made(**known | {name: tuple(record[name]) for name in NUMBERS})

    def shared(self, answer: Made) -> Made:
        return replace(answer, nearest=b"")

    def headline(
        self, truth: Sequence[str], answers: Sequence[Made], labels: Sequence[str]
    ) -> dict[str, float]:
        return measured.headline(_shown(*_classed(truth, answers, labels))) if answers else {}

    def evaluate(self, tried: Tried[Made]) -> Results:
        others = {
            n: _shown(*_classed(tried.truth, rows, tried.labels))
            for n, rows in tried.beside.items()
        }
        kept, known = _classed(tried.truth, tried.answers, tried.labels)
        shown = _shown(kept, known)
        learned = sum(not tried.labels or one in tried.labels for one in tried.baseline_truth)
        found = measured.evaluate(shown, others, learned=learned, is_folded=tried.is_folded)
        grid = _grid(tried.answers)
        about = Panel("media", grid, "pages.results.made_grid", "pages.results.made_grid_about", quotes=True)  # fmt: skip
        if left := len(tried.truth) - len(kept):
            told = Message(
                "results.remarks.made_unclassed", {"count": left, "rows": len(tried.truth)}
            )
            found = replace(found, remarks=(*found.remarks, told))
        return replace(found, metrics=self.metrics, panels=(about,))

    def compare(self, truth: Sequence[str], new: Sequence[Made], old: Sequence[Made]) -> Paired:
        if len({(row.features, row.side) for row in (*new, *old) if row.features}) > 1:
            raise ModelError("compare_other_features")
        return measured.compare(_shown(truth, new), _shown(truth, old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.made")
        yield Message("show.limits.made_copies")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Made], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return pictures that are copies, then those that the judge takes for another class."""
        copies = [at for at, row in enumerate(answers) if row.copied]
        others = [
            at for at, row in enumerate(answers) if not row.copied and row.judged != row.label
        ]
        return [
            at
            for at in (*copies, *others)
            if of in ("", answers[at].label) and said in ("", answers[at].judged)
        ]

    def hits(self, truth: Sequence[str], answers: Sequence[Made]) -> list[int]:
        """Return the other pictures, of every class in turn."""
        fine = [at for at, row in enumerate(answers) if not row.copied and row.judged == row.label]
        seen: dict[str, int] = {}
        turns = {}
        for at in fine:
            turns[at] = seen[answers[at].label] = seen.get(answers[at].label, 0) + 1
        return sorted(fine, key=lambda at: turns[at])

    def mark(self, text: str, truth: str, answer: Made) -> Panel:
        return replace(self.view(replace(answer, course=b"")), quotes=True)

    def view(self, answer: Made) -> Panel:
        """Return the pictures, below each the training picture nearest to it, and how the first one came about."""
        squares = answer.squares(answer.pixels)
        rows = [{"name": answer.label, "count": len(squares), "content": _sheet(squares, answer)}]
        data: dict[str, Any] = {"text": answer.label, "rows": rows, "judged": answer.judged}
        data |= {"copied": answer.copied, "has_nearest": bool(answer.nearest)}
        if len(answer.course) > 3 * answer.side**2:
            data["course"] = made_sheet([answer.squares(answer.course)])
        return Panel("media", _as_json(data))

    def record(self, answer: Made) -> dict[str, Any]:
        count = len(answer.squares(answer.pixels))
        found = {"class": answer.label or None, "pictures": count, "side": answer.side}
        return found | {"copied": answer.copied if answer.nearest else None}

    def files(self, answer: Made) -> dict[str, bytes]:
        """Return each picture as a file that says that a model made it."""
        squares = answer.squares(answer.pixels)
        if len(squares) == 1:
            return {".png": made_png(squares[0])}
        return {f"-{number}.png": made_png(square) for number, square in enumerate(squares, 1)}

    def cells(self, answer: Made) -> tuple[Cell, ...]:
        return answer.label or "–", answer.judged or None, float(answer.copied)

    def group(self, answer: Made) -> str | None:
        return answer.label or None


def _classed(
    truth: Sequence[str], answers: Sequence[Made], labels: Sequence[str]
) -> tuple[Sequence[str], Sequence[Made]]:
    """Return the photos of classes that were learned, and what was made beside them; all where no photo has one."""
    kept = [at for at, one in enumerate(truth) if one in labels]
    if not kept:
        return [""] * len(truth), answers
    return [truth[at] for at in kept], [answers[at] for at in kept]


def _shown(truth: Sequence[str], answers: Sequence[Made]) -> measured.Shown:
    """Return the numbers that are measured, of answers in step with their truths."""
    columns = {name: np.array([getattr(row, name) for row in answers]) for name in NUMBERS}
    has_classes = any(row.label for row in answers)
    return measured.Shown(
        **{name: values.astype(np.float64) for name, values in columns.items()},
        is_judged=np.array([row.judged == row.label for row in answers]) if has_classes else None,
        photos_judged=np.array([row.photo_judged == one for row, one in zip(answers, truth, strict=True)])
        if has_classes and any(truth)
        else None,
        copied=np.array([bool(row.copied) for row in answers]),
        photos_copied=np.array([bool(row.photo_copied) for row in answers]),
        features=next((row.features for row in answers if row.features), "plain"),
    )  # fmt: skip


def _grid(answers: Sequence[Made]) -> dict[str, Any]:
    """Return some made pictures of each class, below each the training picture nearest to it."""
    by_class: dict[str, list[Made]] = {}
    for row in answers:
        by_class.setdefault(row.label, []).append(row)
    rows = []
    for name, some in sorted(by_class.items(), key=lambda one: one[0])[:MOST_ROWS]:
        part = some[:MOST_ACROSS]
        pixels = [b"".join(getattr(row, side) for row in part) for side in ("pixels", "nearest")]
        whole = replace(part[0], pixels=pixels[0], nearest=pixels[1])
        sheet = _sheet(whole.squares(whole.pixels), whole)
        rows.append({"name": name, "count": len(part), "content": sheet})
    copied = sum(bool(row.copied) for row in answers)
    return _as_json({"text": "", "rows": rows, "judged": "", "copied": copied, "has_nearest": True})


def _sheet(squares: Squares, answer: Made) -> bytes:
    rows = [squares, answer.squares(answer.nearest)] if answer.nearest else [squares]
    return made_sheet(rows)


def _as_json(data: dict[str, Any]) -> dict[str, Any]:
    """Return data of a panel with its files in base64."""

    def plain(value: Any) -> Any:
        if isinstance(value, bytes):
            return b64encode(value).decode()
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items()}
        return [plain(one) for one in value] if isinstance(value, list) else value

    return plain(data)  # type: ignore[no-any-return]


ANSWER = MadeType()
