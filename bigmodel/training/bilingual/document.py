"""Texts of several sentences and lines: taken apart to be translated, and put together in the same shape."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bigmodel.training.bilingual.tokens import UNSPACED

SENTENCE_END = re.compile(rf"(?<=[.!?…])\s+(?=\S)|(?<=[。！？])|(?<=[{UNSPACED}][;；])")
LEAST = 1e-9  # certainty of which a logarithm is taken
IS_UNSPACED = re.compile(rf"[{UNSPACED}\u3000-\u303f\uff00-\uff60]")


@dataclass(frozen=True)
class Rendering:
    """One translation of a text, how sure it is (0 to 1), and the words of the text that passed through."""

    text: str
    certainty: float
    unknown: tuple[str, ...] = ()


def sentences_of(text: str) -> tuple[list[str], list[str]]:
    """Return the sentences of a text, and the line ends that follow each ("" within a line)."""
    sentences: list[str] = []
    ends: list[str] = []
    for line in text.strip().splitlines():
        parts = [part.strip() for part in SENTENCE_END.split(line) if part and part.strip()]
        if sentences:
            ends[-1] += "\n"
        sentences += parts
        ends += [""] * len(parts)
    return sentences, ends


def combined(
    pieces: Sequence[Sequence[Rendering]], ends: Sequence[str], count: int
) -> list[Rendering]:
    """Return translations of a whole text from those of its sentences, best first.

    Further ones differ from the best in one sentence, whose next choice is the surest.
    """
    if not pieces:
        return [Rendering("", 0.0)]
    best = [piece[0] for piece in pieces]
    made = [_joined(best, ends)]
    varied = [(at, one) for at, piece in enumerate(pieces) for one in piece[1:]]
    for at, one in sorted(varied, key=lambda pair: -pair[1].certainty)[: count - 1]:
        made.append(_joined([*best[:at], one, *best[at + 1 :]], ends))
    return made


def mean_certainty(certainties: Sequence[float]) -> float:
    """Return the geometric mean."""
    logs = sum(math.log(max(LEAST, certainty)) for certainty in certainties)
    return math.exp(logs / len(certainties)) if certainties else 0.0


def _joined(pieces: Sequence[Rendering], ends: Sequence[str]) -> Rendering:
    text = ""
    for piece, end in zip(pieces, ends, strict=True):
        gap = "" if IS_UNSPACED.match(piece.text[-1:]) else " "
        text += piece.text + (end or gap)
    unknown = tuple(word for piece in pieces for word in piece.unknown)
    return Rendering(text.rstrip(), mean_certainty([piece.certainty for piece in pieces]), unknown)
