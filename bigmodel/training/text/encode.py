"""Texts to tensors: each text is read by the tokenizer once, and a batch is as wide as its longest text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerBase

CHUNK = 1024


@dataclass(frozen=True)
class Encoded:
    """Texts as numbers of tokens, and the number that fills short rows of a batch."""

    texts: Sequence[NDArray[np.int64]]
    padding: int

    @property
    def lengths(self) -> list[int]:
        return [len(text) for text in self.texts]

    def renumbered(self, number: NDArray[np.int64]) -> "Encoded":
        """Return the same texts with other numbers for the tokens."""
        return Encoded([number[text] for text in self.texts], int(number[self.padding]))

    def batch(self, rows: Sequence[int], device: torch.device | str = "cpu") -> dict[str, Tensor]:
        """Return `input_ids` and `attention_mask`, (rows, longest text of them)."""
        texts = [self.texts[row] for row in rows]
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        filled = np.arange(lengths.max())[None, :] < lengths[:, None]
        ids = np.full(filled.shape, self.padding, dtype=np.int64)
        ids[filled] = np.concatenate(texts)
        return {
            "input_ids": torch.from_numpy(ids).to(device, non_blocking=True),
            "attention_mask": torch.from_numpy(filled.astype(np.int64)).to(
                device, non_blocking=True
            ),
        }


def encode(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], most: int) -> Encoded:
    """Read texts, each cut after `most` tokens; a text with nothing to read becomes one padding token."""
    padding = int(tokenizer.pad_token_id or 0)
    read: list[NDArray[np.int64]] = []
    for start in range(0, len(texts), CHUNK):
        found = tokenizer(
            list(texts[start : start + CHUNK]),
            truncation=True,
            max_length=most,
            return_attention_mask=False,
            return_token_type_ids=False,
        )["input_ids"]
        read += [np.asarray(ids or [padding], dtype=np.int64) for ids in found]
    return Encoded(read, padding)
