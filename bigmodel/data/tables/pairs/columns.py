"""Tables whose two columns say the same in two languages: which they are, and which is the source; it opens no file."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.core.message import Message
from bigmodel.data.tables.guess import OTHER_NAMES, Guess, likeliest_labels
from bigmodel.data.tables.number import as_number

LANGUAGES = re.compile(
    r"(en|eng|english|zh|zho|cmn|chinese|fr|fra|french|de|deu|german|es|spa|spanish|it|ita|italian|pt|por|portuguese|ru|rus"
    r"|russian|ja|jpn|japanese|ko|kor|korean|ar|ara|arabic|vi|vie|vietnamese|th|tha|thai|nl|nld|dutch|pl|pol|polish|tr|tur"
    r"|turkish|uk|ukr|ukrainian|hi|hin|hindi|id|ind|indonesian|cs|ces|sv|swe|el|ell|he|heb|fa|ro|hu|fi|da|no|bg|ca)"
    r"([-_ ](cn|tw|hk|us|gb|uk|br|hans|hant|[a-z]{2}))?"
    r"|中文|英文|英语|汉语|法语|德语|日语|日文|韩语|俄语|西班牙语|粤语|普通话|文言文|现代文|白话文",
    re.IGNORECASE,
)
SOURCES = re.compile(r"source|src|original|from|原文|源文|源语言", re.IGNORECASE)
TARGETS = re.compile(
    r"target|tgt|trg|translation|translated|reference|to|译文|翻译|目标语言", re.IGNORECASE
)
HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
TEXT = "text"  # the target kind of translations
MOST_SEEN = 1_000
LEAST_ROWS = 5
VARIED = 0.5  # share of different texts in a column that is no set of classes
CORRELATED = 0.6  # of the lengths, where nothing else tells
BEGINNING = 20  # characters in which nearly all texts of a formula begin alike
LEAST_WORDS = 3.0  # of a usual text, where nothing else tells


def pair_of(
    sample: Mapping[str, Sequence[str]], text: str = "", label: str = "", kind: str = ""
) -> Guess | None:
    """Return the columns of sentences in two languages, None where there are none; `kind` is the target kind, if it is known."""
    if kind not in ("", TEXT) or label == NO_LABEL or not {text, label} <= {"", *sample}:
        return None
    pair = guess_pair(sample, source=text, target=label, is_asked=kind == TEXT)
    if pair is None:
        return None
    args = {"source": pair[0], "target": pair[1]}
    found = Message("data.problems.pairs_found", args, "info")
    return Guess(*pair, () if kind else (found,), kind=TEXT)


def guess_pair(
    sample: Mapping[str, Sequence[str]],
    *,
    source: str = "",
    target: str = "",
    is_asked: bool = False,
) -> tuple[str, str] | None:
    """Return the columns of source and target, None where none look so.

    Args:
        sample: columns by name, in step.
        source: the column to read, where somebody said it; `target` likewise.
        is_asked: somebody said that there are such columns: the two most likely are taken.
    """
    texts = [n for n in sample if n in (source, target) or (_is_text(sample[n]) and _may_speak(n))]
    pairs = [
        pair
        for pair in combinations(texts, 2)
        if (not source or source in pair) and (not target or target in pair)
    ]
    scored = [(_likeness(sample, *pair), -place, pair) for place, pair in enumerate(pairs)]
    found = max(scored, default=(0.0, 0, ("", "")))
    if not found[2][0] or (found[0] < 1 and not is_asked):
        return None
    if not (is_asked or _is_told(sample, *found[2])):  # a subject and its message go along as well
        others = {name: sample[name] for name in sample if name not in found[2]}
        if others and likeliest_labels(others, 1):
            return None
    return _directed(*found[2], source=source, target=target)


def _may_speak(name: str) -> bool:
    """Tell whether a column may hold sentences by its name: those of people, shops and orders hold none."""
    return is_named(name) or not OTHER_NAMES.search(name)


def is_named(name: str) -> bool:
    """Tell whether a column or a file is called by a language, or by its side of a translation."""
    last = name.rpartition(".")[2].strip()  # of `translation.en` what it ends in
    return any(pattern.fullmatch(last) for pattern in (LANGUAGES, SOURCES, TARGETS))


def _directed(first: str, second: str, *, source: str, target: str) -> tuple[str, str]:
    is_turned = first == target or second == source
    if not source and not target:
        is_turned = bool(SOURCES.fullmatch(second) or TARGETS.fullmatch(first))
    return (second, first) if is_turned else (first, second)


def _is_text(values: Sequence[str]) -> bool:
    """Tell texts from classes, numbers, ids, and lists or records written as JSON."""
    filled = [value.strip() for value in values[:MOST_SEEN] if value.strip()]
    if len(filled) < LEAST_ROWS or len(set(filled)) < VARIED * len(filled):
        return False
    if sum(value[0] in "[{" and value[-1] in "]}" for value in filled) > 0.5 * len(filled):
        return False
    [(_, alike)] = Counter(value[:BEGINNING] for value in filled).most_common(1)
    if alike > 0.9 * len(filled):  # formulas, as of licences and sources
        return False
    letters = sum(any(c.isalpha() for c in value) for value in filled)
    numbers = sum(as_number(value) is not None for value in filled)
    return letters > 0.9 * len(filled) and numbers < 0.1 * len(filled)


def _is_told(sample: Mapping[str, Sequence[str]], first: str, second: str) -> bool:
    """Tell whether more than their lengths says that two columns are translations: their names, or two scripts."""
    return (is_named(first) and is_named(second)) or _scripts(
        list(_rows(sample[first], sample[second]))
    ) > 0.8


def _scripts(rows: Sequence[tuple[str, str]]) -> float:
    """Return how far apart two columns are in the script that they are written in, from 0 to 1."""
    shares = [sum(bool(HAN.search(row[side])) for row in rows) / len(rows) for side in (0, 1)]
    return abs(shares[0] - shares[1])


def _likeness(sample: Mapping[str, Sequence[str]], first: str, second: str) -> float:
    """Return how much two columns look like translations of each other; from 1 on they are."""
    named = [is_named(name) for name in (first, second)]
    rows = list(_rows(sample[first], sample[second]))
    if len(rows) < LEAST_ROWS or sum(a == b for a, b in rows) > 0.5 * len(rows):
        return 0.0
    scripts = _scripts(rows) > 0.8
    lengths = np.array([[len(a), len(b)] for a, b in rows], np.float64)
    spread = lengths.std(axis=0).min()
    alike = float(np.asarray(np.corrcoef(lengths.T))[0, 1]) if spread > 0 else 0.0
    words = min(np.mean([len(row[side].split()) for row in rows]) for side in (0, 1))
    has_han = any(
        sum(bool(HAN.search(row[side])) for row in rows) > 0.8 * len(rows) for side in (0, 1)
    )
    is_long = has_han or words >= LEAST_WORDS
    return (
        2.0 * all(named)
        + 1.0 * (scripts and alike > 0)
        + (alike > CORRELATED and is_long)
        + alike / 10
    )


def _rows(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str, str]]:
    for a, b in zip(first[:MOST_SEEN], second[:MOST_SEEN], strict=True):
        if a.strip() and b.strip():
            yield a.strip(), b.strip()
