"""From letters at every step to one text: the greedy way, and a small prefix beam search; it must never import torch.

CTC writes a blank or a letter at each step, and a repeated letter once (Graves et al. 2006). The beam keeps
the likeliest beginnings, each with its chance of ending in a blank and in its last letter (Hannun et al. 2014).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.training.speech_alphabet import BLANK
from bigmodel.training.speech_language import END, LetterModel

Floats = NDArray[np.float64]
NOTHING = -math.inf
LIKELY = 1e-4  # a letter below this share is not tried at a step
CERTAIN = 0.9999  # a step whose blank is surer than this changes nothing


@dataclass(frozen=True)
class Beam:
    """How a text is searched: how many beginnings are kept, and how much the letters before count."""

    width: int = 8
    weight: float = 0.0  # of the letter model; 0 leaves it out
    bonus: float = 0.0  # for every letter: the letter model alone would make texts short


@dataclass
class _Ends:
    """Log-chances of a beginning: ending in a blank, and in its last letter."""

    blank: float = NOTHING
    letter: float = NOTHING

    @property
    def total(self) -> float:
        return _add(self.blank, self.letter)


def greedy(steps: Floats) -> list[int]:
    """Return the numbers of the likeliest letter of each step, repeats once, blanks left out. steps: (steps, outputs)."""
    best = steps.argmax(axis=1)
    changed = np.r_[True, best[1:] != best[:-1]] if len(best) else np.zeros(0, dtype=bool)
    letters: list[int] = best[changed & (best != BLANK)].tolist()
    return letters


def search(steps: Floats, beam: Beam, language: LetterModel | None = None) -> list[int]:
    """Return the likeliest text of log-shares (steps, outputs), as numbers."""
    kept: dict[tuple[int, ...], _Ends] = {(): _Ends(blank=0.0)}
    bonus: dict[tuple[int, ...], float] = {(): 0.0}
    blank_only = np.exp(steps[:, BLANK]) > CERTAIN
    for step, is_still in zip(steps, blank_only, strict=True):
        if is_still:
            kept = {text: _Ends(blank=ends.total + step[BLANK]) for text, ends in kept.items()}
            continue
        kept = _pruned(_grown(kept, step), beam, language, bonus)
    whole = {
        text: ends.total + bonus[text] + _end(text, beam, language) for text, ends in kept.items()
    }
    return list(max(whole.items(), key=lambda item: item[1])[0])


def letter_certainties(steps: Floats, numbers: list[int]) -> list[float]:
    """Return how sure each letter of a text is: its share at the step where the best alignment writes it."""
    if not numbers:
        return []
    places = _align(steps, numbers)
    return [
        float(np.exp(steps[place, number])) for place, number in zip(places, numbers, strict=True)
    ]


def _grown(kept: dict[tuple[int, ...], _Ends], step: Floats) -> dict[tuple[int, ...], _Ends]:
    """Return every beginning after one more step."""
    grown: dict[tuple[int, ...], _Ends] = {}
    tried = [int(n) for n in np.flatnonzero(step > math.log(LIKELY)) if n != BLANK]
    for text, ends in kept.items():
        here = grown.setdefault(text, _Ends())
        here.blank = _add(here.blank, ends.total + float(step[BLANK]))
        if text:
            here.letter = _add(here.letter, ends.letter + float(step[text[-1]]))
        for number in tried:
            before = ends.blank if text and text[-1] == number else ends.total
            longer = grown.setdefault((*text, number), _Ends())
            longer.letter = _add(longer.letter, before + float(step[number]))
    return grown


def _pruned(
    grown: dict[tuple[int, ...], _Ends],
    beam: Beam,
    language: LetterModel | None,
    bonus: dict[tuple[int, ...], float],
) -> dict[tuple[int, ...], _Ends]:
    """Keep the likeliest beginnings, the letters before each counted once."""
    for text in grown:
        if text not in bonus:
            bonus[text] = bonus[text[:-1]] + _step(text, beam, language)
    best = sorted(grown, key=lambda text: -(grown[text].total + bonus[text]))[: beam.width]
    return {text: grown[text] for text in best}


def _step(text: tuple[int, ...], beam: Beam, language: LetterModel | None) -> float:
    if language is None or not beam.weight:
        return beam.bonus
    return beam.weight * language.log_share(text[:-1], text[-1]) + beam.bonus


def _end(text: tuple[int, ...], beam: Beam, language: LetterModel | None) -> float:
    return beam.weight * language.log_share(text, END) if language and beam.weight else 0.0


def _align(steps: Floats, numbers: list[int]) -> list[int]:
    """Return the step of each letter in the likeliest alignment (Viterbi over blank, letter, blank, …)."""
    states = [BLANK, *(n for number in numbers for n in (number, BLANK))]
    scores = np.full(len(states), NOTHING)
    scores[:2] = steps[0, states[:2]]
    may_skip = np.array(
        [n >= 2 and states[n] != BLANK and states[n] != states[n - 2] for n in range(len(states))]
    )
    came = np.zeros((len(steps), len(states)), dtype=np.int64)
    for place in range(1, len(steps)):
        one = np.r_[NOTHING, scores[:-1]]
        two = np.where(may_skip, np.r_[NOTHING, NOTHING, scores[:-2]], NOTHING)
        options = np.stack([scores, one, two])
        came[place] = options.argmax(axis=0)
        scores = options.max(axis=0) + steps[place, states]
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


def _add(a: float, b: float) -> float:
    """Return log(exp(a) + exp(b))."""
    if a == NOTHING:
        return b
    if b == NOTHING:
        return a
    high, low = (a, b) if a > b else (b, a)
    return high + math.log1p(math.exp(low - high))
