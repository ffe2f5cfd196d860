"""Small made-up passages with a question each: who has what, and where; some questions have no answer."""

import json
import random
from itertools import pairwise

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.inputs import join_inputs

PEOPLE = ["ann", "ben", "cleo", "dan", "eve", "finn"]
THINGS = ["lamp", "boat", "drum", "kite", "book", "clock"]
PLACES = ["rome", "oslo", "lima", "cairo", "delhi", "paris"]


def passage_data(rows: int = 80, seed: int = 0, *, unanswered: float = 0.0) -> TaskData:
    """Return train, validation and test rows in the shares 8 : 1 : 1."""
    dice = random.Random(seed)  # noqa: S311  (no secret)
    made = [_row(dice, unanswered) for _ in range(rows)]
    cuts = (0, rows * 8 // 10, rows * 9 // 10, rows)
    return TaskData(*(_rows(made, start, end) for start, end in pairwise(cuts)))


def _row(dice: random.Random, unanswered: float) -> tuple[str, str]:
    people = dice.sample(PEOPLE, 3)
    facts = [(who, dice.choice(THINGS), dice.choice(PLACES)) for who in people[:2]]
    passage = " ".join(f"{who} keeps a {thing} in {place}." for who, thing, place in facts)
    if dice.random() < unanswered:
        return join_inputs([passage, f"where does {people[2]} live?"]), "[]"
    who, _, place = dice.choice(facts)
    start = passage.index(f" in {place}", passage.index(who)) + 4
    target = json.dumps([{"text": place, "start": start}])
    return join_inputs([passage, f"where does {who} keep it?"]), target


def _rows(made: list[tuple[str, str]], start: int, end: int) -> Rows:
    part = made[start:end]
    ids = [f"row-{number}" for number in range(start, end)]
    return Rows(ids, [text for text, _ in part], [target for _, target in part])
