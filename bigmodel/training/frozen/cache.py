"""Vectors of media files by an encoder, kept beside a dataset's media: each file is seen once, whatever is trained on it.

A file of a dataset is named by its content, so its vector never changes. What is deleted with the dataset goes with
it; files that lie elsewhere, such as those somebody asks about, are never noted.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.task import Reporter
from bigmodel.data.versions.versions import MEDIA

FOLDER = "features"
SAVE_EVERY_S = 20.0  # so that an interrupted training goes on near where it was
FEWEST_STEPS = 4  # said even where nothing is left to compute: a forecast times them

T = TypeVar("T", bound=np.generic)
Say = Callable[[int, int], None]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class SeenRows:
    """The rows whose files could be read, with their vectors in step, (rows, features)."""

    ids: list[str]
    targets: list[str]
    vectors: Floats


class FeatureCache:
    """The vectors of one encoder. `key` names the encoder and all that its vectors depend on."""

    def __init__(self, key: str, paths: Sequence[str]) -> None:
        """Open what is known of the dataset that these files belong to."""
        self._media = _media_of(paths)
        self._file = self._media.with_name(FOLDER) / f"{key}.safetensors" if self._media else None
        self._known = _read(self._file) if self._file else {}

    def get(self, path: str) -> Floats | None:
        """Return the vector of a file, or None."""
        return self._known.get(self._name(path))

    def put(self, path: str, vector: Floats) -> None:
        """Note the vector of a file, as exactly as it will be kept."""
        self._known[self._name(path)] = vector.astype(np.float16).astype(np.float32)

    def rows(self, rows: Rows) -> SeenRows:
        """Return the rows of which a vector is known."""
        found = [self.get(path) for path in rows.inputs]
        places = [place for place, vector in enumerate(found) if vector is not None]
        vectors = [vector for vector in found if vector is not None]
        return SeenRows(
            [rows.ids[place] for place in places],
            [rows.targets[place] for place in places],
            np.stack(vectors) if vectors else np.empty((0, 1), np.float32),
        )

    def save(self) -> None:
        """Write what is known; the file is either the old one or the whole new one."""
        if self._file is None or not self._known:
            return
        self._file.parent.mkdir(mode=0o700, exist_ok=True)
        draft = self._file.with_name(f".{self._file.name}.{new_id()}")
        try:
            vectors = np.stack(list(self._known.values())).astype(np.float16)
            save_file({"vectors": vectors}, draft, {"names": json.dumps(list(self._known))})
            draft.replace(self._file)
        finally:
            draft.unlink(missing_ok=True)

    def _name(self, path: str) -> str:
        inside = Path(path)
        if self._media and inside.is_relative_to(self._media):
            return inside.name  # its content's
        return path


def say_to(report: Reporter) -> Say:
    """Return what tells a reporter the steps of a training that only computes vectors."""

    def say(step: int, steps: int) -> None:
        report.step(phase="train", step=step, steps=steps, epoch=step / steps, epochs=1)

    return say


def fill(
    paths: Sequence[str],
    cache: FeatureCache,
    encode: Callable[[Sequence[str]], Sequence[Floats | None]],
    say: Say,
    batch: int,
) -> None:
    """Put the vector of each file into the cache; what cannot be read stays out.

    Args:
        encode: gets paths, returns the vector of each, None for what cannot be read.
        say: is told which step of how many is done.
    """
    missing = [path for path in dict.fromkeys(paths) if cache.get(path) is None]
    starts = range(0, len(missing), batch)
    steps = max(FEWEST_STEPS, len(starts))
    saved = time.monotonic()
    try:
        for step, start in enumerate(starts, start=1):
            part = missing[start : start + batch]
            for path, vector in zip(part, encode(part), strict=True):
                if vector is not None:
                    cache.put(path, vector)
            say(step, steps)
            if time.monotonic() - saved > SAVE_EVERY_S:
                cache.save()
                saved = time.monotonic()
        for step in range(len(starts) + 1, steps + 1):
            say(step, steps)
    finally:
        if missing:
            cache.save()


def readable(read: Callable[[str], NDArray[T]], paths: Sequence[str]) -> dict[int, NDArray[T]]:
    """Return what can be read of some files, by their places."""
    found = {}
    for place, path in enumerate(paths):
        try:
            found[place] = read(path)
        except (DatasetError, OSError):
            continue
    return found


def _media_of(paths: Sequence[str]) -> Path | None:
    """Return the folder of media that files lie in; None where it is no dataset's."""
    parents = Path(paths[0]).parents if paths else ()
    return next((parent for parent in parents if parent.name == MEDIA), None)


def _read(file: Path) -> dict[str, Floats]:
    try:
        with safe_open(file, "np") as stored:
            vectors = stored.get_tensor("vectors").astype(np.float32)
            names = json.loads(stored.metadata()["names"])
    except (OSError, SafetensorError, KeyError, ValueError):  # not there, or not whole: seen anew
        return {}
    return dict(zip(names, vectors, strict=True))
