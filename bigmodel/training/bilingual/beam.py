"""Beam search for the best translations of a sentence: phrases in order, or two neighbours swapped.

Hypotheses with the same last two words are one state (recombination); several translations come from all the
ways that lead into the last state (Huang and Chiang 2005).
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from bigmodel.training.bilingual.phrases import Option, Phrase
from bigmodel.training.bilingual.trigrams import BEGIN, END, History, Trigrams

MOST_WAYS = 6  # that are kept into a state
MARGIN = 8.0  # of score behind the best of a stack, beyond which nothing is followed
SWAPPED_OPTIONS, SWAPPED_STATES = 5, 10  # that are tried for a swap
LONGEST_SWAP = 4
UNKNOWN = -10.0  # score of a word that passes through
UNKNOWN_SHARE = 0.02
DROPPED, DROPPED_SHARE = -6.0, 0.1  # of a known word that is only ever translated beside others


@dataclass(frozen=True)
class BeamWeights:
    """How much each part of a score counts; of words and phrases, each one."""

    phrase: float = 0.6
    language: float = 0.5
    word: float = 0.5
    each_phrase: float = -0.2
    swap: float = -1.0
    width: int = 24


@dataclass(frozen=True)
class Found:
    """One translation: words by number (what passes through is -1 - its place), score, and the share of each source word."""

    words: tuple[int, ...]
    score: float
    shares: tuple[float, ...]


@dataclass
class _State:
    """All hypotheses that cover as much and end in the same words."""

    history: History
    score: float = -1e30
    ways: list["_Way"] = field(default_factory=list)
    found: dict[int, list[Found]] = field(default_factory=dict)


@dataclass
class _Way:
    score: float  # of the whole hypothesis
    gain: float  # of this step
    before: _State
    words: Phrase
    shares: tuple[float, ...]


Span = tuple[int, float, float, Phrase]  # end, score, share, words


class BeamSearch:
    """Finds translations with a phrase table and a language model."""

    def __init__(
        self, table: dict[Phrase, list[Option]], language: Trigrams, weights: BeamWeights
    ) -> None:
        self._table, self._language, self.weights = table, language, weights
        self._longest = max(map(len, table), default=1)

    def search(self, source: Sequence[int], count: int) -> list[Found]:
        """Return up to `count` translations of a sentence of word numbers (-1: unknown), best first."""
        if not source:
            return []
        spans = [self._spans(source, start) for start in range(len(source))]
        stacks: list[dict[History, _State]] = [{} for _ in range(len(source) + 1)]
        root = _State((BEGIN, BEGIN), 0.0)
        root.found[count] = [Found((), 0.0, ())]
        stacks[0][root.history] = root
        best = [-1e30] * (len(source) + 1)
        for place in range(len(source)):
            states = heapq.nlargest(
                self.weights.width, stacks[place].values(), key=lambda state: state.score
            )
            for rank, state in enumerate(states):
                if state.score < best[place] - MARGIN:
                    break
                self._step(state, spans, place, stacks, best, can_swap=rank < SWAPPED_STATES)
        return self._finish(stacks[-1], count)

    def _spans(self, source: Sequence[int], start: int) -> list[Span]:
        """Return the phrases that begin at a place, with a rough language score to sort by."""
        weights, found = self.weights, []
        for end in range(start + 1, min(len(source), start + self._longest) + 1):
            for score, share, words in self._table.get(tuple(source[start:end]), ()):
                whole = weights.phrase * score + weights.word * len(words) + weights.each_phrase
                found.append((end, whole, share, words))
        if not any(end == start + 1 for end, *_ in found):
            found.append(self._alone(source[start], start))
        return sorted(found, key=lambda span: -span[1])

    def _alone(self, word: int, start: int) -> Span:
        """Return what stands for a word that has no translation of its own: nothing, or where it is unknown itself."""
        weights = self.weights
        if word >= 0:
            gain = weights.phrase * DROPPED + weights.each_phrase
            return start + 1, gain, DROPPED_SHARE, ()
        gain = weights.phrase * UNKNOWN + weights.word + weights.each_phrase
        return start + 1, gain, UNKNOWN_SHARE, (-1 - start,)

    def _step(
        self,
        state: _State,
        spans: Sequence[list[Span]],
        place: int,
        stacks: list[dict[History, _State]],
        best: list[float],
        *,
        can_swap: bool,
    ) -> None:
        """Follow a state by every phrase, and by every two that change places."""
        for end, gain, share, words in spans[place]:
            self._push(stacks[end], best, end, state, gain, words, (share,) * (end - place))
        if not can_swap:
            return
        for end, gain, share, words in spans[place][: 2 * SWAPPED_OPTIONS]:
            if end >= len(spans) or end - place > LONGEST_SWAP:
                continue
            for last, other_gain, other_share, other in spans[end][:SWAPPED_OPTIONS]:
                if last - end > LONGEST_SWAP:
                    continue
                shares = (share,) * (end - place) + (other_share,) * (last - end)
                both = gain + other_gain + self.weights.swap
                self._push(stacks[last], best, last, state, both, other + words, shares)

    def _push(
        self,
        stack: dict[History, _State],
        best: list[float],
        end: int,
        before: _State,
        gain: float,
        words: Phrase,
        shares: tuple[float, ...],
    ) -> None:
        if before.score + gain < best[end] - MARGIN:  # the language model only takes away
            return
        history, language = self._language.follow(before.history, words)
        gain += self.weights.language * language
        score = before.score + gain
        if score < best[end] - MARGIN:
            return
        state = stack.get(history)
        if state is None:
            state = stack[history] = _State(history)
        elif len(state.ways) >= MOST_WAYS and score <= state.ways[-1].score:
            return
        state.ways.append(_Way(score, gain, before, words, shares))
        state.ways.sort(key=lambda way: -way.score)
        del state.ways[MOST_WAYS:]
        if score > state.score:
            state.score = score
            best[end] = max(best[end], score)

    def _finish(self, stack: dict[History, _State], count: int) -> list[Found]:
        last = _State((END, END))
        for state in stack.values():
            gain = self.weights.language * self._language.log_share(*state.history, END)
            last.ways.append(_Way(state.score + gain, gain, state, (), ()))
        return self._best(last, count)

    def _best(self, state: _State, count: int) -> list[Found]:
        """Return the best different translations that end in a state."""
        if count in state.found:
            return state.found[count]
        every: dict[tuple[int, ...], Found] = {}
        for way in state.ways:
            for found in self._best(way.before, count):
                words, score = found.words + way.words, found.score + way.gain
                if words not in every or every[words].score < score:
                    every[words] = Found(words, score, found.shares + way.shares)
        state.found[count] = heapq.nlargest(count, every.values(), key=lambda found: found.score)
        return state.found[count]
