"""From letters at every step to one text: the greedy way, and a small prefix beam search; it must never import torch.

CTC writes a blank or a letter at each step, and a repeated letter once (Graves et al. 2006). The beam keeps
the likeliest beginnings, each with its chance of ending in a blank and in its last letter (Hannun et al. 2014).
"""

import math
from collections.abc import Iterator
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


def character_confidences(steps: Floats, numbers: list[int]) -> list[float]:
    """Return how sure each letter of a text is: its share at the step where the best alignment writes it."""
    if not numbers:
        return []
    best = steps.argmax(axis=1)
    begins = np.flatnonzero(np.r_[True, best[1:] != best[:-1]])
    is_letter = best[begins] != BLANK
    if best[begins][is_letter].tolist() == numbers:  # then the likeliest steps are that alignment
        tops = np.maximum.reduceat(steps.max(axis=1), begins)[is_letter]
        found: list[float] = np.exp(tops).tolist()
        return found
    places = _align(steps, numbers)
    return [
        float(np.exp(steps[place, number])) for place, number in zip(places, numbers, strict=True)
    ]


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


def _align(steps: Floats, numbers: list[int]) -> list[int]:
    """Return the step of each letter in the likeliest alignment (Viterbi over blank, letter, blank, …)."""
    states = [BLANK, *(n for number in numbers for n in (number, BLANK))]
    count = len(states)
    skips = np.zeros(count)  # what it costs to come from two states before: nothing, or all
    skips[[n for n in range(count) if n < 2 or states[n] in (BLANK, states[n - 2])]] = NOTHING
    found = steps[:, states]
    options = np.full((3, count), NOTHING)  # to stay, to come from one state before, from two
    options[0, :2] = found[0, :2]
    came = np.zeros((len(steps), count), dtype=np.int64)
    for place in range(1, len(steps)):
        options[1, 1:] = options[0, :-1]
        options[2, 2:] = options[0, :-2]
        options[2] += skips
        options.argmax(axis=0, out=came[place])
        np.add(options.max(axis=0), found[place], out=options[0])
    scores = options[0]
    state = len(states) - 1 if scores[-1] >= scores[-2] else len(states) - 2
    best: dict[int, int] = {}
    for place, here in _walked(came, state):
        if states[here] != BLANK:
            letter = here // 2
            if (
                letter not in best
                or steps[place, numbers[letter]] > steps[best[letter], numbers[letter]]
            ):
                best[letter] = place
    return [best.get(letter, 0) for letter in range(len(numbers))]


def _walked(came: NDArray[np.int64], state: int) -> Iterator[tuple[int, int]]:
    """Yield (step, state) from the last step back to the first."""
    for place in range(len(came) - 1, -1, -1):
        yield place, state
        state -= int(came[place, state])
