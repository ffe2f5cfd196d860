"""From likenesses of strangers to thresholds, in numpy alone; it must never import torch.

Thresholds come from strangers: each person is once left out whole (from mean, spread and profiles) and speaks
to the others (open-set identification, Phillips, Grother and Micheals 2011).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from bigmodel.training.speaker.profiles import (
    BY_COLOUR,
    LENGTHS_S,
    Ints,
    Matrix,
    Profiles,
)
from bigmodel.training.speaker.voice import Floats

FEW_PEOPLE = 10  # below which a threshold is a guess
WITH_MARGIN = 25  # people below which it has a margin, where no encoder is known
MOST_ASKED = 40  # recordings of a person and length: more say little that is new
USUAL_MISSES = 0.05  # of right visits refused, where there are no strangers to measure
# How far apart the levels of strangers lie, that is, the likeness that few visits of one of them reach, for each length of
# speech, by tone colour. A few people say little of it, so that these count beside them as so many people would. Longer speech
# needs more: it is like its own person throughout, so that few own visits are lost by it, and strangers are let in always.
USUAL_SPREAD, USUAL_PEOPLE = (0.05, 0.08, 0.10), 8
# The same cosines of GE2E between people who do not know each other, over sixty readers of LibriSpeech, for each length of
# speech: few people say little of them, so that these count as so many people's and so many pairs'.
STRANGE_MEAN, STRANGE_SPREAD = (0.54, 0.56, 0.595), 0.07
AS_PEOPLE, AS_PAIRS = 8, 40
SURE = 0.95  # of cases in which one more person stays below a threshold


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
    if profiles.encoded[0]:  # older ones are measured anew as these are
        profiles = replace(profiles, by_colour=np.array([BY_COLOUR]))
    count = len(profiles.people)
    thresholds, without = np.zeros(len(asked)), np.zeros((len(asked), count))
    every = np.arange(count)
    for length, each in enumerate(asked):
        scores, places = strangers(profiles, each)
        pairs = _pairs(profiles, each, places)
        for left_out in (None, *every.tolist()):
            rows = places != left_out if left_out is not None else places >= 0
            mine = scores[rows], places[rows]
            if profiles.encoded[0]:
                known = np.delete(every, left_out) if left_out is not None else every
                found = bound_of(*mine, pairs[rows][:, known], share, length)
            else:
                found = threshold_of(*mine, share, usual, USUAL_SPREAD[length])
            if left_out is None:
                thresholds[length] = found
            else:
                without[length, left_out] = found
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
    SURE of cases (a prediction bound for a normal spread over people).
    """
    if not len(scores):
        return usual
    found = _reached(scores, share)
    each = np.array([_reached(scores[people == one], share) for one in np.unique(people)])
    count = len(each)
    if count < WITH_MARGIN:
        apart = float(np.square(each - each.mean()).sum()) + USUAL_PEOPLE * usual_spread**2
        degrees = count - 1 + USUAL_PEOPLE
        margin = _student(SURE, degrees) * (apart / degrees * (1 + 1 / count)) ** 0.5
        found = max(found, float(each.mean()) + margin)
    return min(found, 1.0)


def bound_of(scores: Matrix, people: Ints, pairs: Matrix, share: float, length: int) -> float:
    """Return a likeness that strangers reach in at most this share of visits, by the cosines of an encoder.

    A stranger meets all who are known, so that each of them may let in so much less. Cosines of people who are strangers to
    each other lie nearly normally around a mean: those of this project (`pairs`, one column a person who is known) count
    beside what is known of other people, and the fewer they are, the higher the bound (prediction bound of a mean and a
    spread that are shrunken to what is known). Of many people their own strangers say it, more and more.
    """
    known = pairs.shape[1]
    found = [pairs[people == one] for one in np.unique(people) if known > 1]
    count, mean = len(found), STRANGE_MEAN[length]
    apart, degrees = AS_PAIRS * STRANGE_SPREAD**2, AS_PAIRS + count * (count - 1) / 2
    if count:
        each = float(np.mean([np.nanmean(one) for one in found]))
        mean = (count * each + AS_PEOPLE * mean) / (count + AS_PEOPLE)
        every = np.concatenate([one.ravel() for one in found])
        apart += (degrees - AS_PAIRS) * float(np.nanmean(np.square(every - mean)))
    spread = math.sqrt(apart / degrees * (1 + 1 / (count + AS_PEOPLE)))
    bound = mean + spread * _student(1 - share / max(known, 1), degrees)
    own = max(0, count - FEW_PEOPLE) / (count + FEW_PEOPLE)
    return min((1 - own) * bound + own * _reached(scores, share) if own else bound, 1.0)


def _student(share: float, degrees: float) -> float:
    """Return a quantile of Student's t, nearly (the first term of its expansion, Abramowitz and Stegun 26.7.5)."""
    z = NormalDist().inv_cdf(share)
    return z + (z**3 + z) / (4 * degrees)


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


def _pairs(profiles: Profiles, asked: Takes, places: Ints) -> Matrix:
    """Return the cosines of an encoder of each recording, in the order of `places`, and of everybody else; NaN for its own person."""
    every = np.arange(len(profiles.people))
    if not profiles.encoded[0] or not len(places):
        return np.empty((len(places), len(every)))
    rows = np.concatenate([np.flatnonzero(asked.people == one) for one in profiles.people])
    found = profiles.encoded_cosine(asked.vectors[rows], every)
    found[np.arange(len(places)), places] = np.nan
    return found


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
