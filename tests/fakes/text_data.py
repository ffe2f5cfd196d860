"""Small made-up rows for text tasks: two classes told apart by a few words, numbers that count a word, marked words."""

import json
import random
from itertools import pairwise

from bigmodel.core.datasets.columns import output_names, write_columns
from bigmodel.core.datasets.dataset import Rows, TaskData

GOOD = ["good", "warm", "fresh", "kind", "quick"]
BAD = ["bad", "cold", "stale", "rude", "slow"]
OTHER = ["soup", "rice", "waiter", "table", "today", "the", "was", "and", "very"]


def text_data(answer: str, rows: int = 80, seed: int = 0) -> TaskData:
    """Return train, validation and test rows in the shares 8 : 1 : 1."""
    dice = random.Random(seed)  # noqa: S311  (no secret)
    made = [_row(answer, dice) for _ in range(rows)]
    cuts = (0, rows * 8 // 10, rows * 9 // 10, rows)
    parts = [_rows(made, start, end) for start, end in pairwise(cuts)]
    labels = ("bad", "good") if answer in ("label", "spans") else ()
    if answer in ("columns", "marked"):
        labels = output_names({"mood": ("bad", "good"), "stars": ()})
    if answer == "marked":
        labels += output_names({"words": ("bad", "good")}, ["words"])
    return TaskData(*parts, labels=labels)


def _row(answer: str, dice: random.Random) -> tuple[str, str]:
    is_good = dice.random() < 0.5
    words = dice.choices(OTHER, k=dice.randint(2, 9))
    count = dice.randint(1, 3)
    words += dice.choices(GOOD if is_good else BAD, k=count)
    dice.shuffle(words)
    value = 10 + (count if is_good else -count)
    if answer == "spans":
        return " ".join(words), _marks(words)
    if answer in ("columns", "marked"):
        mood, number = ("good" if is_good else "bad"), value
        lacks = dice.random()
        kept = {"mood": None if lacks < 0.1 else mood, "stars": None if lacks > 0.9 else number}
        if answer == "marked":
            kept["words"] = None if 0.4 < lacks < 0.5 else _marks(words)
        return " ".join(words), write_columns(kept)
    target = ("good" if is_good else "bad") if answer == "label" else str(value)
    return " ".join(words), target


def _marks(words: list[str]) -> str:
    """Return marks on every good or bad word, of its kind."""
    marks, at = [], 0
    for word in words:
        if word in GOOD + BAD:
            marks.append([at, at + len(word), "good" if word in GOOD else "bad"])
        at += len(word) + 1
    return json.dumps(marks)


def _rows(made: list[tuple[str, str]], start: int, end: int) -> Rows:
    part = made[start:end]
    ids = [f"row-{number}" for number in range(start, end)]
    return Rows(ids, [text for text, _ in part], [target for _, target in part])
