"""Metrics of answers in a passage: exact match and F1, as SQuAD and CMRC 2018 define them; it reads no file.

Where words are parted by blanks: without case, punctuation and articles, F1 of common words (Rajpurkar et al. 2016).
Where they are not: without punctuation, characters for words, F1 of the longest common run (Cui et al. 2019). Of
several accepted answers the best counts; "not in this text" is right only where no answer is accepted (SQuAD 2.0).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bigmodel.core.message import Arg, Message
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals, sentence
from bigmodel.metrics.counts import Floats

ARTICLES = re.compile(r"\b(a|an|the)\b")
UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
CHARACTER, UNIT = re.compile(f"[{UNSPACED}]"), re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
SIGNS = frozenset("+=~$^`|<>")  # beside what Unicode calls punctuation
SENTENCE = re.compile(r"[^\n]*?(?:[。！？!?]|\.(?=\s|$)|(?=\n)|$)")
ASKING = re.compile(
    r"为什么|什么时候|多少|哪[里儿些个年位]|怎么样?|怎样|如何|什么|何时|为何|何|谁|几|哪"
    r"|\b(?:how (?:many|much|long|old)|how|who|whom|whose|when|where|why|which|what)\b",
    re.IGNORECASE,
)
FEW_ROWS = 100
FEWEST_A_PART = 5
MOST_PARTS = 12


@dataclass(frozen=True)
class Answers:
    """Answers to rows, "" where the passage is said to hold none."""

    texts: Sequence[str]
    questions: Sequence[str]
    passages: Sequence[str]


def scores(truth: Sequence[Sequence[str]], answers: Sequence[str]) -> Floats:
    """Return (2, rows) exact match and F1; an empty answer says that the passage does not hold it."""
    pairs = [score(accepted, answer) for accepted, answer in zip(truth, answers, strict=True)]
    return np.array(pairs, np.float64).reshape(-1, 2).T


def score(accepted: Sequence[str], answer: str) -> tuple[float, float]:
    """Return exact match and F1 of one answer."""
    if not accepted or not answer:
        right = float(not accepted and not answer)
        return right, right
    is_run = any(CHARACTER.search(text) for text in (*accepted, answer))
    rows = [_compare(text, answer, is_run=is_run) for text in accepted]
    return max(row[0] for row in rows), max(row[1] for row in rows)


def headline(truth: Sequence[Sequence[str]], answers: Sequence[str]) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows."""
    if not truth:
        return {}
    columns = _columns(truth, scores(truth, answers))
    means = _from_means(columns.mean(axis=1, keepdims=True))
    return {name: float(means[name][0]) for name in _told(truth)}


def evaluate(
    truth: Sequence[Sequence[str]],
    answers: Answers,
    beside: Mapping[str, Sequence[str]],
    *,
    is_folded: bool,
) -> Results:
    """Return the whole evaluation of at least one row; `beside` are answers of other models by the name they are shown under."""
    found = scores(truth, answers.texts)
    measures = _measures(truth, found)
    others = {name: scores(truth, texts) for name, texts in beside.items()}
    guess = [first_sentence(passage) for passage in answers.passages]
    others["first"] = scores(truth, guess)
    args = _args(len(truth), found, others["first"])
    remarks = _remarks(truth, answers.texts, found, others, is_folded=is_folded)
    return Results(
        family="extracted",
        rows=len(truth),
        labels=(),
        measures=measures,
        sentence=Message(f"results.sentence.extracts{'_folded' if is_folded else ''}", args),
        remarks=tuple(remarks),
        panels=tuple(_panels(truth, answers, found)),
        beside={name: _measures(truth, rows) for name, rows in others.items()},
        is_folded=is_folded,
    )


def compare(truth: Sequence[Sequence[str]], new: Sequence[str], old: Sequence[str]) -> Paired:
    """Compare two models on the same rows; at least one."""
    mine, its = scores(truth, new), scores(truth, old)

    found = intervals.compared(mine, its, lambda means: {"f1": means[1], "exact_match": means[0]})
    compared = tuple(found.values())
    gains = mine[1] - its[1]
    args = {f"{name}": round(100 * getattr(compared[0], name).value, 1) for name in ("new", "old")}
    better = float(np.sign(round(float(gains.sum()), 9)))
    told = sentence.compared("extracts", better, compared[0].difference, rows=len(truth), **args)
    return Paired(told, compared, gains > 0, gains < 0, gains)


def first_sentence(passage: str) -> str:
    """Return the first sentence of a passage: the simplest guess."""
    found = SENTENCE.match(passage.strip())
    return found[0].strip() if found else ""


