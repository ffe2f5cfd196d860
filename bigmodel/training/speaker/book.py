"""The people that a model knows, as one file that is replaced as a whole: names, profiles, and recordings to measure by."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.training.speaker.profiles import ARRAYS, TOLD, Profiles, of_arrays, told_of
from bigmodel.training.speaker.thresholds import Takes, enrol, usual_of, with_thresholds

SHARE = 0.01  # of strangers let in, where a file does not tell


@dataclass(frozen=True)
class Book:
    """Everybody a model knows. Places of people in `profiles` and `asked` are those in `names`."""

    names: tuple[str, ...]
    profiles: Profiles
    asked: tuple[Takes, ...]  # for each length of speech, by which thresholds are measured
    share: float
    usual: float

    def measured(self) -> "Book":
        """Return the same people with thresholds from all of them."""
        made = with_thresholds(self.profiles, self.asked, self.share, self.usual)
        return replace(self, profiles=made)


def bound(
    labels: Sequence[str], takes: Takes, asked: Sequence[Takes], share: float, encoded: int = 0
) -> Book:
    """Return the book of the people of a training; who has no takes is not in it."""
    profiles = enrol(takes, asked, share, encoded)
    people = profiles.people
    placed = tuple(
        Takes(one.vectors, np.searchsorted(people, one.people), one.seconds) for one in asked
    )
    usual = usual_of(profiles, takes)
    names = tuple(labels[place] for place in people)
    return Book(names, replace(profiles, people=np.arange(len(people))), placed, share, usual)


def read_book(folder: Path) -> Book:
    """Return the people of a model.

    Raises:
        ModelError: `voices_not_measured`, of a model from before recordings were kept to measure by.
    """
    arrays = load_file(folder / ARRAYS)
    told = told_of(folder)
    if not told:
        raise ModelError("voices_not_measured")
    profiles = of_arrays(arrays)
    columns = [arrays[f"asked_{name}"] for name in ("vectors", "people", "seconds")]
    lengths = arrays["asked_lengths"]
    asked = tuple(
        Takes(*(column[lengths == length] for column in columns))
        for length in range(len(profiles.thresholds))
    )
    return Book(tuple(told["names"]), profiles, asked, told["share"], told["usual"])


def write_book(book: Book, folder: Path) -> None:
    """Put the file of the people in its place, whole or not at all."""
    arrays = book.profiles.arrays()
    for name in ("vectors", "people", "seconds"):
        rows = [getattr(one, name) for one in book.asked if len(one.people)]
        arrays[f"asked_{name}"] = np.concatenate(rows) if rows else np.empty(0, np.float32)
    counts = [len(one.people) for one in book.asked]
    arrays["asked_lengths"] = np.repeat(np.arange(len(counts)), counts)
    # One entry: several are written in any order, and the same training would not end with the same file.
    told = {"names": list(book.names), "share": book.share, "usual": book.usual}
    draft = folder / f".{new_id()}.tmp"
    try:
        save_file(arrays, draft, {TOLD: json.dumps(told, ensure_ascii=False)})
        draft.replace(folder / ARRAYS)
    finally:
        draft.unlink(missing_ok=True)
