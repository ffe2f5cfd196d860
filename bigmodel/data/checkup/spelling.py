"""Words that are another one mistyped, told by the rows themselves: one slip away from a far commoner word. It changes none.

No dictionary is asked, so that names and terms of a trade stay as they are; a word of every hundred may still be right as
it stands, which is why each is shown and none is changed unasked. Distance: optimal string alignment (one letter
too many, too few, another one, or two in the wrong order), after Damerau 1964.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rapidfuzz.distance import OSA

WORD = re.compile(r"[^\W\d_]+")
NAME = re.compile(r"(?<=[\w,;] )[^\W\d_a-z][^\W\d_]*")  # with a capital within a sentence
SHORTEST, LONG = 5, 9  # letters of a word that may be mistyped, and of one that may be twice
SHORTEST_LABEL = 4
RARE, TIMES, COMMON = (
    2,
    20,
    8,
)  # a word that stands so seldom, beside one so much and so often commoner
RARE_LABEL, RARE_SHARE = (
    3,
    0.05,
)  # rows of a class that may be mistyped, or their share of the other's
NAMED = 0.5  # share of a word's places with a capital: then it is a name
MOST_SUGGESTED = 200


def mistyped_labels(labels: Mapping[str, int]) -> dict[str, str]:
    """Return what rare classes may stand for: a far commoner one that begins alike and is a slip away."""
    found: dict[str, str] = {}
    common = sorted(labels, key=lambda label: -labels[label])
    for label, count in labels.items():
        plain = label.strip().casefold()
        for other in common:
            meant = other.strip().casefold()
            if count > max(RARE_LABEL, RARE_SHARE * labels[other]) or count * 2 > labels[other]:
                break
            if len(plain) >= SHORTEST_LABEL and 0 < _slips(plain, meant) <= _allowed(plain):
                found[label] = other
                break
    return found


def suggestions(texts: Iterable[str]) -> dict[str, str]:
    """Return rare words of English texts with the commoner word each may stand for, the commonest first."""
    counts, capital = _counted(texts)
    meant = {
        word: count
        for word, count in counts.items()
        if count >= COMMON and len(word) >= SHORTEST - 1
    }
    by_rest: dict[str, list[str]] = {}
    for word in meant:
        for rest in _rests(word):
            by_rest.setdefault(rest, []).append(word)
    found: dict[str, str] = {}
    for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if count > RARE or len(word) < SHORTEST or capital[word] >= NAMED * count:
            continue
        near = {
            other
            for rest in _rests(word)
            for other in by_rest.get(rest, ())
            if meant[other] >= TIMES * count and _slips(word, other) == 1 and _is_slip(word, other)
        }
        if near:
            found[word] = max(near, key=lambda other: (meant[other], other))
    return dict(list(found.items())[:MOST_SUGGESTED])


def _counted(texts: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Return how often each word stands anywhere, and how often with a capital in the middle of a sentence."""
    counts, capital = Counter[str](), Counter[str]()
    for text in texts:
        counts.update(WORD.findall(text.casefold()))
        capital.update(word.casefold() for word in NAME.findall(text))
    return counts, capital


def _rests(word: str) -> Iterator[str]:
    """Yield a word and what is left of it without one of its letters."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _slips(word: str, other: str) -> int:
    """Return how many slips part two words, 0 for words that no slip parts or that begin otherwise."""
    if word[:1] != other[:1] or not (_is_cased(word) and _is_cased(other)):
        return 0
    return OSA.distance(word, other)


def _allowed(word: str) -> int:
    return 2 if len(word) >= LONG else 1


def _is_slip(word: str, other: str) -> bool:
    """Tell a slip from another form of the word: those differ at the end."""
    return word[-2:] == other[-2:] or {*word[-2:]} == {*other[-2:]}


def _is_cased(word: str) -> bool:
    """Tell words of letters that have a capital form: one sign more or less of a Chinese word is another word."""
    letters = word.replace(" ", "").replace("-", "")
    return letters.isalpha() and all(letter.lower() != letter.upper() for letter in letters)
