"""What programs that answer files share: cleaning as of those a model learned from, and the command line; it is written into each of them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.data.sound_steps import PIECES, SOUND_STEPS, clean_sound
from bigmodel.training.standalone.console import files_asked

HEARD_HZ = 16_000


def answer_files(make: Any, about: str) -> None:
    """Print the answer of the model that `make` loads to each file of the command line."""
    args = files_asked(about)
    model = make()
    for path, scores in zip(args.paths, model.predict(args.paths), strict=True):
        sys.stdout.write(answer_line(model.labels, path, scores, as_json=args.json) + "\n")


def answer_line(labels: Sequence[str], path: str, scores: Sequence[float], *, as_json: bool) -> str:
    """Return the answer to one file as a line for people, or as JSON."""
    best = max(range(len(labels)), key=scores.__getitem__)
    if as_json:
        by_label = dict(zip(labels, scores, strict=True))
        told = {"file": path, "label": labels[best], "probabilities": by_label}
        return json.dumps(told, ensure_ascii=False)
    return f"{labels[best]}\t{scores[best]:.4f}\t{path}"


def steps_beside(known: Sequence[str]) -> list[str]:
    """Return those of the steps in `cleaning.json` beside the program that it knows, nothing where there is none."""
    place = Path(__file__).resolve().parent / "cleaning.json"
    if not place.is_file():
        return []
    steps: list[str] = json.loads(place.read_text("utf-8"))
    return [step for step in steps if step.partition(":")[0] in known]


def heard_whole(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a recording after the steps, in one."""
    steps = [step for step in steps_beside(SOUND_STEPS) if not step.startswith(PIECES)]
    return clean_sound(sound, HEARD_HZ, steps)[0]


def heard_pieces(sound: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return the pieces of a recording after the steps; a model answers the mean of its answers to them."""
    return clean_sound(sound, HEARD_HZ, steps_beside(SOUND_STEPS))


def mean_scores(rows: list[list[float]]) -> list[float]:
    """Return the mean of the answers to pieces."""
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]
