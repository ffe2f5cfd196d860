"""A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001), learned by L-BFGS; it knows no text.

The texts of a corpus lie time-major, longest first, so that one step of the recursions is one small product of
matrices over all texts that are still going on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from bigmodel.training.text.tagging.decode import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Chains:
    """Texts laid out step by step: `order` of their parts, and how many texts still go on at each step."""

    order: Ints
    going: tuple[int, ...]

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "Chains":
        """Lay out texts of these lengths, whose parts lie one after the other."""
        sizes = np.asarray(lengths, np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        longest = np.argsort(-sizes, kind="stable")
        going = tuple(int((sizes > step).sum()) for step in range(int(sizes.max(initial=0))))
        parts = [starts[longest[:count]] + step for step, count in enumerate(going)]
        return cls(np.concatenate(parts) if parts else np.empty(0, np.int64), going)

    @property
    def steps(self) -> list[slice]:
        """Where the parts of each step lie."""
        ends = np.cumsum(self.going).tolist()
        return [slice(end - count, end) for end, count in zip(ends, self.going, strict=True)]


def fit(
    features: csr_matrix,
    tags: Ints,
    lengths: Sequence[int],
    allowed: Floats,
    *,
    penalty: float,
    rounds: int,
    tell: Callable[[], None],
    is_over: Callable[[], bool] = lambda: False,
) -> tuple[Floats, Floats]:
    """Return weights (features, tags) and moves (tags + 1, tags), the beginning in the last row.

    Args:
        features: (parts, features) of all texts, one after the other.
        tags: (parts,) the right ones.
        lengths: parts of each text.
        allowed: what is added to every move: 0, or a penalty for what may not be.
        penalty: weight of half the squared norm.
        rounds: of L-BFGS at most.
        tell: called at every round; may raise to stop.
        is_over: asked after every round; what was found by then is the answer.
    """
    chains = Chains.of([length for length in lengths if length])
    rows, right = features[chains.order].tocsr(), tags[chains.order]
    shape = features.shape[1], (count := allowed.shape[1])
    turned = rows.T.tocsr()
    seen = np.asarray(turned @ np.eye(count)[right])
    told = _counted(chains, right, count)

    def loss(point: Floats) -> tuple[float, Floats]:
        tell()
        weights, moves = _parted(point, shape)
        scores = np.asarray(rows @ weights)
        partition, chances, pairs = expected(chains, scores, moves + allowed)
        value = partition - float((seen * weights).sum()) - float((told * moves).sum())
        slope = np.concatenate(
            [(np.asarray(turned @ chances) - seen).ravel(), (pairs - told).ravel()]
        )
        return value + penalty / 2 * float(point @ point), slope + penalty * point

    def look(_found: object) -> None:
        if is_over():
            raise StopIteration

    begin = np.zeros(shape[0] * count + (count + 1) * count)
    options = {"maxiter": rounds, "maxcor": 5, "maxfun": 2 * rounds}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options=options, callback=look)
    weights, moves = _parted(found.x, shape)
    return weights, moves + allowed


def expected(chains: Chains, scores: Floats, moves: Floats) -> tuple[float, Floats, Floats]:
    """Return the log partition of all texts, the chance of each tag at each part, and the expected moves."""
    follows, begins = np.exp(moves[:-1]), np.exp(moves[-1])
    top = scores.max(axis=1, keepdims=True)
    raised = np.exp(scores - top)
    ahead, scale = np.empty_like(raised), np.empty(len(raised))
    steps = chains.steps
    for number, here in enumerate(steps):
        came = begins if not number else ahead[steps[number - 1]][: chains.going[number]] @ follows
        row = came * raised[here]
        scale[here] = row.sum(axis=1)
        ahead[here] = row / scale[here][:, None]
    behind = np.ones_like(raised)
    pairs = np.zeros_like(moves)
    for number in range(len(steps) - 1, 0, -1):
        here, going = steps[number], chains.going[number]
        leads = raised[here] * behind[here] / scale[here][:, None]
        before = slice(steps[number - 1].start, steps[number - 1].start + going)
        pairs[:-1] += ahead[before].T @ leads
        behind[before] = leads @ follows.T
    pairs[:-1] *= follows
    chances = ahead * behind
    if steps:
        pairs[-1] = chances[steps[0]].sum(axis=0)
    return float(np.log(scale).sum() + top.sum()), chances, pairs


def _counted(chains: Chains, right: Ints, count: int) -> Floats:
    """Return how often each move is made, the beginning in the last row."""
    moves = np.zeros((count + 1, count))
    steps = chains.steps
    for number, here in enumerate(steps):
        if number:
            before = right[steps[number - 1]][: chains.going[number]]
        else:
            before = np.full(chains.going[0], count)
        np.add.at(moves, (before, right[here]), 1.0)
    return moves


def _parted(point: Floats, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    size = shape[0] * shape[1]
    return point[:size].reshape(shape), point[size:].reshape(-1, shape[1])
