"""Texts that are nearly the same, by MinHash over character n-grams, whole columns at a time; it knows no labels.

MinHash: Broder 1997, "On the resemblance and containment of documents"; banding: Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", chapter 3. Candidates are compared letter by letter before they count.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from bigmodel.core.callbacks import OnShare

NGRAM = 4
HASHES, BANDS = 60, 15  # four hashes a band: pairs of half their n-grams in common are candidates
LIKELY = 0.45  # share of hashes in common below which a pair is not compared letter by letter
CHUNK = 5_000  # texts hashed at once
LONGEST = 2_000  # characters of a text that are compared
SAME = 90.0  # percent of letters in common
NOISE = re.compile(r"[\W_]+")
MARKS = {mark: " " for mark in range(128) if not chr(mark).isalnum()}

Places = NDArray[np.int64]
Words = NDArray[np.uint32]


def near_groups(texts: Sequence[str], contents: Places, tell: OnShare) -> Places:
    """Return a number for each group of texts that are the same or nearly so, (texts,).

    Args:
        texts: (texts,) as the task reads them; an empty one is like no other.
        contents: (texts,) a number for each text; the same for those that are equal.
        tell: told the share that is done.
    """
    _, first = np.unique(contents, return_index=True)
    plain = [plain_text(texts[at]) for at in first]
    signatures = (
        np.concatenate([*_signatures(plain, tell)]) if plain else np.empty((0, HASHES), np.uint32)
    )
    is_long = np.array([len(text) >= NGRAM for text in plain], np.bool_)
    pairs = (
        (left, right)
        for left, right in _candidates(signatures, is_long).tolist()
        if ratio(plain[left], plain[right], score_cutoff=SAME)
    )
    _, of = np.unique(contents, return_inverse=True)
    return linked(len(plain), pairs)[of]


def linked(count: int, pairs: Iterable[tuple[int, int]]) -> Places:
    """Return a number for each group of things that pairs link, directly or through others: its first thing."""
    leaders = np.arange(count, dtype=np.int64)
    for left, right in pairs:
        a, b = _root(leaders, left), _root(leaders, right)
        leaders[max(a, b)] = min(a, b)
    return np.array([_root(leaders, at) for at in range(count)], np.int64)


def plain_text(text: str) -> str:
    """Return a text without what does not part two of them: width, case, blanks and punctuation."""
    if text.isascii() and (plain := " ".join(text[:LONGEST].lower().translate(MARKS).split())):
        return plain
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return NOISE.sub(" ", folded).strip() or folded


def _signatures(texts: Sequence[str], tell: OnShare) -> Iterator[NDArray[np.uint32]]:
    """Yield the signatures of the texts, (texts, HASHES) a chunk: the least value of each hash over their n-grams."""
    random = np.random.default_rng(0)
    factors = random.integers(1, 2**32, HASHES, np.uint32) | np.uint32(1)
    offsets = random.integers(0, 2**32, HASHES, np.uint32)
    for start in range(0, len(texts), CHUNK):
        tell(start / max(1, len(texts)))
        grams, begins = _ngrams(texts[start : start + CHUNK])
        found = np.empty((len(begins), HASHES), np.uint32)
        for number in range(HASHES):
            mixed = grams * factors[number] + offsets[number]
            mixed ^= mixed >> np.uint32(15)
            found[:, number] = np.minimum.reduceat(mixed, begins)
        yield found


def _ngrams(texts: Sequence[str]) -> tuple[Words, Places]:
    """Return the hashes of all n-grams of some texts one after another, and where each text begins."""
    padded = [text if len(text) >= NGRAM else text.ljust(NGRAM) for text in texts]
    lengths = np.array([len(text) for text in padded], np.int64)
    letters = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), np.uint32)
    hashed = np.zeros(len(letters) - NGRAM + 1, np.uint32)
    for place in range(NGRAM):  # overflow is the modulus of the hash
        hashed = hashed * np.uint32(0x01000193) + letters[place : len(hashed) + place]
    hashed = (hashed ^ (hashed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    ends = np.cumsum(lengths)
    counts = lengths - NGRAM + 1
    is_inside = np.ones(len(hashed), np.bool_)
    for place in range(1, NGRAM):  # n-grams that would reach into the next text
        is_inside[ends[:-1] - place] = False
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)[:-1]])
    return hashed[is_inside], begins


def _candidates(signatures: NDArray[np.uint32], is_long: NDArray[np.bool_]) -> Places:
    """Return pairs of texts that agree in a whole band, (pairs, 2): each with the first and the one before it there."""
    rows = HASHES // BANDS
    places = np.flatnonzero(is_long)
    found = [np.empty((0, 2), np.int64)]
    for band in range(BANDS):
        part = signatures[places, band * rows : (band + 1) * rows].astype(np.uint64)
        keys = part[:, 0]
        for column in range(1, rows):
            keys = (keys ^ part[:, column]) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(29)
        order = np.argsort(keys, kind="stable")
        is_again = np.concatenate([[False], keys[order][1:] == keys[order][:-1]])[: len(order)]
        first = np.maximum.accumulate(np.where(is_again, 0, np.arange(len(order))))
        again = np.flatnonzero(is_again)
        for before in (first[again], again - 1):
            pairs = np.stack([places[order[before]], places[order[again]]], axis=1)
            agree = (signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(axis=1)
            found.append(np.sort(pairs[agree >= LIKELY], axis=1))
    return np.unique(np.concatenate(found), axis=0)


def _root(leaders: Places, at: int) -> int:
    while leaders[at] != at:
        leaders[at] = leaders[leaders[at]]
        at = int(leaders[at])
    return at
