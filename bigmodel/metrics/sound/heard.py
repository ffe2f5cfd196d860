"""How much of made speech is understood: words (in Mandarin syllables) that a listener gets wrong, beside natural recordings; it reads no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Arg, Message
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals, sentence

HEARD, NATURAL, UNSAID = "wer_heard", "wer_natural", "units_missing"
ALIKE, NATURAL_ALIKE = "voice_likeness", "voice_likeness_natural"
GUESS = "natural"  # the person's own recordings, heard by the same listener
A_LINE = 12  # words that it cannot say: of sentences they are a page long
MOST_NAMED = 12
WORDS = "pages.results."
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One text: how many `words` it has and how many the voice cannot say; and by whom it was heard ("" for nobody), with how many wrong."""

    text: str
    words: int
    missing: tuple[str, ...]
    listener: str = ""
    heard: str = ""
    wrong: int = 0
    heard_natural: str = ""
    natural_wrong: int = 0
    next: tuple[str, ...] = ()
    like: float = 0.0
    natural_like: float = 0.0


def headline(rows: Sequence[Row]) -> dict[str, float]:
    """Return every measure that is known without its interval; nothing for no rows."""
    return {name: measure.value for name, measure in _measures(rows).items()} if rows else {}


def evaluate(
    rows: Sequence[Row], others: Mapping[str, Sequence[Row]], *, is_folded: bool
) -> Results:
    """Return the whole evaluation of at least one row, beside other models and the natural recordings."""
    measures = _measures(rows)
    beside = {name: _measures(each) for name, each in others.items()}
    if NATURAL in measures:
        beside[GUESS] = {HEARD: measures[NATURAL]}
    if NATURAL_ALIKE in measures:
        beside.setdefault(GUESS, {})[ALIKE] = measures[NATURAL_ALIKE]
    return Results(
        family="synthesis",
        rows=len(rows),
        labels=(),
        measures=measures,
        sentence=_sentence(rows, measures, is_folded=is_folded),
        remarks=tuple(_remarks(rows, measures, others)),
        beside=beside,
        panels=tuple(_panels(rows)),
        is_folded=is_folded,
    )


def compare(new: Sequence[Row], old: Sequence[Row]) -> Paired:
    """Compare two voices on the same rows by what is heard wrong; without a listener, by what they cannot say."""
    name = HEARD if _heard(new) and _heard(old) else UNSAID
    part = 0 if name == HEARD else 3
    columns = np.concatenate([_columns(new), _columns(old)])
    half = len(columns) // 2

    def rates(means: Floats) -> dict[str, Floats]:
        both = [_share(means[at + part], means[at + part + (2 if part == 0 else 1)]) for at in (0, half)]  # fmt: skip
        return {"new": both[0], "old": both[1], "by": both[0] - both[1]}

    values, ends = rates(columns.mean(axis=1, keepdims=True)), intervals.of_rows(columns, rates)
    measures = (Compared(name, *(intervals.around(float(values[w][0]), *ends[w]) for w in ("new", "old", "by"))),)  # fmt: skip
    gains = columns[half + part] - columns[part]
    args = {"new": measures[0].new.value, "old": measures[0].old.value, "rows": len(new)}
    told = sentence.compared("spoken", float(gains.mean()), measures[0].difference, **args)
    return Paired(told, measures, gains > 0, gains < 0, gains)


def _heard(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.listener]


def _columns(rows: Sequence[Row]) -> Floats:
    """Return wrong, naturally wrong and heard words, missing words and all words of each row, (5, rows)."""
    counts = [
        (row.wrong, row.natural_wrong, row.words if row.listener else 0, len(row.missing), row.words)
        for row in rows
    ]  # fmt: skip
    return np.array(counts, np.float64).T


def _share(part: Floats, whole: Floats) -> Floats:
    found: Floats = part / np.maximum(whole, 1e-9)
    return found


def _measures(rows: Sequence[Row]) -> dict[str, Measure]:
    columns = _columns(rows)

    def rates(means: Floats) -> dict[str, Floats]:
        wrong, natural, heard, missing, words = means
        found = {HEARD: _share(wrong, heard), NATURAL: _share(natural, heard)}
        return (found if columns[2].any() else {}) | {UNSAID: _share(missing, words)}

    values, ends = rates(columns.mean(axis=1, keepdims=True)), intervals.of_rows(columns, rates)
    found = {name: intervals.around(float(value[0]), *ends[name]) for name, value in values.items()}
    return found | _alike(rows)


