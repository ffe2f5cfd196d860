"""What the answers to a table come to: counts, how sure they are, and the surest rows of each class; it keeps no other row."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bigmodel.core.callbacks import Tell
from bigmodel.core.message import Message
from bigmodel.core.results.results import Measure
from bigmodel.data.writeback.order import Cell, Head, Share

TYPICAL = 3  # rows shown of a class
TEXT_CHARACTERS = 200
SHOWN_CLASSES = 12  # in a sentence
LABEL_CHARACTERS = 60
WORDS = "writeback.summary."
_Word = Callable[[str], str]


@dataclass(frozen=True)
class About:
    """The model behind the answers: what it is called, and how often it is right on rows it never saw."""

    name: str = ""
    accuracy: Measure | None = None
    is_folded: bool = False
    day: str = ""


@dataclass
class OfClass:
    """The rows of one class. `certain` of them were answered by the model, with this much certainty together."""

    rows: int = 0
    certain: int = 0
    certainty: float = 0.0
    typical: list[tuple[float, int, int, str]] = field(default_factory=list)  # a heap, surest last


@dataclass
class PredictionSummary:
    """Counts the answers of one table. `strange` stays None where the model cannot tell; `unasked` rows came after somebody broke off."""

    rows: int = 0
    empty: int = 0
    unasked: int = 0
    own: int = 0
    is_document: bool = False  # whose rows are passages
    strange: int | None = None
    classes: dict[str, OfClass] = field(default_factory=dict)
    numbers: list[float] = field(default_factory=list)  # of numbers: lowest, highest, sum

    def label(
        self,
        place: int,
        text: str,
        label: str,
        certainty: float | None,
        *,
        is_strange: bool = False,
    ) -> None:
        """Count a row with a label; one without certainty was labelled by a person, and a strange one is not typical."""
        found = self.classes.setdefault(label, OfClass())
        found.rows += 1
        if certainty is None:
            return
        found.certain += 1
        found.certainty += certainty
        if is_strange:
            return
        entry = (certainty, -place, place, _cut(text))
        if len(found.typical) < TYPICAL:
            heapq.heappush(found.typical, entry)
        else:
            heapq.heappushpop(found.typical, entry)

    def number(self, value: float) -> None:
        """Count a row with a number."""
        low, high, total = self.numbers or (value, value, 0.0)
        self.numbers = [min(low, value), max(high, value), total + value]

    @property
    def answered(self) -> int:
        return self.rows - self.empty - self.unasked

    def counts(self) -> list[tuple[str, int]]:
        """Return the rows of each class, most frequent first."""
        pairs = [(label, found.rows) for label, found in self.classes.items()]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True)
class AnsweredTable:
    """A table with answers, and what they come to."""

    path: Path
    tally: PredictionSummary
    is_old_format: bool = False  # of an .xls, which comes back as .xlsx
    guessed: str = ""  # the column that was read where none is called as in training
    encoding: str = ""  # of a text that comes back in UTF-8, where it was another
    problems: tuple[Message, ...] = ()  # of reading the table
    is_plain: bool = False  # it came in a format that is not given back

    @property
    def remarks(self) -> tuple[Message, ...]:
        """What is to be said beside what the answers come to."""
        found = list(self.problems)
        if self.is_plain:
            kind = self.path.suffix[1:].upper()
            found.append(Message("writeback.plain", {"kind": kind}))
        if self.encoding:
            found.append(Message("writeback.encoding", {"encoding": self.encoding}))
        if self.is_old_format:
            found.append(Message("writeback.old_format"))
        if self.guessed:
            found.append(Message("writeback.column_guessed", {"column": self.guessed}))
        return tuple(found)


def counted(tally: PredictionSummary, say: Tell) -> str:
    """Return in a sentence or two what the answers come to."""
    seen = {"rows": tally.rows - tally.unasked, "answered": tally.answered, "empty": tally.empty}
    key = "writeback.passages" if tally.is_document else "writeback.counts"
    parts = [say(Message(key, seen))]
    if tally.own:
        parts.append(say(Message("writeback.own", {"own": tally.own})))
    if tally.unasked:
        parts.append(say(Message("writeback.unasked", {"unasked": tally.unasked})))
    counts = tally.counts()
    named = [
        say(Message("writeback.class_rows", {"label": _short(label), "rows": rows}))
        for label, rows in counts[:SHOWN_CLASSES]
    ]
    if len(counts) > SHOWN_CLASSES:
        named.append(say(Message("writeback.more", {"count": len(counts) - SHOWN_CLASSES})))
    return " ".join([*parts, " · ".join(named)]).strip()


def summary_rows(
    tally: PredictionSummary, about: About, labels: Sequence[str], say: Tell
) -> tuple[tuple[Cell, ...], ...]:
    """Return the cells of the summary sheet, row by row."""

    def word(key: str) -> str:
        return say(Message(WORDS + key))

    rows: list[tuple[Cell, ...]] = [(Head(word("about")), Head(""))]
    rows += _about(about, word, say)
    rows += [(word("rows"), tally.rows), (word("empty"), tally.empty)]
    if tally.strange is not None:
        rows.append((word("strange"), tally.strange))
    if tally.own:
        rows.append((word("own"), tally.own))
    if tally.unasked:
        rows.append((word("unasked"), tally.unasked))
    rows.append((None,))
    if tally.numbers:
        low, high, total = tally.numbers
        pairs = (("low", low), ("middle", total / max(1, tally.answered)), ("high", high))
        return (*rows, *((word(key), round(value, 6)) for key, value in pairs))
    rows += _classes(tally, labels, word)
    rows += [(None,), *_typical(tally, word)]
    return tuple(rows)


def _about(about: About, word: _Word, say: Tell) -> Iterator[tuple[Cell, ...]]:
    if about.name:
        yield word("model"), about.name
    if about.accuracy:
        found = about.accuracy
        low, high = (f"{100 * value:.0f}" for value in (found.low, found.high))
        between = say(Message(WORDS + "between", {"low": low, "high": high}))
        yield word("folded" if about.is_folded else "accuracy"), Share(found.value), between
    yield word("day"), about.day


def _classes(
    tally: PredictionSummary, labels: Sequence[str], word: _Word
) -> Iterator[tuple[Cell, ...]]:
    keys = ("class", "class_rows", "share", "certainty")
    yield tuple(Head(word(key)) for key in keys)
    counted = [
        *tally.counts(),
        *((name, 0) for name in labels if name and name not in tally.classes),
    ]
    for label, rows in counted:
        found = tally.classes.get(label, OfClass())
        sure = Share(round(found.certainty / found.certain, 4)) if found.certain else None
        yield label, rows, Share(round(rows / max(1, tally.answered), 4)), sure


def _typical(tally: PredictionSummary, word: _Word) -> Iterator[tuple[Cell, ...]]:
    if not any(found.typical for found in tally.classes.values()):
        return
    keys = ("typical", "row", "sureness", "text")
    yield tuple(Head(word(key)) for key in keys)
    for label, _ in tally.counts():
        for certainty, _, place, text in sorted(tally.classes[label].typical, reverse=True):
            yield label, place, Share(certainty), text


def _short(label: str) -> str:
    return label if len(label) <= LABEL_CHARACTERS else label[: LABEL_CHARACTERS - 1] + "…"


def _cut(text: str) -> str:
    flat = " ".join(text[: 4 * TEXT_CHARACTERS].split())
    return flat if len(flat) <= TEXT_CHARACTERS else flat[: TEXT_CHARACTERS - 1] + "…"
