"""Passages with a question before them as windows of sub-word pieces, and scores of pieces back to places; it knows no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.text.extraction.choice import AS_IT_IS, MOST_OTHERS, Choice, chosen

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]
OVERLAP = 4  # a quarter of a window is read in the next one as well
QUESTION = 3  # a third of a window is the question at most
BEST = 20  # spans of a window that are kept
# windows of a passage that are read: a document of any length is answered about as fast as a page
MOST_READ = 5
NOTHING = 0  # the place of a window that stands for "not here"


@dataclass(frozen=True)
class Window:
    """A question and a part of its passage as a network reads them; pieces `first` to `last` (not included) are of the passage.

    `places` says where each of those stands in the passage.
    """

    row: int
    ids: Ids
    first: int
    last: int
    places: Ids  # (pieces of the passage, 2)


@dataclass(frozen=True)
class Decision:
    """How places become a choice: `threshold` that a score must pass to be an answer (None: there always is one)."""

    answer_tokens: int
    threshold: float | None = None
    line: tuple[float, float] = AS_IT_IS


def read(
    tokenizer: Any, pairs: Sequence[tuple[str, str]], most: int, at_most: int = MOST_READ
) -> list[Window]:
    """Read passages and questions in windows of at most so many tokens; of a long passage those `at_most` that are likest the question."""
    found: list[Window] = []
    for row, (passage, question) in enumerate(pairs):
        if not passage.strip() or not question.strip():
            continue
        told = tokenizer(
            _cut(tokenizer, question, max(4, most // QUESTION)),
            passage,
            truncation="only_second",
            max_length=most,
            stride=most // OVERLAP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        insides = [
            [at for at, of in enumerate(told.sequence_ids(number)) if of == 1]
            for number in range(len(told["input_ids"]))
        ]
        for number in _likest(told["input_ids"], insides, at_most):
            ids, inside = told["input_ids"][number], insides[number]
            if inside:
                first, last = inside[0], inside[-1] + 1
                places = [_bare(passage, *p) for p in told["offset_mapping"][number][first:last]]
                found.append(
                    Window(row, np.asarray(ids, np.int64), first, last, np.array(places, np.int64))
                )
    return found


def _likest(
    windows: Sequence[Sequence[int]], insides: Sequence[Sequence[int]], at_most: int
) -> list[int]:
    """Return the windows to be read, in order: those that share most with the question, rare pieces weighing more."""
    if len(windows) <= at_most:
        return list(range(len(windows)))
    held = [{ids[at] for at in inside} for ids, inside in zip(windows, insides, strict=True)]
    places = insides[0]
    asked = set(windows[0][: places[0]]) if places else set()
    weight = {piece: log(len(held) / (1 + sum(piece in one for one in held))) for piece in asked}
    like = [sum(max(0.0, weight[piece]) for piece in asked & one) for one in held]
    order = sorted(range(len(windows)), key=lambda number: (-like[number], number))
    return sorted(order[:at_most])


def target_of(window: Window, start: int, end: int) -> tuple[int, int]:
    """Return the pieces with which a place begins and ends, both `NOTHING` where the window does not hold it whole."""
    inside = np.flatnonzero((window.places[:, 1] > start) & (window.places[:, 0] < end))
    if not len(inside) or window.places[inside[0], 0] > start or window.places[inside[-1], 1] < end:
        return NOTHING, NOTHING
    return window.first + int(inside[0]), window.first + int(inside[-1])


def choices(
    windows: Sequence[Window], scores: Sequence[Floats], rows: int, how: Decision
) -> list[Choice]:
    """Return what is chosen for each row, from the scores of the pieces of each window, (pieces, start and end)."""
    spans: list[dict[tuple[int, int], float]] = [{} for _ in range(rows)]
    for window, raw in zip(windows, scores, strict=True):
        for start, end, score in _best(window, raw, how.answer_tokens):
            place = (start, end)
            spans[window.row][place] = max(score, spans[window.row].get(place, -np.inf))
    return [_choice(found, how) for found in spans]


def best_score(
    windows: Sequence[Window], scores: Sequence[Floats], rows: int, how: Decision
) -> Floats:
    """Return (rows,) the score of the best place of each row, over that of there being none."""
    best = np.full(rows, -np.inf)
    for window, raw in zip(windows, scores, strict=True):
        for *_, score in _best(window, raw, how.answer_tokens):
            best[window.row] = max(best[window.row], score)
    return best


def _best(window: Window, raw: Floats, longest: int) -> list[tuple[int, int, float]]:
    """Return the best spans of a window by place, with their scores over that of there being none here."""
    starts, ends = raw[window.first : window.last].T
    table = starts[:, None] + ends[None, :]
    count = len(starts)
    reach = np.arange(count)[None, :] - np.arange(count)[:, None]
    table[(reach < 0) | (reach >= longest)] = -np.inf
    order = _highest(table.ravel())
    for _ in range(
        MOST_OTHERS
    ):  # and those that lie apart from the best, which its neighbours would crowd out
        best = divmod(order[-1], count)
        table[: best[1] + 1, best[0] :] = -np.inf
        order = [*order, int(table.argmax())]
    nothing = float(raw[NOTHING].sum())
    scores = starts[:, None] + ends[None, :]
    found = []
    for at in dict.fromkeys(order):
        begin, end = divmod(at, count)
        low, high = window.places[begin, 0], window.places[end, 1]
        if begin <= end < begin + longest and low < high:
            found.append((int(low), int(high), float(scores[begin, end]) - nothing))
    return found


def _highest(flat: Floats) -> list[int]:
    """Return the places of the highest values, the highest last."""
    kept = np.argpartition(-flat, min(BEST, len(flat) - 1))[:BEST]
    return [int(at) for at in kept[np.argsort(flat[kept], kind="stable")]]


def _choice(found: dict[tuple[int, int], float], how: Decision) -> Choice:
    if not found:
        return Choice()
    raw = np.array([*found.values(), *([] if how.threshold is None else [how.threshold])])
    shares = np.exp(raw - raw.max())
    shares /= shares.sum()
    places = [(*place, float(share)) for place, share in zip(found, shares, strict=False)]
    return chosen(places, None if how.threshold is None else float(shares[-1]), how.line)


def _cut(tokenizer: Any, text: str, most: int) -> str:
    """Return a question of at most so many tokens."""
    places = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)[
        "offset_mapping"
    ]
    return text if len(places) <= most else text[: places[most - 1][1]]


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where a piece stands without the blanks that tokenizers count to it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
