"""What texts mean as vectors, by a frozen encoder as it is; nothing of it is ever trained."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from bigmodel.training.text.encode import encode

MOST_TOKENS = 128
PROMPT = "query: "  # as E5 was trained

Floats = NDArray[np.float32]


class TextEncoder:
    """The mean of an encoder's last states over the tokens of each text."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return int(self._model.config.hidden_size)

    def encode(self, texts: Sequence[str]) -> list[Floats | None]:
        """Return the vector of each text."""
        read = encode(self._tokenizer, [PROMPT + text for text in texts], MOST_TOKENS)
        batch = read.batch(range(len(texts)))
        with torch.inference_mode():
            states = self._model(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None]
        return list(((states * mask).sum(1) / mask.sum(1)).numpy())
