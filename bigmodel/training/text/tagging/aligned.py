"""Texts in windows with a target for each of their pieces: BIO tags of words on the sub-word pieces they are cut into; it trains nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from bigmodel.core.datasets.spans import part_tag, spans_of, tags_of_spans
from bigmodel.training.loop.examples import Batch
from bigmodel.training.text.encode import Encoded
from bigmodel.training.text.finetune import EncodedExamples
from bigmodel.training.text.tagging.pieces import Pieces

IGNORED = -100  # the tag of special tokens and of padding
Tags = NDArray[np.int64]


@dataclass(frozen=True)
class PieceExamples(EncodedExamples):
    """Windows of texts with a target, or several, for each token; `nothing` fills short rows of a batch."""

    targets: Sequence[Tensor]
    nothing: float = IGNORED

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str,
        epoch: int | None = None,  # noqa: ARG002 - texts are not varied
    ) -> Batch:
        targets = nn.utils.rnn.pad_sequence(
            [self.targets[row] for row in rows], batch_first=True, padding_value=self.nothing
        )
        return Batch(self.texts.batch(rows, device), targets.to(device))


def encoded(pieces: Pieces, tokenizer: PreTrainedTokenizerBase) -> Encoded:
    """Return windows as a network takes them; one with nothing to read becomes one padding token."""
    padding = int(tokenizer.pad_token_id or 0)
    empty = np.array([padding], np.int64)
    texts = [window.ids if len(window.ids) else empty for window in pieces.windows]
    return Encoded(texts, padding)


def window_tags(
    pieces: Pieces, targets: Sequence[str], tags: Sequence[str], *, by_words: bool
) -> list[Tags]:
    """Return for each window the places of the tags of all its tokens, or of the first piece of each word alone.

    A row whose target is "" says nothing: its tokens have no tag.
    """
    number = {tag: at for at, tag in enumerate(tags)}
    by_row = []
    for row, target in enumerate(targets):
        found = np.array([number[tag] for tag in _piece_tags(pieces, row, target)], np.int64)
        if by_words:
            firsts = [first for first, _ in pieces.units(row)]
            found = np.where(np.isin(np.arange(len(found)), firsts), found, IGNORED)
        by_row.append(found if target else np.full_like(found, IGNORED))
    windows = []
    for window in pieces.windows:
        placed = np.full(max(1, len(window.ids)), IGNORED, np.int64)
        end = window.first + len(window.inside)
        placed[window.inside] = by_row[window.row][window.first : end]
        windows.append(placed)
    return windows


def begin_at_shares(head: nn.Linear, outputs: slice, windows: Sequence[Tags]) -> Tensor:
    """Let the outputs of tags begin at how frequent each is, and return those shares: else the first hundreds of steps only learn that most is none."""
    width = outputs.stop - outputs.start
    tags = torch.from_numpy(np.concatenate([*windows, np.empty(0, np.int64)]))
    counts = torch.bincount(tags[tags != IGNORED], minlength=width) + 1.0
    shares = counts / counts.sum()
    if head.bias is not None:
        with torch.no_grad():
            head.bias[outputs] = shares.log()
    return shares


def _piece_tags(pieces: Pieces, row: int, target: str) -> list[str]:
    """Return a tag for each piece: all pieces of a word have its kind, and only the first may begin a mark."""
    tags: list[str] = []
    words = tags_of_spans(spans_of(target), pieces.unit_places(row))
    for (first, last), tag in zip(pieces.units(row), words, strict=True):
        kind = part_tag(tag)[1]
        tags += [tag, *[f"I-{kind}" if kind else tag] * (last - first - 1)]
    return tags
