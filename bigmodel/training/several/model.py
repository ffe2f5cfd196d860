"""A model from several media: how its linear heads are fitted, stored and asked. It never needs torch unless an encoder is beside it."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import COLUMNS, Rows, TaskData
from bigmodel.core.errors import TrainingError, loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.frozen.cache import Say
from bigmodel.training.loop.targets import class_indices, numbers
from bigmodel.training.several.blocks import (
    PICTURE,
    SOUND,
    Cells,
    Column,
    Floats,
    Parts,
    make_blocks,
    raw_block,
    scale_of,
)
from bigmodel.training.several.columns import cells_of, columns_of
from bigmodel.training.several.fused import Fused
from bigmodel.training.several.head import Goal, Line, fit_line
from bigmodel.training.several.lines import TOGETHER, Lines, lines_of
from bigmodel.training.several.recipe import FusionParams
from bigmodel.training.several.senses import Sense, plain_senses, vectors_of

PLAIN, ENCODED = (
    "blocks",
    "encoded",
)  # names of what is stored: of fixed features, and of an encoder beside
SKEWED = 1.0  # from which skewness on positive numbers are learned as logarithms


@dataclass(frozen=True)
class Seen:
    """The training and the held-out rows with their columns, and the vectors of all files that rows name."""

    columns: tuple[Column, ...]
    train: Cells
    held: Cells
    vectors: Mapping[str, Floats]
    parts: Parts  # that vectors consist of


class FusionPredictor:
    """A loaded model."""

    def __init__(self, lines: Lines, senses: Mapping[str, Sense]) -> None:
        self.labels = lines.labels
        self._lines, self._senses = lines, senses

    def answer(self, inputs: Sequence[str]) -> list[Answer]:
        """Return what all media together say of each row, and each alone."""
        if not inputs:
            return []
        columns = self._lines.columns
        cells = cells_of(inputs, columns)
        vectors = vectors_of(cells, columns, self._senses, _quiet)
        told = self._lines.answers(self._lines.side(cells, vectors))
        return [self._said(told, at, row) for at, row in enumerate(cells)]

    def _said(self, told: Mapping[str, Any], at: int, row: Sequence[str]) -> Fused:
        given = {
            column.medium for column, cell in zip(self._lines.columns, row, strict=True) if cell
        }
        media = self._lines.media
        alone = tuple((medium, tuple(told[medium][at].tolist())) for medium in media)
        lacking = tuple(medium for medium in media if medium not in given)
        return Fused(self.labels, tuple(told[TOGETHER][at].tolist()), alone, lacking)


def train_instant(data: TaskData, params: FusionParams, folder: Path, report: Reporter) -> None:
    """Fit linear heads on fixed features and write them into the folder."""

    def say(step: int, steps: int) -> None:
        report.step(phase="instant", step=step, steps=steps)

    say(0, 1)
    seen = see(data, plain_senses(), report, say)
    lines, told = fit_lines(seen, data, params)
    report.note("training.note.fusion_weights", weights=told)
    save(folder, lines)
    say(1, 1)


def see(data: TaskData, senses: Mapping[str, Sense], report: Reporter, say: Say) -> Seen:
    """Return the rows as columns, with the vectors of their files; what cannot be read is said.

    Test rows are looked at too, so that measuring finds their vectors; no target of theirs is read.
    """
    columns = columns_of(data.train.inputs, data.extra.get(COLUMNS, ()))
    parts = [cells_of(p.inputs, columns) for p in (data.train, data.validation, data.test)]
    every = [row for part in parts for row in part]
    vectors = vectors_of(every, columns, senses, say)
    places = [at for at, column in enumerate(columns) if column.medium in (PICTURE, SOUND)]
    files = {row[at] for row in every for at in places if row[at]}
    if lost := len(files - vectors.keys()):
        report.note("training.note.fusion_files_unread", "warning", count=lost)
    widths = {medium: sense.parts for medium, sense in senses.items()}
    return Seen(columns, parts[0], parts[1], vectors, widths)


def fit_lines(seen: Seen, data: TaskData, params: FusionParams) -> tuple[Lines, str]:
    """Return the heads of all media together and of each alone, and what was weighed how in words.

    Raises:
        TrainingError: `fusion_nothing_to_read`, or targets that are no classes and no numbers.
    """
    blocks = make_blocks(seen.columns, seen.train, seen.parts)
    if not blocks:
        raise TrainingError("fusion_nothing_to_read")
    arrays: dict[str, Any] = {}
    for at, block in enumerate(blocks):
        scales = scale_of(raw_block(block, seen.train, seen.vectors))
        arrays[f"mean.{at}"], arrays[f"spread.{at}"] = scales
    goal, unit = goal_of(data.train, data.labels)
    lines = Lines(data.labels, seen.columns, tuple(blocks), arrays, **unit)
    side = lines.side(seen.train, seen.vectors)
    whole = fit_line(side, goal, params.seed)
    _keep(arrays, TOGETHER, whole)
    for medium, numbers_of in side.items():
        is_all = len(side) == 1
        line = whole if is_all else fit_line({medium: numbers_of}, goal, params.seed)
        _keep(arrays, medium, line)
    pairs = zip(whole.media, whole.shares, strict=True)
    return lines, ", ".join(
        f"{_named(medium, seen.columns)} × {share:g}" for medium, share in pairs
    )


def goal_of(rows: Rows, labels: tuple[str, ...]) -> tuple[Goal, dict[str, Any]]:
    """Return what is learned of rows, and how numbers get their unit back; skewed positive ones are learned as logarithms."""
    if labels:
        return Goal(class_indices(rows.targets, labels).astype(np.float64), len(labels)), {}
    values = numbers(rows.targets)
    is_log = bool((values > 0).all()) and _skew(values) > max(
        SKEWED, abs(_skew(np.log(np.maximum(values, 1e-12))))
    )
    values = np.log(values) if is_log else values
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    unit = {"is_log": is_log, "centre": centre, "spread": spread}
    return Goal((values - centre) / spread, 0), unit


def save(folder: Path, lines: Lines, encoder: Mapping[str, Any] | None = None) -> None:
    """Write a model; `encoder` says of one whose files lie beside what it takes in."""
    name = ENCODED if encoder else PLAIN
    kept = {name: np.ascontiguousarray(value, np.float32) for name, value in lines.arrays.items()}
    save_file(kept, folder / f"{name}.safetensors")
    record = lines.to_json() | {"senses": dict(encoder) if encoder else "plain"}
    (folder / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")


SensesOf = Callable[[BaseFiles, Mapping[str, Any]], Mapping[str, Sense]]


def load(folder: Path, senses_of: SensesOf) -> FusionPredictor:
    """Load a model that a training wrote; `senses_of` gives the senses of one with an encoder beside.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        name = ENCODED if (folder / f"{ENCODED}.json").is_file() else PLAIN
        record = json.loads((folder / f"{name}.json").read_text("utf-8"))
        lines = lines_of(record, load_file(folder / f"{name}.safetensors"))
        if name == PLAIN:
            return FusionPredictor(lines, plain_senses())
        base = BaseFiles(folder.name, "features", folder)
        return FusionPredictor(lines, senses_of(base, record["senses"]))


def _keep(arrays: dict[str, Any], name: str, line: Line) -> None:
    arrays[f"weights.{name}"], arrays[f"bias.{name}"] = line.weights, line.bias


def _named(medium: str, columns: Sequence[Column]) -> str:
    return " + ".join(f"“{column.name}”" for column in columns if column.medium == medium)


def _skew(values: np.ndarray[Any, Any]) -> float:
    spread = float(values.std())
    return float((((values - values.mean()) / spread) ** 3).mean()) if spread > 0 else -math.inf


def _quiet(_step: int, _steps: int) -> None:
    """Say nothing: a single answer has no steps."""
