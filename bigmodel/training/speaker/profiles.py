"""Profiles of people and how much a voice is like each, in numpy alone; it must never import torch.

A voice is compared by the cosine of its vector and a profile, after both are brought to mean 0 and spread 1
over people. What an encoder of voices hears is compared as it is, and that cosine counts little beside it: mean and
spread of a few people say nothing of strangers, and an encoder knows thousands of people already.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load_file

from bigmodel.training.speaker.voice import Floats

RECORD, ARRAYS = "speakers.json", "speakers.safetensors"
TOLD = "book"  # the entry of the file that tells what no array can
LENGTHS_S = (2.0, 5.0)  # of speech: below, between and above them has a threshold of its own
ALONE = (
    0.8  # of one person's mean that is taken out where there is no other: something must be left
)
LEAST_SPREAD = 0.01  # of the mean spread of all numbers
# How much tone colour takes from the likeness to those whom a voice is less like by it. It tells the people who are known
# apart, by their mean and spread, which say nothing of strangers: those gain nothing by it.
BY_COLOUR = 0.4
BESIDE = 0.2  # of the cosine of all numbers, added to that of an encoder by older models
MOST_LEFT_OUT = 200  # people of whom an answer tells what it would be, had they never been heard

Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Space:
    """What brings vectors to mean 0 and spread 1."""

    centre: Matrix
    scale: Matrix

    def directions(self, vectors: Floats | Matrix) -> Matrix:
        """Return vectors of length 1, (rows, numbers)."""
        return _turned((vectors - self.centre) / self.scale)


@dataclass(frozen=True)
class Profiles:
    """Profiles of the people who were enrolled; all that an answer needs, as arrays."""

    people: Ints  # (enrolled,) places in the labels
    means: Matrix  # (enrolled, numbers) of each one's takes
    squares: Matrix  # (enrolled, numbers) means of their squares
    thresholds: Matrix  # (lengths,) of likeness: a stranger seldom reaches them
    without: Matrix  # (lengths, enrolled) the same, had that person never been heard
    encoded: Ints = field(
        default_factory=lambda: np.zeros(1, np.int64)
    )  # numbers in front that are an encoder's
    by_colour: Matrix = field(default_factory=lambda: np.zeros(1))  # BY_COLOUR; 0 of older models

    def likeness(self, vectors: Floats) -> Matrix:
        """Return how much voices are like each person, (rows, enrolled), from 0 to 1."""
        return self.against(vectors, np.arange(len(self.people)))

    def strangest(self, vectors: Floats) -> Matrix:
        """Return how much voices are like anybody but each person, had that one never been heard, (rows, enrolled)."""
        count = len(self.people)
        found = np.zeros((len(vectors), count))
        if count < 2:
            return found
        if count > MOST_LEFT_OUT:  # one of so many hardly moves mean and spread
            whole = self.likeness(vectors)
            for place in range(count):
                found[:, place] = np.delete(whole, place, axis=1).max(axis=1)
            return found
        for place in range(count):
            others = np.delete(np.arange(count), place)
            found[:, place] = self.against(vectors, others).max(axis=1)
        return found

    def against(self, vectors: Floats, chosen: Ints) -> Matrix:
        """Return the likeness to some people, as if there were no others."""
        space = space_of(self.means[chosen], self.squares[chosen])
        turned: Matrix = space.directions(vectors) @ space.directions(self.means[chosen]).T
        if not self.encoded[0]:
            return np.clip((1 + turned) / 2, 0.0, 1.0)
        plain = self.encoded_cosine(vectors, chosen)
        if taken := float(self.by_colour[0]):
            behind: Matrix = turned.max(axis=1, keepdims=True) - turned
            return np.clip(plain - taken * behind, 0.0, 1.0)
        return np.clip((plain + BESIDE * turned) / (1 + BESIDE), 0.0, 1.0)

    def encoded_cosine(self, vectors: Floats, chosen: Ints) -> Matrix:
        """Return the cosine of what an encoder makes of voices and of some people, whoever else is known."""
        front = int(self.encoded[0])
        found: Matrix = _turned(vectors[:, :front]) @ _turned(self.means[chosen, :front]).T
        return found

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays by name, as they are stored."""
        return {one.name: np.ascontiguousarray(getattr(self, one.name)) for one in fields(self)}


def _turned(vectors: Floats | Matrix) -> Matrix:
    """Return vectors of length 1."""
    found: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return found


def length_of(seconds: float) -> int:
    """Return which of the lengths speech has."""
    return int(np.searchsorted(LENGTHS_S, seconds, side="right"))


def space_of(means: Matrix, squares: Matrix) -> Space:
    """Return the mean and spread over people, each counting once."""
    centre = means.mean(axis=0)
    spread = np.sqrt(np.maximum(squares.mean(axis=0) - centre**2, 0.0))
    least = LEAST_SPREAD * max(float(spread.mean()), 1e-9)
    taken = centre if len(means) > 1 else ALONE * centre
    return Space(taken, np.maximum(spread, least))


def of_arrays(arrays: Mapping[str, NDArray[Any]]) -> Profiles:
    """Return the profiles among arrays; those of older models know no encoder apart."""
    return Profiles(
        **{one.name: arrays[one.name] for one in fields(Profiles) if one.name in arrays}
    )


def read_profiles(folder: Path) -> tuple[list[str], Profiles]:
    """Return the names of the people whom a model knows, and their profiles in step."""
    profiles = of_arrays(load_file(folder / ARRAYS))
    return names_of(folder, profiles), profiles


def names_of(folder: Path, profiles: Profiles) -> list[str]:
    """Return the names that stand in the file of the profiles; older ones have them in the record beside it."""
    if told := told_of(folder):
        return [str(name) for name in told["names"]]
    labels = json.loads((folder / RECORD).read_text("utf-8"))["labels"]
    return [labels[place] for place in profiles.people]


def told_of(folder: Path) -> dict[str, Any]:
    """Return what the file of the profiles says beside its arrays; nothing in older ones. Any: JSON."""
    with safe_open(folder / ARRAYS, "np") as file:
        told = (file.metadata() or {}).get(TOLD, "{}")
    return dict(json.loads(told))