def _told(truth: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the names of the measures: those of one sort of rows apart where there are both."""
    has_both = 0 < sum(map(bool, truth)) < len(truth)
    return ("f1", "exact_match", *(("f1_answerable", "right_not_in_text") if has_both else ()))


def _columns(truth: Sequence[Sequence[str]], found: Floats) -> Floats:
    """Return what the measures are means of: exact match, F1, F1 and number of answerable rows, and of the others."""
    has_answer = np.array([bool(accepted) for accepted in truth], np.float64)
    none = 1 - has_answer
    return np.stack([*found, found[1] * has_answer, has_answer, found[1] * none, none])


def _from_means(means: Floats) -> dict[str, Floats]:
    exact, f1, answered, answerable, empty, others = means
    return {
        "f1": f1,
        "exact_match": exact,
        "f1_answerable": answered / np.maximum(answerable, 1e-12),
        "right_not_in_text": empty / np.maximum(others, 1e-12),
    }


def _measures(truth: Sequence[Sequence[str]], found: Floats) -> dict[str, Measure]:
    told = _told(truth)
    made = intervals.of_means(_columns(truth, found), _from_means, told)
    return {name: made[name] for name in told}


def _args(rows: int, found: Floats, guess: Floats) -> dict[str, Arg]:
    return {
        "rows": rows,
        "exact": round(100 * float(found[0].mean())),
        "part": round(100 * float((found[1] > 0).mean())),
        "f1": round(100 * float(found[1].mean()), 1),
        "first": round(100 * float(guess[1].mean()), 1),
    }


def _remarks(
    truth: Sequence[Sequence[str]],
    texts: Sequence[str],
    found: Floats,
    others: Mapping[str, Floats],
    *,
    is_folded: bool,
) -> Iterator[Message]:
    remark = "results.remarks."
    if found[1].mean() <= others["first"][1].mean():
        yield Message(f"{remark}no_better_extracts", {}, "warning")
    if "instant" in others:
        args = {"mine": round(100 * float(found[1].mean()), 1)}
        args["instant"] = round(100 * float(others["instant"][1].mean()), 1)
        yield Message(f"{remark}instant_extracts", args)
    none = [not accepted for accepted in truth]
    if any(none):
        right = sum(empty and not text for empty, text in zip(none, texts, strict=True))
        wrong = sum(not empty and not text for empty, text in zip(none, texts, strict=True))
        args = {"rows": sum(none), "right": right, "wrong": wrong}
        yield Message(f"{remark}extracts_nothing", args)
    if is_folded or len(truth) < FEW_ROWS:
        yield Message(f"{remark}{'folded' if is_folded else 'few_rows'}", {"rows": len(truth)})


def _panels(truth: Sequence[Sequence[str]], answers: Answers, found: Floats) -> Iterator[Panel]:
    sorts = ["answerable" if accepted else "not_in_text" for accepted in truth]
    if len(set(sorts)) > 1:
        yield _panel("extract_sorts", _parts(sorts, found))
    asked = [_asking(question) for question in answers.questions]
    if rows := _parts(asked, found)[:MOST_PARTS]:
        yield _panel("extract_asked", rows)
    sized = [at for at, accepted in enumerate(truth) if accepted]
    if len(sized) >= 4 * FEWEST_A_PART:
        yield _panel("extract_lengths", _by_length(truth, sized, found))


def _panel(name: str, rows: Sequence[Mapping[str, Any]]) -> Panel:
    words = f"pages.results.{name}"
    return Panel("scores", {"rows": rows}, words, f"{words}_about")


def _asking(question: str) -> str:
    found = ASKING.search(question)
    return found[0].lower() if found else ""


def _parts(names: Sequence[str], found: Floats) -> list[dict[str, Any]]:
    """Return measures of rows of the same name, the commonest first; those of few rows are left out."""
    counts = Counter(name for name in names if name)
    kept = [name for name, count in counts.most_common() if count >= FEWEST_A_PART]
    return [
        _part(name, [at for at, one in enumerate(names) if one == name], found) for name in kept
    ]


def _by_length(
    truth: Sequence[Sequence[str]], places: Sequence[int], found: Floats
) -> list[dict[str, Any]]:
    """Return measures by the length of the shortest accepted answer, in quarters of the rows."""
    sizes = {at: min(map(len, truth[at])) for at in places}
    order = sorted(places, key=lambda at: sizes[at])
    quarters = [part.tolist() for part in np.array_split(np.array(order), 4)]
    return [_part(f"{sizes[q[0]]:,} – {sizes[q[-1]]:,}", q, found) for q in quarters]


def _part(name: str, rows: Sequence[int], found: Floats) -> dict[str, Any]:
    exact, f1 = found[:, list(rows)].mean(axis=1)
    return {"part": name, "rows": len(rows), "exact_match": float(exact), "f1": float(f1)}


def _compare(truth: str, answer: str, *, is_run: bool) -> tuple[float, float]:
    true, said = units(truth, is_run=is_run), units(answer, is_run=is_run)
    if not true or not said:
        same = float(true == said)
        return same, same
    common = _longest_run(true, said) if is_run else sum((Counter(true) & Counter(said)).values())
    return float(true == said), 2.0 * common / (len(true) + len(said))


@lru_cache(maxsize=50_000)
def units(text: str, *, is_run: bool) -> tuple[str, ...]:
    """Return what of a text is compared: characters and words, or words without articles."""
    lower = "".join(
        " " if is_run and _is_mark(c) else c for c in text.lower() if is_run or not _is_mark(c)
    )
    if is_run:
        return tuple(UNIT.findall(lower))
    return tuple(ARTICLES.sub(" ", lower).split())


def _is_mark(letter: str) -> bool:
    return letter in SIGNS or unicodedata.category(letter).startswith("P")


def _longest_run(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest run that two sequences share."""
    best, before = 0, [0] * (len(other) + 1)
    for left in one:
        row = [0] * (len(other) + 1)
        for at, right in enumerate(other, 1):
            if left == right:
                row[at] = before[at - 1] + 1
                best = max(best, row[at])
        before = row
    return best
