"""People who come and go without a training: takes are weighed first, then joined to a profile; it writes no file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bigmodel.core.errors import ModelError
from bigmodel.training.audio.features import RATE_HZ
from bigmodel.training.speaker.book import Book
from bigmodel.training.speaker.profiles import Matrix, Profiles, length_of
from bigmodel.training.speaker.takes import Ear
from bigmodel.training.speaker.thresholds import Takes, few_of_each, strangers
from bigmodel.training.speaker.voice import Floats, seconds_of

PIECES_S = (1.5, 3.0, 6.0)  # of speech, that stand for visits of each length
LIKE_STRANGERS = 0.9  # of strangers' visits: what is no more alike than these is another voice


@dataclass(frozen=True)
class Weighed:
    """How a take is: seconds of speech, the person it sounds like, and whether it is unlike the other takes."""

    seconds: float
    like: str = ""
    is_apart: bool = False


def weigh(book: Book, ear: Ear, sounds: Sequence[Floats]) -> list[Weighed]:
    """Return how each take is; `sounds` are speech alone. What holds no speech is like nobody."""
    heard = [place for place, sound in enumerate(sounds) if len(sound)]
    found = [Weighed(round(seconds_of(sound), 2)) for sound in sounds]
    vectors = ear.vectors([sounds[place] for place in heard])
    for at, place in enumerate(heard):
        length = length_of(found[place].seconds)
        likeness = book.profiles.likeness(vectors[at][None])[0]
        best = int(likeness.argmax())
        like = book.names[best] if likeness[best] >= book.profiles.thresholds[length] else ""
        others = [vector for other, vector in enumerate(vectors) if other != at]
        apart = len(others) > 1 and _is_apart(book, vectors[at], others, length)
        found[place] = replace(found[place], like=like, is_apart=apart)
    return found


def _is_apart(book: Book, vector: Floats, others: Sequence[Floats], length: int) -> bool:
    """Tell whether a take is nearer to somebody known than to the others, or as far from them as strangers are."""
    profiles = _extended(book.profiles, others)
    likeness = profiles.likeness(vector[None])[0]
    scores, _ = strangers(book.profiles, book.asked[length])
    far = float(np.quantile(scores, LIKE_STRANGERS)) if len(scores) else 0.0
    return bool(likeness[-1] < max(far, float(likeness[:-1].max())))


def _extended(profiles: Profiles, vectors: Sequence[Floats]) -> Profiles:
    """Return profiles with one more person, whose thresholds are still those of the others."""
    mine = np.stack(vectors).astype(np.float64)
    return replace(
        profiles,
        people=np.arange(len(profiles.people) + 1),
        means=_stacked(profiles.means, mine.mean(axis=0)),
        squares=_stacked(profiles.squares, np.square(mine).mean(axis=0)),
    )


def _stacked(rows: Matrix, row: Matrix) -> Matrix:
    made: Matrix = np.vstack([rows, row])
    return made


def with_person(book: Book, name: str, sounds: Sequence[Floats], ear: Ear) -> Book:
    """Return the book with one more person: the profile is that of the joined takes beside the single ones.

    Pieces of the joined takes stand for visits, and thresholds are measured anew over everybody.

    Raises:
        ModelError: `voice_known`.
    """
    if name in book.names:
        raise ModelError("voice_known", name=name)
    joined = np.concatenate(list(sounds))
    place = len(book.names)
    profiles = _extended(book.profiles, ear.vectors([*sounds, joined]))
    asked = tuple(
        few_of_each(_beside(one, _visits(joined, seconds, place, ear)))
        for one, seconds in zip(book.asked, PIECES_S, strict=True)
    )
    return replace(book, names=(*book.names, name), profiles=profiles, asked=asked).measured()


def _visits(joined: Floats, seconds: float, place: int, ear: Ear) -> Takes | None:
    """Return pieces of so many seconds as visits of a person; nothing of what is shorter."""
    size = int(seconds * RATE_HZ)
    pieces = [joined[at : at + size] for at in range(0, len(joined) - size + 1, size)]
    if not pieces:
        return None
    return Takes(
        np.stack(ear.vectors(pieces)),
        np.full(len(pieces), place, np.int64),
        np.full(len(pieces), seconds, np.float32),
    )


def _beside(takes: Takes, more: Takes | None) -> Takes:
    if more is None or not len(takes.people):
        return more or takes
    return Takes(
        np.concatenate([takes.vectors, more.vectors]),
        np.concatenate([takes.people, more.people]),
        np.concatenate([takes.seconds, more.seconds]),
    )


def without_person(book: Book, name: str) -> Book:
    """Return the book without a person, thresholds measured anew over the others.

    Raises:
        ModelError: `voice_unknown`; or `voice_last`, nobody would be left.
    """
    if name not in book.names:
        raise ModelError("voice_unknown", name=name)
    if len(book.names) == 1:
        raise ModelError("voice_last", name=name)
    place = book.names.index(name)
    profiles = replace(
        book.profiles,
        people=np.arange(len(book.names) - 1),
        means=np.delete(book.profiles.means, place, axis=0),
        squares=np.delete(book.profiles.squares, place, axis=0),
    )
    names = (*book.names[:place], *book.names[place + 1 :])
    asked = tuple(_rest(one, place) for one in book.asked)
    return replace(book, names=names, profiles=profiles, asked=asked).measured()


def _rest(takes: Takes, place: int) -> Takes:
    """Return the takes of all others, whose places close up."""
    chosen = takes.people != place
    people = takes.people[chosen]
    return Takes(takes.vectors[chosen], people - (people > place), takes.seconds[chosen])
