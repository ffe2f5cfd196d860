"""A model that makes pictures, whatever it is inside: what it is asked, and what is said of a made picture; it never needs torch.

Asked with the name of a class it makes pictures of it. Asked with a photo that it never saw, it makes one picture to be
measured beside the photo, of a class drawn by how often training pictures have it; the draw hangs on the file's name,
which is that of its content.
"""

import hashlib
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from bigmodel.answers.made import ANSWER, Made
from bigmodel.core.errors import ModelError
from bigmodel.data.media.made import Squares, shrunk
from bigmodel.training.generation.memory import FILE, Memory, load_memory
from bigmodel.training.generation.sights import Sights, load_sights
from bigmodel.training.images.read import read_square
from bigmodel.training.standalone.made import classes_of

USUAL = {dial.name: dial.start for dial in ANSWER.dials}
BATCH = 32
NAMED = 20  # classes in a refusal
COURSE = 12  # stages of the first picture that are shown
MEASURED = 128  # pixels of a side at most, of pictures that are measured and kept


@dataclass(frozen=True)
class Wish:
    """The class of each picture (the number of classes for none), what its chance hangs on, and how it is made."""

    classes: Sequence[int]
    seeds: Sequence[Sequence[int]]
    guidance: float
    steps: int
    is_watched: bool = True  # else only the last stage is looked at


@dataclass(frozen=True)
class Measuring:
    """What made pictures are measured by, and the share of each class of the training pictures."""

    sights: Sights
    memory: Memory
    shares: Sequence[float]


class Maker(ABC):
    """A loaded model. Without a `measuring` it only makes, as a downloaded one does."""

    def __init__(self, labels: tuple[str, ...], side: int, measuring: Measuring | None) -> None:
        self.labels, self._side, self._measuring = labels, side, measuring

    @abstractmethod
    def stages(self, wish: Wish) -> Iterator[Squares]:
        """Yield the pictures as far as they have come, (pictures, side, side, 3); the last ones are whole."""

    def answer(self, inputs: Sequence[str]) -> list[Made]:
        """Return a made picture beside each photo, and pictures of each class that is asked for."""
        found: list[Made] = [ANSWER.nothing] * len(inputs)
        photos = [place for place, asked in enumerate(inputs) if Path(asked).is_file()]
        for start in range(0, len(photos), BATCH):
            part = photos[start : start + BATCH]
            made = self._beside([inputs[place] for place in part])
            for place, one in zip(part, made, strict=True):
                found[place] = one
        for place in sorted(set(range(len(inputs))) - set(photos)):
            *_, found[place] = self.stream(inputs[place])
        return found

    def stream(self, text: str) -> Iterator[Made]:
        """Yield pictures of a class, as far as they have come."""
        return self.stream_by(text, {})

    def stream_by(self, text: str, dials: Mapping[str, float]) -> Iterator[Made]:
        """Yield pictures of a class by the dials.

        Raises:
            ModelError: `made_class_unknown`.
        """
        how = {**USUAL, **dials}
        count, seed = int(how["count"]), int(how["seed"])
        try:
            classes = classes_of(text, self.labels, count)
        except ValueError as error:
            known = ", ".join(self.labels[:NAMED])
            name = PurePath(text).name if PurePath(text).is_absolute() else text.strip()
            raise ModelError("made_class_unknown", name=name, known=known) from error
        seeds = [(seed, number) for number in range(count)]
        wish = Wish(classes, seeds, how["guidance"], int(how["steps"]))
        label = self.labels[classes[0]] if self.labels and text.strip() else ""
        course: list[Squares] = []
        for squares in self.stages(wish):
            course.append(squares[:1])
            yield Made(label, self._side, squares.tobytes(), course=_bytes_of(course))
        near = self._near(squares)
        yield Made(label, self._side, squares.tobytes(), course=_bytes_of(course), **near)

    def _near(self, squares: Squares) -> dict[str, Any]:
        if self._measuring is None:
            return {}
        memory = self._measuring.memory
        near = memory.nearest(squares)
        nearest = memory.shown(near.places, self._side).tobytes()
        return {"nearest": nearest, "copied": int(near.copied.sum())}

    def _beside(self, paths: Sequence[str]) -> list[Made]:
        """Return one made picture for each photo, with what both show in numbers."""
        if self._measuring is None:
            raise ModelError("model_not_measurable")
        sights, memory = self._measuring.sights, self._measuring.memory
        draws = [_draw_of(path) for path in paths]
        bounds = np.cumsum(self._measuring.shares)
        classes = [
            min(int(np.searchsorted(bounds, draw[0] / 2**32)), max(0, len(self.labels) - 1))
            for draw in draws
        ]
        wish = Wish(classes, draws, USUAL["guidance"], int(USUAL["steps"]), is_watched=False)
        *_, made = self.stages(wish)
        real = np.stack([read_square(path, self._side) for path in paths])
        side = measured_side(self._side)
        made, real = shrunk(made, side), shrunk(real, side)
        seen, own = sights.see(made), sights.see(real)
        judged, known = sights.judge(seen), sights.judge(own)
        near, photos_near = memory.nearest(made), memory.nearest(real)
        nearest = memory.shown(near.places, side)
        drawn = [draw[1] % len(memory.numbers) for draw in draws]
        names = self.labels or ("",)
        return [
            Made(
                label=names[classes[place]],
                side=side,
                pixels=made[place].tobytes(),
                nearest=nearest[place].tobytes(),
                copied=int(near.copied[place]),
                judged=names[judged[place]],
                photo_judged=names[known[place]],
                photo_copied=int(photos_near.copied[place]),
                numbers=tuple(seen[place].tolist()),
                photo=tuple(own[place].tolist()),
                learned=tuple(memory.numbers[drawn[place]].tolist()),
                features=sights.name,
            )
            for place in range(len(paths))
        ]


def _draw_of(path: str) -> tuple[int, int]:
    """Return two numbers below 2³² that hang on the name of a file alone."""
    digest = hashlib.sha256(Path(path).name.encode()).digest()
    return int.from_bytes(digest[:4]), int.from_bytes(digest[4:8])


def _bytes_of(course: Sequence[Squares]) -> bytes:
    """Return some of the stages of the first picture, spread over them, the last among them."""
    places = np.unique(np.linspace(0, len(course) - 1, COURSE).round().astype(int))
    return b"".join(course[place].tobytes() for place in places)


def measured_side(side: int) -> int:
    """Return the side at which pictures of this one are measured and kept."""
    return side if side <= MEASURED else math.gcd(side, MEASURED)


def measuring_of(folder: Path, shares: Sequence[float]) -> Measuring | None:
    """Return what is measured by; None where it is not there, as beside a downloaded model."""
    if not (folder / FILE).is_file():
        return None
    return Measuring(load_sights(folder), load_memory(folder), shares)


def read_record(path: Path) -> dict[str, Any]:
    """Return what stands beside the weights of a model."""
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record
