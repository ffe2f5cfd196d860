"""A passage as sentences, clauses and shorter pieces that may answer a question; it learns nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bigmodel.training.text.tagging.parts import places_of

Place = tuple[int, int]
SENTENCE_END = re.compile(r"[。！？!?；;\n]+[”」』\"’）)]*|\.(?=\s|$)[”\"’)]*")
CLAUSE_END = re.compile(r"[，,：:、—–]+|\s[-–—]\s|[（）()]")
MOST_CLAUSES = 40  # of a sentence
LONGEST_RUN = 4  # clauses that make up one candidate
MOST_RUNS = 24
# What is an answer by its form: quoted, numbers and dates with their unit, names in capitals.
QUOTED = re.compile(r"《[^《》]{1,60}》|[“「『\"][^“”「」『』\"]{1,60}[”」』\"]")
AMOUNT = re.compile(
    r"(?:公元前?|约|近|第)?[\d\uff10-\uff19][\d\uff10-\uff19,.]*(?:\s?%|[年月日号时分秒岁个位名人次座条部米元公厘千万亿度级届所家台层种]"
    r"(?:[\d\uff10-\uff19]+[月日号分])*(?:[\d\uff10-\uff19]+日)?)*"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2}(?:,\s*\d{4})?"
)
CAPITALS = re.compile(
    r"\b[A-Z][\w.&’'-]*(?:\s+(?:of|the|and|de|von|van|[A-Z][\w.&’'-]*))*(?<![a-z]\.)"
)
KINDS = ("sentence", "run", "clause", "quoted", "number", "name", "rest", "tail")


@dataclass(frozen=True)
class Candidate:
    """Part of a passage that may be the answer, the sentence it stands in, and the kind it was found as."""

    start: int
    end: int
    sentence: int
    kind: str


def sentences_of(passage: str) -> list[Place]:
    """Return where each sentence stands, without blanks around it."""
    return list(_between(passage, 0, len(passage), SENTENCE_END, keeps=True))


def clauses_of(passage: str, sentence: Place) -> list[Place]:
    """Return where each clause of a sentence stands."""
    return list(_between(passage, *sentence, CLAUSE_END, keeps=False))[:MOST_CLAUSES]


def candidates_of(
    passage: str, sentences: Sequence[Place], chosen: Sequence[int], asked: frozenset[str]
) -> list[Candidate]:
    """Return the candidates of some sentences, each place once; `asked` are the words of the question."""
    found: dict[Place, Candidate] = {}
    for number in chosen:
        for (start, end), kind in _places(passage, sentences[number], asked):
            low, high = trimmed(passage, start, end)
            if low < high:
                found.setdefault((low, high), Candidate(low, high, number, kind))
    return list(found.values())


LOOSE = "，,、：:；;。\uff0e.!！?？"


def trimmed(text: str, start: int, end: int) -> Place:
    """Return a place without blanks and loose marks around it."""
    while start < end and (text[start].isspace() or text[start] in LOOSE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "，,、：:；;"):
        end -= 1
    return start, end


def _places(passage: str, sentence: Place, asked: frozenset[str]) -> Iterator[tuple[Place, str]]:
    start, end = sentence
    yield sentence, "sentence"
    bare = end
    while bare > start and passage[bare - 1] in "。！？!?；;.\n":
        bare -= 1
    yield (start, bare), "sentence"
    clauses = clauses_of(passage, (start, bare))
    yield from _runs(clauses, bare)
    for pattern, kind in ((QUOTED, "quoted"), (AMOUNT, "number"), (CAPITALS, "name")):
        for match in pattern.finditer(passage, start, end):
            yield match.span(), kind
            if kind == "quoted":
                yield (match.start() + 1, match.end() - 1), kind
            elif kind == "name" and match.start() == start and " " in match[0]:
                yield (
                    (start + match[0].index(" "), match.end()),
                    kind,
                )  # the first word of a sentence
    for clause in clauses:
        yield from _rests(passage, clause, asked)


def _runs(clauses: Sequence[Place], end: int) -> Iterator[tuple[Place, str]]:
    """Yield clauses, runs of them, and what is left of the sentence from one on."""
    for clause in clauses:
        yield clause, "clause"
    runs = (
        (clauses[at][0], clauses[at + size - 1][1])
        for size in range(2, LONGEST_RUN + 1)
        for at in range(len(clauses) - size + 1)
    )
    for run in islice(runs, MOST_RUNS):
        yield run, "run"
    for clause in clauses[1:-LONGEST_RUN]:
        yield (clause[0], end), "tail"


def _rests(passage: str, clause: Place, asked: frozenset[str]) -> Iterator[tuple[Place, str]]:
    """Yield the parts of a clause that the question does not say, and those after a verb of being."""
    places = [(a + clause[0], b + clause[0]) for a, b in places_of(passage[clause[0] : clause[1]])]
    first = -1
    for at, (low, high) in enumerate([*places, (clause[1], clause[1])]):
        is_said = high == low or passage[low:high].lower() in asked
        if is_said and first >= 0:
            yield (places[first][0], places[at - 1][1]), "rest"
            if at - first > 1 and passage[places[first][0] : places[first][1]] in STARTERS:
                yield (places[first + 1][0], places[at - 1][1]), "rest"
            first = -1
        elif not is_said and first < 0:
            first = at
    for low, high in places:
        if passage[low:high] in STARTERS:
            yield (high, clause[1]), "tail"


STARTERS = frozenset(
    [
        "是",
        "为",
        "於",
        "于",
        "在",
        "由",
        "叫",
        "指",
        "至",
        "到",
        "从",
        "有",
        "is",
        "was",
        "are",
        "were",
        "in",
        "on",
        "at",
        "by",
        "to",
        "from",
        "for",
        "with",
        "as",
        "the",
        "a",
        "an",
        "called",
        "named",
        "of",
    ]
)


def _between(
    text: str, start: int, end: int, pattern: re.Pattern[str], *, keeps: bool
) -> Iterator[Place]:
    """Yield the places between marks; `keeps`: with the mark that ends each."""
    at = start
    for match in pattern.finditer(text, start, end):
        stop = match.end() if keeps else match.start()
        if text[at:stop].strip():
            yield _stripped(text, at, stop)
        at = match.end()
    if text[at:end].strip():
        yield _stripped(text, at, end)


def _stripped(text: str, start: int, end: int) -> Place:
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return start, end
