"""From letters at every step to one text: the greedy way, and a small prefix beam search; it must never import torch.

CTC writes a blank or a letter at each step, and a repeated letter once (Graves et al. 2006). The beam keeps
the likeliest beginnings, each with its chance of ending in a blank and in its last letter (Hannun et al. 2014).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.speech.char_lm import END, CharLM
from bigmodel.training.speech.charset import BLANK

Floats = NDArray[np.float64]
NOTHING = -math.inf
LIKELY = 1e-4  # a letter below this share is not tried at a step
HOPELESS = 16.0  # a beginning whose logarithm is so far below the best one's is given up
CERTAIN = 0.9999  # a step whose blank is surer than this changes nothing


@dataclass(frozen=True)
class Beam:
    """How a text is searched: how many beginnings are kept, and how much the letters before count."""

    width: int = 8
    weight: float = 0.0  # of the letter model; 0 leaves it out
    bonus: float = 0.0  # for every letter: the letter model alone would make texts short


Ends = tuple[float, float]  # the chance of a beginning to end in a blank, and in its last letter
Kept = dict[tuple[int, ...], Ends]


def greedy(steps: Floats) -> list[int]:
    """Return the numbers of the likeliest letter of each step, repeats once, blanks left out. steps: (steps, outputs)."""
    best = steps.argmax(axis=1)
    changed = np.r_[True, best[1:] != best[:-1]] if len(best) else np.zeros(0, dtype=bool)
    letters: list[int] = best[changed & (best != BLANK)].tolist()
    return letters


def search(steps: Floats, beam: Beam, language: CharLM | None = None) -> list[int]:
    """Return the likeliest text of log-shares (steps, outputs), as numbers.

    Chances are relative to the likeliest beginning so far, so that they never become too small to tell.
    """
    kept: Kept = {(): (1.0, 0.0)}
    bonus: dict[tuple[int, ...], float] = {(): 0.0}
    shares = np.exp(steps)
    for step, tried in zip(shares.tolist(), _likely(shares), strict=True):
        blank = step[BLANK]
        if blank > CERTAIN:
            kept = {text: ((ends[0] + ends[1]) * blank, 0.0) for text, ends in kept.items()}
            continue
        kept = _pruned(_grown(kept, step, tried), beam, language, bonus)
    whole = {
        text: math.log(sum(ends)) + bonus[text] + _end(text, beam, language)
        for text, ends in kept.items()
    }
    return list(max(whole.items(), key=lambda item: item[1])[0])


def _likely(shares: Floats) -> list[list[int]]:
    """Return the letters worth trying at each step."""
    likely = shares > LIKELY
    likely[:, BLANK] = False
    tried: list[list[int]] = [[] for _ in shares]
    for step, number in np.argwhere(likely).tolist():
        tried[step].append(number)
    return tried


def _grown(kept: Kept, step: list[float], tried: list[int]) -> Kept:
    """Return every beginning after one more step."""
    grown: Kept = {}
    blank = step[BLANK]
    for text, (in_blank, in_letter) in kept.items():
        total = in_blank + in_letter
        last = text[-1] if text else BLANK
        again = in_letter * step[last] if text else 0.0
        before = grown.get(text, (0.0, 0.0))
        grown[text] = (before[0] + total * blank, before[1] + again)
        for number in tried:
            longer = (*text, number)
            before = grown.get(longer, (0.0, 0.0))
            came = in_blank if number == last else total
            grown[longer] = (before[0], before[1] + came * step[number])
    return grown


def _pruned(
    grown: Kept,
    beam: Beam,
    language: CharLM | None,
    bonus: dict[tuple[int, ...], float],
) -> Kept:
    """Keep the likeliest beginnings, the letters before each counted once."""
    scores = {}
    for text, ends in grown.items():
        total = ends[0] + ends[1]
        if total <= 0:
            continue
        if text not in bonus:
            bonus[text] = bonus[text[:-1]] + _step(text, beam, language)
        scores[text] = math.log(total) + bonus[text]
    least = max(scores.values()) - HOPELESS
    near = [text for text, score in scores.items() if score >= least]
    best = sorted(near, key=scores.__getitem__, reverse=True)[: beam.width]
    most = max(sum(grown[text]) for text in best)
    return {text: (grown[text][0] / most, grown[text][1] / most) for text in best}


def _step(text: tuple[int, ...], beam: Beam, language: CharLM | None) -> float:
    if language is None or not beam.weight:
        return beam.bonus
    return beam.weight * language.log_share(text[:-1], text[-1]) + beam.bonus


def _end(text: tuple[int, ...], beam: Beam, language: CharLM | None) -> float:
    return beam.weight * language.log_share(text, END) if language and beam.weight else 0.0
