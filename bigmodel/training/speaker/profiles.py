"""Profiles of people and what tells them from strangers, in numpy alone; it must never import torch.

A voice is compared by the cosine of its vector and a profile, after both are brought to mean 0 and spread 1
over people. Thresholds come from strangers: each person is once left out whole (from mean, spread and
profiles) and speaks to the others (open-set identification, Phillips, Grother and Micheals 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.speaker.voice import Floats

LENGTHS_S = (2.0, 5.0)  # of speech: below, between and above them has a threshold of its own
ALONE = (
    0.8  # of one person's mean that is taken out where there is no other: something must be left
)
LEAST_SPREAD = 0.01  # of the mean spread of all numbers
FEW_PEOPLE = 10  # below which a threshold is a guess, and has a margin
MOST_LEFT_OUT = 200  # people of whom an answer tells what it would be, had they never been heard
USUAL_MISSES = 0.05  # of right visits refused, where there are no strangers to measure

Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Takes:
    """Vectors of recordings with their people (places in the labels) and seconds of speech, in step."""

    vectors: Floats  # (takes, numbers)
    people: Ints
    seconds: Floats


@dataclass(frozen=True)
class Space:
    """What brings vectors to mean 0 and spread 1."""

    centre: Matrix
    scale: Matrix

    def directions(self, vectors: Floats | Matrix) -> Matrix:
        """Return vectors of length 1, (rows, numbers)."""
        moved = (vectors - self.centre) / self.scale
        turned: Matrix = moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)
        return turned


@dataclass(frozen=True)
class Profiles:
    """Profiles of the people who were enrolled; all that an answer needs, as arrays."""

    people: Ints  # (enrolled,) places in the labels
    means: Matrix  # (enrolled, numbers) of each one's takes
    squares: Matrix  # (enrolled, numbers) means of their squares
    thresholds: Matrix  # (lengths,) of likeness: a stranger seldom reaches them
    without: Matrix  # (lengths, enrolled) the same, had that person never been heard

    def likeness(self, vectors: Floats) -> Matrix:
        """Return how much voices are like each person, (rows, enrolled), from 0 to 1."""
        return self._against(vectors, np.arange(len(self.people)))

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
            found[:, place] = self._against(vectors, others).max(axis=1)
        return found

    def _against(self, vectors: Floats, chosen: Ints) -> Matrix:
        space = space_of(self.means[chosen], self.squares[chosen])
        turned = space.directions(vectors) @ space.directions(self.means[chosen]).T
        return np.clip((1 + turned) / 2, 0.0, 1.0)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays by name, as they are stored."""
        return {
            field.name: np.ascontiguousarray(getattr(self, field.name)) for field in fields(self)
        }


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


def enrol(takes: Takes, asked: Sequence[Takes], share: float) -> Profiles:
    """Return the profiles of everybody who has takes, and thresholds for each length of speech.

    Args:
        takes: what the profiles are made of.
        asked: for each length, recordings of the same people as they would come to be asked about.
        share: of strangers' visits that may be taken for somebody.
    """
    people = np.unique(takes.people)
    mine = [takes.vectors[takes.people == one].astype(np.float64) for one in people]
    means = np.stack([each.mean(axis=0) for each in mine])
    squares = np.stack([np.square(each).mean(axis=0) for each in mine])
    empty = np.zeros((len(asked), len(people)))
    bare = Profiles(people, means, squares, np.zeros(len(asked)), empty)
    thresholds, without = np.zeros(len(asked)), empty.copy()
    for length, each in enumerate(asked):
        scores, places = _strangers(bare, each)
        usual = _usual(bare, takes)
        thresholds[length] = threshold_of(scores, places, share, usual)
        for place in range(len(people)):
            rest = places != place
            without[length, place] = threshold_of(scores[rest], places[rest], share, usual)
    _fill(thresholds, without, [len(each.people) for each in asked])
    return Profiles(people, means, squares, thresholds, without)


def threshold_of(scores: Matrix, people: Ints, share: float, usual: float) -> float:
    """Return the least likeness that at most this share of strangers' visits reach.

    With few people chance decides who is among them: then the spread over people is put on top.
    """
    if not len(scores):
        return usual
    found = _reached(scores, share)
    strangers = np.unique(people)
    if 1 < len(strangers) < FEW_PEOPLE:
        each = np.array([_reached(scores[people == one], share) for one in strangers])
        found = max(found, float(each.mean() + each.std(ddof=1)))
    return min(found, 1.0)


def _reached(scores: Matrix, share: float) -> float:
    falling = np.sort(scores)[::-1]
    return float(np.nextafter(falling[int(share * len(falling))], 2.0))


def _strangers(profiles: Profiles, asked: Takes) -> tuple[Matrix, Ints]:
    """Return how much each recording is like somebody else, its person left out whole, and whose it is."""
    scores, places = [], []
    if len(profiles.people) < 2:
        return np.empty(0), np.empty(0, np.int64)
    for place, one in enumerate(profiles.people):
        mine = asked.vectors[asked.people == one]
        others = np.delete(np.arange(len(profiles.people)), place)
        scores.append(profiles._against(mine, others).max(axis=1) if len(mine) else np.empty(0))
        places.append(np.full(len(mine), place, np.int64))
    return np.concatenate(scores), np.concatenate(places)


def _usual(profiles: Profiles, takes: Takes) -> float:
    """Return a likeness that most takes reach to their own person: all there is to go by without strangers."""
    place = np.searchsorted(profiles.people, takes.people)
    own = profiles.likeness(takes.vectors)[np.arange(len(place)), place]
    return float(np.quantile(own, USUAL_MISSES))


def _fill(thresholds: Matrix, without: Matrix, rows: Sequence[int]) -> None:
    """Give lengths of which there are no recordings the threshold of the nearest one that has some."""
    known = [length for length, count in enumerate(rows) if count]
    for length, count in enumerate(rows):
        if not count and known:
            near = min(known, key=lambda one: (abs(one - length), -one))
            thresholds[length], without[length] = thresholds[near], without[near]
