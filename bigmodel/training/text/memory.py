"""What a text model keeps of its training rows to tell strangers: vectors and row ids, never the rows.

It belongs to a model in this app and never goes into a downloaded package.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.task import Explanation
from bigmodel.training.ood.neighbours import MOST_ROWS, PART, RECORD, VECTORS, unit_vectors
from bigmodel.training.ood.score import Floats, OodCalibration, calibration_from
from bigmodel.training.ood.unreadable_text import ScriptStats, fit_script_stats, why_unreadable
from bigmodel.training.text.ngrams import Features

NEAR = 5  # training rows whose mean distance is a sign
SHOWN = 3
MOST_ENTRIES = 3_000_000  # n-grams of all kept rows together
# Share of unknown n-grams from which next to nothing is read, by the length of the longest one.
UNREAD = {3: 0.75, 5: 0.6}

Likeness = NDArray[np.float32]
Near = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class OodFeatures:
    """What some texts are to the training rows: signs (texts, signs), and the nearest rows of each."""

    ood_features: Floats
    nearest: list[Near]


@dataclass(frozen=True)
class TextMemory:
    """Training rows as n-grams of length 1, (rows, terms), and as vectors of a network where there is one."""

    rows: csr_matrix
    ids: tuple[str, ...]
    script_stats: ScriptStats
    longest: int  # n-gram
    is_own: bool = True  # the model knows no letters but those of its training rows
    vectors: NDArray[np.float16] | None = None
    calibration: OodCalibration | None = None

    def look(self, read: Features, doubt: Floats | None = None, vectors: Any = None) -> OodFeatures:
        """Return the signs of texts: distance, unknown share, and doubt or the distance of a network's vectors."""
        nearest: list[Near] = []
        ood_features = []
        for start in range(0, len(read.unknown), PART):
            part = slice(start, start + PART)
            alike = (read.features[part].astype(np.float32) @ self._columns).toarray()
            best, places = _nearest(alike)
            columns = [1 - best.mean(axis=1) * read.whole[part], read.unknown[part]]
            if vectors is not None and self.vectors is not None:
                best, places = _nearest(
                    unit_vectors(vectors[part]) @ self.vectors.T.astype(np.float32)
                )
                columns.append(1 - best.mean(axis=1))
            if doubt is not None:
                columns.append(doubt[part])
            nearest += self._named(best, places)
            ood_features.append(np.stack(columns, axis=1))
        return OodFeatures(
            np.concatenate(ood_features) if ood_features else np.empty((0, 0)), nearest
        )

    def explain(
        self,
        texts: Sequence[str],
        read: Features,
        look: OodFeatures,
        unread: Sequence[bool] | None = None,
    ) -> list[Explanation]:
        """Return what is to be said of texts. `unread` tells of which a network's own pieces are unknown."""
        far = (
            self.calibration.ood_score(look.ood_features)
            if self.calibration
            else [None] * len(texts)
        )
        unread = unread or (read.unknown >= UNREAD[self.longest]).tolist()
        return [
            Explanation(
                near,
                strange,
                unreadable=why_unreadable(
                    text, self.script_stats, is_unknown=is_unknown, is_own=self.is_own
                ),
            )
            for text, near, strange, is_unknown in zip(
                texts, look.nearest, far, unread, strict=True
            )
        ]

    def save(self, folder: Path, more: dict[str, Any] | None = None) -> None:
        """Write vectors as safetensors, the rest as JSON. `more` are arrays to lie beside them."""
        arrays = {
            "values": self.rows.data,
            "columns": self.rows.indices.astype(np.int32),
            "ends": self.rows.indptr.astype(np.int32),
            **({} if self.vectors is None else {"vectors": self.vectors}),
            **(more or {}),
        }
        save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, folder / VECTORS)
        record = {
            "v": 2,
            "terms": self.rows.shape[1],
            "longest": self.longest,
            "is_own": self.is_own,
            "habits": asdict(self.script_stats),
            "usual": self.calibration and asdict(self.calibration),
            "ids": list(self.ids),
        }
        (folder / RECORD).write_text(json.dumps(record), "utf-8")

    @cached_property
    def _columns(self) -> csr_matrix:
        """The rows as terms by rows, in the form that products need."""
        return self.rows.T.tocsr()

    def _named(self, best: Floats, places: NDArray[np.int64]) -> Iterator[Near]:
        for likeness, row in zip(best[:, :SHOWN].tolist(), places[:, :SHOWN], strict=True):
            yield tuple((self.ids[n], 1 - alike) for alike, n in zip(likeness, row, strict=True))


def make_memory(rows: Rows, features: Any, longest: int, vectors: Any = None) -> TextMemory:
    """Return a memory of training rows; of too many, evenly chosen ones are kept. It knows nothing usual yet."""
    chosen = kept(len(rows), features.nnz)
    return TextMemory(
        csr_matrix(features[chosen], dtype=np.float32),
        tuple(rows.ids[n] for n in chosen),
        fit_script_stats(rows.inputs),
        longest,
        vectors=None if vectors is None else unit_vectors(vectors[chosen]).astype(np.float16),
    )


def unrepeated(texts: Sequence[str], learned: Sequence[str]) -> list[str]:
    """Return the texts that were not learned from, word for word: a repeat tells nothing of what new texts are like."""
    known = set(learned)
    return [text for text in texts if text not in known]


def chosen_rows(rows: Rows, chosen: NDArray[np.int64]) -> Rows:
    """Return the rows of these numbers."""
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[number] for number in chosen] for column in columns))


def kept(rows: int, entries: int) -> NDArray[np.int64]:
    """Return the numbers of the rows to keep, evenly chosen."""
    most = min(rows, MOST_ROWS, max(1, MOST_ENTRIES * rows // max(1, entries)))
    return np.linspace(0, rows - 1, most).astype(np.int64)


def load_memory(folder: Path) -> TextMemory | None:
    """Load what `TextMemory.save` wrote; None where there is nothing, as in a downloaded package."""
    if not (folder / RECORD).is_file() or not (folder / VECTORS).is_file():
        return None
    record = json.loads((folder / RECORD).read_text("utf-8"))
    arrays = load_file(folder / VECTORS)
    ids = tuple(record["ids"])
    rows = csr_matrix(
        (arrays["values"], arrays["columns"], arrays["ends"]), shape=(len(ids), record["terms"])
    )
    script_stats = {**record["habits"], "scripts": tuple(record["habits"]["scripts"])}
    calibration = record["usual"]
    return TextMemory(
        rows,
        ids,
        ScriptStats(**script_stats),
        record["longest"],
        record["is_own"],
        arrays.get("vectors"),
        calibration and calibration_from(calibration),
    )


def _nearest(alike: Likeness) -> tuple[Floats, NDArray[np.int64]]:
    """Return the likeness, at most 1, and the numbers of the nearest rows of each text, nearest first."""
    count = min(NEAR, alike.shape[1])
    places = np.sort(np.argpartition(-alike, count - 1, axis=1)[:, :count], axis=1)
    best = np.take_along_axis(alike, places, axis=1)
    order = np.argsort(-best, axis=1, kind="stable")
    ordered = np.take_along_axis(best, order, axis=1).astype(np.float64)
    return np.minimum(1.0, ordered), np.take_along_axis(places, order, axis=1)