def _alike(rows: Sequence[Row]) -> dict[str, Measure]:
    """Return how like the voice and natural recordings are to the person, of the rows that were compared."""
    pairs = np.array([(row.like, row.natural_like) for row in rows if row.natural_like]).T
    if not pairs.size:
        return {}

    def means(each: Floats) -> dict[str, Floats]:
        return dict(zip((ALIKE, NATURAL_ALIKE), each, strict=True))

    ends = intervals.of_rows(pairs, means)
    values = means(pairs.mean(axis=1))
    return {name: intervals.around(float(value), *ends[name]) for name, value in values.items()}


def _sentence(rows: Sequence[Row], measures: Mapping[str, Measure], *, is_folded: bool) -> Message:
    args: dict[str, Arg] = {
        "rows": len(_heard(rows)) or len(rows),
        "missing": ceil(100 * measures[UNSAID].value),
    }
    way = "_folded" if is_folded else ""
    if HEARD not in measures:
        return Message(f"results.sentence.spoken_unheard{way}", args)
    args |= {name: f"{100 * measures[key].value:.1f}" for name, key in (("heard", HEARD), ("natural", NATURAL))}  # fmt: skip
    return Message(f"results.sentence.spoken{way}", args)


def _remarks(
    rows: Sequence[Row], measures: Mapping[str, Measure], others: Mapping[str, Sequence[Row]]
) -> list[Message]:
    found = []
    if heard := _heard(rows):
        args: dict[str, Arg] = {"name": heard[0].listener, "rows": len(heard)}
        found.append(Message("results.remarks.spoken_heard", args))
    else:
        found.append(Message("results.remarks.spoken_unheard", level="warning"))
    if ALIKE in measures:
        values = {"mine": ALIKE, "natural": NATURAL_ALIKE}
        alike: dict[str, Arg] = {name: f"{measures[key].value:.2f}" for name, key in values.items()}
        found.append(Message("results.remarks.spoken_alike", alike))
    if lacking := lacking_of(rows):
        names = ", ".join(lacking[:MOST_NAMED])
        told: dict[str, Arg] = {"count": len(lacking), "names": names}
        found.append(Message("results.remarks.spoken_missing", told, "warning"))
    if HEARD in measures and (simple := others.get("instant")) and _heard(simple):
        shown = (measures[HEARD].value, _measures(simple)[HEARD].value)
        args = {"mine": f"{100 * shown[0]:.1f}", "instant": f"{100 * shown[1]:.1f}"}
        found.append(Message("results.remarks.spoken_instant", args))
    return found


def lacking_of(rows: Sequence[Row]) -> list[str]:
    """Return what these texts have that the voice cannot say, the commonest first."""
    counts: dict[str, int] = {}
    for row in rows:
        for name in row.missing:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def _panels(rows: Sequence[Row]) -> list[Panel]:
    found: list[Panel] = []
    if heard := _heard(rows):
        worst = sorted(heard, key=lambda row: -row.wrong)
        lines = [
            (row.text, row.heard or "–", f"{row.wrong} / {row.words}", row.heard_natural or "–", f"{row.natural_wrong} / {row.words}")
            for row in worst
        ]  # fmt: skip
        found.append(_listed("said", ("text", "heard", "wrong", "heard_natural", "natural_wrong"), lines))  # fmt: skip
    if lacking := lacking_of(rows):
        parts = [lacking[at : at + A_LINE] for at in range(0, len(lacking), A_LINE)]
        found.append(_listed("missing", ("unit",), [(", ".join(part),) for part in parts]))
    if advice := next((row.next for row in rows if row.next), ()):
        found.append(_listed("next", ("read",), [(text,) for text in advice]))
    return found


def _listed(name: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> Panel:
    data = {"heads": [f"{WORDS}spoken_{head}" for head in heads], "rows": lines}
    return Panel("cells", data, f"{WORDS}spoken_{name}", f"{WORDS}spoken_{name}_about", quotes=name != "next")  # fmt: skip
