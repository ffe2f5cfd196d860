"""Answers that are pictures made of pictures: how they are stored, measured, compared and shown; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.core.errors import ModelError
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel, media_panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import sentence
from bigmodel.metrics.pictures import fidelity

WORDS = "pages.demo.enhanced_"
SAME_DB = 0.1  # by which plain pictures of the same differ at most
Maker = Literal["model", "plain", "left"]
Note = tuple[str, dict[str, Any]]  # key of the words and their values


@dataclass(frozen=True)
class Enhanced:
    """A picture of `size`, so many times as large as the one that was given.

    `maker` says who made it: the model, plain (bicubic) enlarging, or the model that left it to that. `is_reduced`: a very large photo was made smaller before.
    `measures` are those of `metrics.pictures.fidelity`, where the truth was asked along. `strip` shows the plain
    picture, this one and the truth side by side. What is not stored: the `picture` (PNG), the `plain` one, a small `preview` (JPEG),
    and how many tiles of how many are `done`.
    """

    size: tuple[int, int]
    scale: int
    maker: Maker = "model"
    is_reduced: bool = False
    measures: tuple[float, ...] = ()
    strip: bytes = b""
    preview: bytes = b""
    picture: bytes = b""
    plain: bytes = b""
    done: tuple[int, int] = (1, 1)

    @property
    def text(self) -> str:
        return f"{self.size[0]} × {self.size[1]}"

    @property
    def certainty(self) -> None:
        """A picture is not right or wrong."""
        return None


class PictureType(AnswerType):
    """A picture that is sharper or cleaner than the one given."""

    name = "picture"
    fields = (
        ("width", pa.int64()),
        ("height", pa.int64()),
        ("scale", pa.int64()),
        ("maker", pa.string()),
        ("is_reduced", pa.bool_()),
        ("measures", pa.list_(pa.float64())),
        ("strip", pa.binary()),
    )
    headings = ()
    columns = ("width", "height", "made_by")
    baseline = ("instant", "psnr")
    measured_by = ("scale",)
    metrics: ClassVar = (
        Metric("psnr", is_share=False, short="PSNR"),
        Metric("psnr_gain", is_share=False),
        Metric("ssim", is_share=False, short="SSIM"),
        Metric("bicubic_psnr", is_share=False),
        Metric("bicubic_ssim", is_share=False),
    )
    detects_strangers = False
    reads_lines = False
    shows_input = True
    makes_files = True
    grows = True
    terms = ("psnr", "ssim")
    is_graded = True
    wording = "pictures"

    def encode(self, answer: Enhanced) -> dict[str, Any]:
        record = {name: getattr(answer, name) for name in ("scale", "maker", "is_reduced")}
        record |= {"width": answer.size[0], "height": answer.size[1]}
        record |= {"measures": list(map(float, answer.measures))}
        record |= {"done": list(answer.done)}
        names = ("strip", "preview", "picture", "plain")
        return record | {name: getattr(answer, name) for name in names}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Enhanced:
        contents = {name: record.get(name) or b"" for name in ("preview", "picture", "plain")}
        return Enhanced(
            (record["width"], record["height"]),
            record["scale"],
            record.get("maker", "model"),
            record["is_reduced"],
            tuple(record["measures"]),
            record["strip"],
            **contents,
            done=tuple(record.get("done") or (1, 1)),
        )

    def asked(self, inputs: Sequence[str], truth: Sequence[str]) -> Sequence[str]:
        return [join_inputs(both) for both in zip(inputs, truth, strict=True)]

    def stored(self, truth: str) -> str:
        """Return the name of the clear picture alone: where its folder lies is nobody's business."""
        return PurePath(truth).name

    def sides(self, answer: Enhanced) -> tuple[bytes, bytes] | None:
        has_both = answer.maker == "model" and answer.picture and answer.plain
        return (answer.plain, answer.picture) if has_both else None

    def kept(self, answer: Enhanced) -> Enhanced:
        return replace(answer, preview=b"", picture=b"", plain=b"")

    def headline(
        self, truth: Sequence[str], answers: Sequence[Enhanced], labels: Sequence[str]
    ) -> dict[str, float]:
        return fidelity.headline(_measured(answers))

    def evaluate(self, tried: Tried[Enhanced]) -> Results:
        rows = _measured(tried.answers)
        scale = max((answer.scale for answer in tried.answers), default=1)
        left = sum(answer.maker == "left" for answer in tried.answers)
        return Results(
            family=self.name,
            rows=len(tried.truth),
            labels=(),
            measures=fidelity.measures(rows) if rows else {},
            sentence=sentence.of_pictures(rows, scale, len(tried.truth), is_folded=tried.is_folded),
            remarks=sentence.remarks_on_pictures(
                rows, left, len(tried.truth), is_folded=tried.is_folded
            ),
            beside={
                name: fidelity.measures(_measured(others))
                for name, others in tried.beside.items()
                if _measured(others)
            },
            is_folded=tried.is_folded,
            metrics=self.metrics,
        )

    def compare(
        self, truth: Sequence[str], new: Sequence[Enhanced], old: Sequence[Enhanced]
    ) -> Paired:
        if any(map(_is_other, new, old)):
            raise ModelError("compare_other_damage")
        first, second = (_every(side) for side in (new, old))
        compared = fidelity.paired(first, second)
        gains = np.array([a[0] - b[0] for a, b in zip(first, second, strict=True)])
        by = compared[0].difference
        told = sentence.compared("pictures", round(by.value, 2), by, db=round(abs(by.value), 2))
        return Paired(told, tuple(compared), gains > 0, gains < 0, gains)

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.pictures_invented")
        yield Message("show.limits.pictures_alike")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Enhanced], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return the half of the pictures that gain least beside plain enlarging, the worst first."""
        order = _by_gain(answers)
        return order[: (len(order) + 1) // 2]

    def hits(self, truth: Sequence[str], answers: Sequence[Enhanced]) -> list[int]:
        """Return the other half, those that gain most first."""
        order = _by_gain(answers)
        return order[: (len(order) + 1) // 2 - 1 : -1]

    def said(self, truth: str) -> str:
        return ""

    def mark(self, text: str, truth: str, answer: Enhanced) -> Panel:
        psnr, ssim, plain_psnr, plain_ssim = answer.measures or (0.0,) * len(fidelity.MEASURES)
        way = "bicubic" if answer.scale > 1 else "given"
        gain = f"{psnr - plain_psnr:+.2f}"
        notes: list[Note] = [
            (f"{WORDS}{way}", {"psnr": f"{plain_psnr:.2f}", "ssim": f"{plain_ssim:.3f}"}),
            (f"{WORDS}model", {"psnr": f"{psnr:.2f}", "ssim": f"{ssim:.3f}", "gain": gain}),
            (f"{WORDS}truth", {}),
        ]
        if answer.maker == "left":
            notes.append((f"{WORDS}left", {}))
        return _panel(answer.strip, text, notes)

    def view(self, answer: Enhanced) -> Panel:
        way = "larger" if answer.scale > 1 else "cleaner"
        way = way if answer.maker == "model" else f"{answer.maker}_{way}"
        notes: list[Note] = [(f"{WORDS}{way}", {"scale": answer.scale})]
        done, whole = answer.done
        if done < whole:
            notes = [(f"{WORDS}part", {"done": done, "whole": whole})]
        if answer.is_reduced:
            notes.append((f"{WORDS}reduced", {}))
        return _panel(answer.preview, answer.text, notes, lead=answer.text)

    def files(self, answer: Enhanced) -> dict[str, bytes]:
        return {".png": answer.picture} if answer.picture else {}

    def record(self, answer: Enhanced) -> dict[str, Any]:
        width, height = answer.size
        found = {"width": width, "height": height, "scale": answer.scale, "made_by": _maker(answer)}
        return found | dict(zip(fidelity.MEASURES, answer.measures, strict=False))

    def cells(self, answer: Enhanced) -> tuple[Cell, ...]:
        return (*answer.size, _maker(answer))


def _panel(jpeg: bytes, text: str, notes: Sequence[Note], lead: str = "") -> Panel:
    """Return a picture with what is said of it."""
    data = media_panel(jpeg, "image/jpeg", text).data
    return Panel("media", {**data, "notes": list(notes), "lead": lead})


def _maker(answer: Enhanced) -> str:
    return "model" if answer.maker == "model" else "bicubic"


def _measured(answers: Sequence[Enhanced]) -> list[tuple[float, ...]]:
    return [answer.measures for answer in answers if answer.measures]


def _every(answers: Sequence[Enhanced]) -> list[tuple[float, ...]]:
    return [answer.measures or (0.0,) * len(fidelity.MEASURES) for answer in answers]


def _is_other(one: Enhanced, other: Enhanced) -> bool:
    """Tell whether two answers were made of different pictures: the plain ones beside them show it."""
    if one.scale != other.scale:
        return True
    if not (one.measures and other.measures):
        return False
    plain = fidelity.MEASURES.index("bicubic_psnr")
    return abs(one.measures[plain] - other.measures[plain]) > SAME_DB


def _by_gain(answers: Sequence[Enhanced]) -> list[int]:
    order: list[int] = np.argsort(fidelity.gains(_every(answers)), kind="stable").tolist()
    return order


ANSWER = PictureType()
