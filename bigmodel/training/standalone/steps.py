"""Steps of cleaning that files went through which a model learned from; it is written into programs that answer files."""

import json
from collections.abc import Sequence
from pathlib import Path


def steps_beside(known: Sequence[str]) -> list[str]:
    """Return those of the steps in `cleaning.json` beside the program that it knows, nothing where there is none."""
    place = Path(__file__).resolve().parent / "cleaning.json"
    if not place.is_file():
        return []
    steps: list[str] = json.loads(place.read_text("utf-8"))
    return [step for step in steps if step.partition(":")[0] in known]
