"""What is seen of a candidate answer: how much its sentence says of the question, and whether its form suits what is asked; it learns nothing."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.text.extraction.candidates import KINDS, Candidate, sentences_of
from bigmodel.training.text.tagging.parts import places_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# What is asked for, the first that is found; the last one is for all else.
ASKED = (
    ("why", r"为什么|为何|为甚么|何以|原因|怎么会|缘故|\bwhy\b|\breason"),
    ("when", r"什么时候|何时|哪一?年|哪一?天|几月|几日|时间|日期|\bwhen\b|\bwhat (?:year|date|day|month|time)|\bwhich year"),
    ("count", r"多少|几[个名人次位岁条年种部届所]|多长|多高|多大|多远|多久|\bhow (?:many|much|long|old|high|far|large|big|tall)|\bwhat (?:percentage|number)"),
    ("how", r"怎么样?|如何|怎样|\bhow\b"),
    ("who", r"谁|哪[一]?[位个]人|何人|什么人|\bwho(?:se|m)?\b"),
    ("where", r"哪里|哪儿|何处|何地|在哪|位于|地点|什么地方|哪[个一]?[国省市县城]|\bwhere\b|\bwhat (?:country|city|place|state)"),
    ("which", r"哪些|有哪|包括|哪|\bwhich\b"),
    ("what", r"什么是|是什么|什么|何|\bwhat\b"),
    ("other", ""),
)  # fmt: skip
PATTERNS = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in ASKED]
REASON = re.compile(r"因|由于|为了|导致|使得|because|since|due to|so that|in order", re.IGNORECASE)
DATE = re.compile(
    r"\d{3,4}\s?年|[一二三四五六七八九十\d]+[月日]|世纪|时期|\b1[0-9]{3}\b|\b20[0-9]{2}\b|January|February|March|April|June|July|August|September|October|November|December"
)
NUMBER = re.compile(
    r"\d|[一二三四五六七八九十百千万亿]+[个名人次位岁条种部届所家座]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million)\b"
)
PLACE = re.compile(r"[省市县区国州镇村岛山河湖港路街]|\bin\b|\bat\b")
LATIN = re.compile(r"[A-Z][a-z]+")
LISTED = re.compile(r"、|, .*\band\b|以及")
BOUNDS = (2, 4, 8, 14, 24, 40, 70)  # units of a candidate, between which lengths are told apart
NEAR = 12  # words beside a candidate
COMMONEST = ""  # in a table of rarities: that of grams it does not hold
FORMS = (REASON, DATE, NUMBER, PLACE, LATIN, LISTED)
BASE = 19
OF_KIND = (
    len(KINDS) + len(BOUNDS) + 1 + len(FORMS)
)  # columns that are told apart by what is asked for
NOTHING = BASE + len(ASKED) * OF_KIND  # first column of "not in this text"
WIDTH = NOTHING + 1 + 2 * len(ASKED)


def asked_kind(question: str) -> int:
    """Return which kind of thing a question asks for."""
    return next(at for at, (_, pattern) in enumerate(PATTERNS) if pattern.search(question))


class Passage:
    """A passage in sentences and words; what does not depend on a question is worked out once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sentences = sentences_of(text)
        places = [place for place in places_of(text) if text[place[0]].isalnum()]
        self.words = [text[start:end].lower() for start, end in places]
        self.starts = np.array([start for start, _ in places], np.int64)
        self.ends = np.array([end for _, end in places], np.int64)
        self.spans = [self.within(start, end) for start, end in self.sentences]
        self.forms = [[match.span() for match in form.finditer(text)] for form in FORMS]
        self.grams = [grams_of(self.words[low:high]) for low, high in self.spans]
        self.seen = Counter(gram for grams in self.grams for gram in grams)

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Return from which to which (not included) word a part of the text goes."""
        return int(np.searchsorted(self.starts, start)), int(
            np.searchsorted(self.ends, end, "right")
        )


class Asked:
    """A question about a passage: how much of it each sentence says, and where its words stand."""

    def __init__(self, passage: Passage, question: str, rarity: Mapping[str, float]) -> None:
        self.passage, self.kind = passage, asked_kind(question)
        words = [question[a:b].lower() for a, b in places_of(question) if question[a].isalnum()]
        self.words = frozenset(words)
        count, most = len(passage.sentences), rarity.get(COMMONEST, 8.0)
        weights = {
            gram: log(1 + count / (0.5 + passage.seen[gram])) * rarity.get(gram, most) ** 0.5
            for gram in grams_of(words)
            if passage.seen[gram]
        }
        unseen = sum(
            log(1 + count / 0.5) * most**0.5 for g in grams_of(words) if not passage.seen[g]
        )
        self.total = max(1e-9, sum(weights.values()))
        self.known = self.total / (self.total + unseen)
        found = [sum(weights.get(g, 0.0) for g in grams) for grams in passage.grams]
        self.overlap = np.array(found) / self.total
        order = np.argsort(-self.overlap, kind="stable")
        self.rank = np.empty(len(order), np.int64)
        self.rank[order] = np.arange(len(order))
        said = [weights.get(word, 0.0) for word in passage.words]
        said = [
            w + weights.get(f"{a} {b}", 0.0)
            for w, (a, b) in zip(said, pairwise([*passage.words, ""]), strict=True)
        ]
        self._said = np.concatenate([[0.0], np.cumsum(said)]) / self.total
        self._count = np.concatenate([[0], np.cumsum([w in self.words for w in passage.words])])

    def best(self, count: int) -> list[int]:
        """Return the sentences that say most of the question, in their order."""
        return sorted(np.argsort(self.rank, kind="stable")[:count].tolist())

    def share(self, low: Ints, high: Ints) -> Floats:
        """Return how much of the question runs of words say, by its weight."""
        result: Floats = np.minimum(1.5, self._said[np.maximum(low, high)] - self._said[low])
        return result

    def count(self, low: Ints, high: Ints) -> Ints:
        """Return how many words of runs the question has."""
        result: Ints = self._count[np.maximum(low, high)] - self._count[low]
        return result


def grams_of(words: Sequence[str]) -> frozenset[str]:
    """Return words and pairs of words."""
    return frozenset(words) | {f"{a} {b}" for a, b in pairwise(words)}


def features(asked: Asked, candidates: Sequence[Candidate]) -> Floats:
    """Return (candidates, features)."""
    rows = np.zeros((len(candidates), WIDTH))
    if not candidates:
        return rows
    passage, overlap = asked.passage, asked.overlap
    starts, ends = (np.array([getattr(c, name) for c in candidates]) for name in ("start", "end"))
    of = np.array([c.sentence for c in candidates])
    first, last = (np.array(side)[of] for side in zip(*passage.sentences, strict=True))
    low, high = (
        np.searchsorted(passage.starts, starts),
        np.searchsorted(passage.ends, ends, "right"),
    )
    least, most = (np.array(side)[of] for side in zip(*passage.spans, strict=True))
    size = np.maximum(0, high - low)
    inside = asked.share(low, high)
    around = asked.share(np.maximum(least, low - NEAR), np.minimum(most, high + NEAR))
    rank, padded = asked.rank[of], np.concatenate([[0.0], overlap, [0.0]])
    columns = (
        overlap[of], overlap[of] ** 2, rank == 0, rank == 1, rank == 2, np.minimum(rank, 8) / 8,
        overlap.max() - overlap[of], padded[of], padded[of + 2], of == 0,
        inside, overlap[of] - inside, around - inside,
        1 - asked.count(low, high) / np.maximum(1, size), np.log1p(size),
        (ends - starts) / np.maximum(1, last - first), starts == first, ends >= last - 1,
        asked.count(np.maximum(least, low - NEAR), low) / NEAR,
    )  # fmt: skip
    rows[:, :BASE] = np.stack(columns, axis=1)
    base, every = BASE + asked.kind * OF_KIND, np.arange(len(candidates))
    rows[every, base + np.array([KINDS.index(c.kind) for c in candidates])] = 1.0
    rows[every, base + len(KINDS) + np.searchsorted(BOUNDS, size)] = 1.0
    base += len(KINDS) + len(BOUNDS) + 1
    for at, places in enumerate(passage.forms):
        for start, end in places:
            rows[(starts <= start) & (end <= ends), base + at] = 1.0
    return rows


def nothing(asked: Asked) -> Floats:
    """Return (1, features) of the answer that the passage does not hold it."""
    row = np.zeros((1, WIDTH))
    row[0, [NOTHING, NOTHING + 1 + asked.kind]] = 1.0
    row[0, NOTHING + 1 + len(ASKED) + asked.kind] = asked.known * float(
        asked.overlap.max(initial=0.0)
    )
    return row
