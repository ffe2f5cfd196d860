"""Pairs of sentences as the training loop takes rows, and what the loop strives for; it knows no file."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from bigmodel.training.loop.examples import Batch
from bigmodel.training.loop.objective import IGNORED

Ids = list[list[int]]


@dataclass(frozen=True)
class PairExamples:
    """Sources and targets as tokens, each with its end. The decoder gets the targets one place later."""

    sources: Ids
    targets: Ids
    padding: int
    start: int  # token that every target begins after

    @property
    def lengths(self) -> Sequence[int]:
        pairs = zip(self.sources, self.targets, strict=True)
        return [len(source) + len(target) for source, target in pairs]

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str,
        epoch: int | None = None,  # noqa: ARG002 - pairs are not varied
    ) -> Batch:
        """Return some pairs, as wide as the longest of them."""
        source = padded([self.sources[row] for row in rows], self.padding).to(device)
        target = padded([self.targets[row] for row in rows], IGNORED).to(device)
        given = padded([[self.start, *self.targets[row][:-1]] for row in rows], self.padding)
        lengths = torch.tensor([len(self.sources[row]) for row in rows], device=device)
        mask = torch.arange(source.shape[1], device=device)[None] < lengths[:, None]
        inputs = {
            "input_ids": source,
            "attention_mask": mask.long(),
            "decoder_input_ids": given.to(device),
        }
        return Batch(inputs, target)


def encode_pairs(
    inputs: Sequence[str],
    targets: Sequence[str],
    tokenizer: PreTrainedTokenizerBase,
    model: PreTrainedModel,
    most_tokens: int,
) -> PairExamples:
    """Return pairs as tokens; what is longer is cut."""
    end = int(model.config.eos_token_id)
    sides = [with_end(tokenizer, texts, end, most_tokens) for texts in (inputs, targets)]
    start = int(model.config.decoder_start_token_id)
    return PairExamples(sides[0], sides[1], int(model.config.pad_token_id), start)


def with_end(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], end: int, most_tokens: int
) -> Ids:
    """Return the tokens of texts, each ended by the model's mark."""
    if not texts:
        return []
    found = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    return [[*ids[: most_tokens - 1], end] for ids in found]


def padded(rows: Ids, filler: int) -> Tensor:
    """Return rows as one tensor, (rows, longest)."""
    width = max(map(len, rows))
    return torch.tensor([row + [filler] * (width - len(row)) for row in rows])
