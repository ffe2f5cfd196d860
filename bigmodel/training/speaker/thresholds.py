"""From likenesses of strangers to thresholds, in numpy alone; it must never import torch.

Thresholds come from strangers: each person is once left out whole (from mean, spread and profiles) and speaks
to the others (open-set identification, Phillips, Grother and Micheals 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bigmodel.training.speaker.profiles import LENGTHS_S, Ints, Matrix, Profiles
from bigmodel.training.speaker.voice import Floats

FEW_PEOPLE = 10  # below which a threshold is a guess, and has a margin
MOST_ASKED = 40  # recordings of a person and length: more say little that is new
USUAL_MISSES = 0.05  # of right visits refused, where there are no strangers to measure
# How far apart the levels of strangers lie, that is, the likeness that few visits of one of them reach, for each length of
# speech. A few people say little of it, so that these count beside them as so many people would. Longer speech needs more:
# it is like its own person throughout, so that few own visits are lost by it, and strangers who are let in are let in always.
USUAL_SPREAD, ENCODED_SPREAD, USUAL_PEOPLE = (0.04, 0.05, 0.06), (0.02, 0.035, 0.05), 4
# 95 % quantiles of Student's t by its degrees of freedom, the first for USUAL_PEOPLE.
STUDENT = (2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771)


@dataclass(frozen=True)
class Takes:
    """Vectors of recordings with their people (places in the labels) and seconds of speech, in step."""

    vectors: Floats  # (takes, numbers)
    people: Ints
    seconds: Floats


def enrol(takes: Takes, asked: Sequence[Takes], share: float, encoded: int = 0) -> Profiles:
    """Return the profiles of everybody who has takes, and thresholds for each length of speech.

    Args:
        takes: what the profiles are made of.
        asked: for each length, recordings of the same people as they would come to be asked about.
        share: of strangers' visits that may be taken for somebody.
        encoded: numbers in front of each vector that an encoder of voices made.
    """
    people = np.unique(takes.people)
    mine = [takes.vectors[takes.people == one].astype(np.float64) for one in people]
    means = np.stack([each.mean(axis=0) for each in mine])
    squares = np.stack([np.square(each).mean(axis=0) for each in mine])
    empty = np.zeros((len(LENGTHS_S) + 1, len(people)))
    front = np.array([encoded], np.int64)
    bare = Profiles(people, means, squares, np.zeros(len(empty)), empty, front)
    return with_thresholds(bare, asked, share, usual_of(bare, takes))


def with_thresholds(
    profiles: Profiles, asked: Sequence[Takes], share: float, usual: float
) -> Profiles:
    """Return the same people with thresholds for each length, `usual` where there is nobody else to measure by."""
    count = len(profiles.people)
    thresholds, without = np.zeros(len(asked)), np.zeros((len(asked), count))
    for length, each in enumerate(asked):
        scores, places = strangers(profiles, each)
        apart = (ENCODED_SPREAD if profiles.encoded[0] else USUAL_SPREAD)[length]
        thresholds[length] = threshold_of(scores, places, share, usual, apart)
        for place in range(count):
            rest = places != place
            without[length, place] = threshold_of(scores[rest], places[rest], share, usual, apart)
    _fill(thresholds, without, [len(each.people) for each in asked])
    return replace(profiles, thresholds=thresholds, without=without)


def few_of_each(takes: Takes) -> Takes:
    """Return at most MOST_ASKED takes of each person, spread over all."""
    kept = [
        mine[np.linspace(0, len(mine) - 1, min(len(mine), MOST_ASKED)).astype(np.int64)]
        for one in np.unique(takes.people)
        for mine in [np.flatnonzero(takes.people == one)]
    ]
    chosen = np.sort(np.concatenate(kept)) if kept else np.empty(0, np.int64)
    return Takes(takes.vectors[chosen], takes.people[chosen], takes.seconds[chosen])


def threshold_of(
    scores: Matrix, people: Ints, share: float, usual: float, usual_spread: float
) -> float:
    """Return the least likeness that at most this share of strangers' visits reach.

    With few people chance decides who is among them: then it lies where one more person would stay below it in
    19 of 20 cases (a prediction bound for a normal spread over people).
    """
    if not len(scores):
        return usual
    found = _reached(scores, share)
    each = np.array([_reached(scores[people == one], share) for one in np.unique(people)])
    count = len(each)
    if count < FEW_PEOPLE:
        apart = float(np.square(each - each.mean()).sum()) + USUAL_PEOPLE * usual_spread**2
        spread = (apart / (count - 1 + USUAL_PEOPLE)) ** 0.5
        margin = STUDENT[count - 1] * spread * (1 + 1 / count) ** 0.5
        found = max(found, float(each.mean()) + margin)
    return min(found, 1.0)


def _reached(scores: Matrix, share: float) -> float:
    falling = np.sort(scores)[::-1]
    return float(np.nextafter(falling[int(share * len(falling))], 2.0))


def strangers(profiles: Profiles, asked: Takes) -> tuple[Matrix, Ints]:
    """Return how much each recording is like somebody else, its person left out whole, and whose it is."""
    scores, places = [], []
    if len(profiles.people) < 2:
        return np.empty(0), np.empty(0, np.int64)
    for place, one in enumerate(profiles.people):
        mine = asked.vectors[asked.people == one]
        others = np.delete(np.arange(len(profiles.people)), place)
        scores.append(profiles.against(mine, others).max(axis=1) if len(mine) else np.empty(0))
        places.append(np.full(len(mine), place, np.int64))
    return np.concatenate(scores), np.concatenate(places)


def usual_of(profiles: Profiles, takes: Takes) -> float:
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
