"""The model of programs that read texts with a Transformer; it is written into each of them, and never asks the network."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bigmodel.training.standalone.networks.reader import Body, tokenizer_of
from bigmodel.training.standalone.networks.rows import answered
from bigmodel.training.standalone.texts import cleaned


class EncoderModel:
    """A fine-tuned Transformer with one linear layer of outputs."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = self._folder = folder or Path(__file__).resolve().parent
        self.labels: list[str] = json.loads((folder / "labels.json").read_text("utf-8"))
        self._tokenizer = tokenizer_of(folder)
        self._body = Body(folder, "SequenceClassification")

    def raw(self, texts: Sequence[str]) -> list[Any]:
        """Return what the model says of each text before it is brought to probabilities, an array (outputs,)."""
        read = self._tokenizer(
            cleaned(texts, self._folder),
            truncation=True,
            max_length=int(self._tokenizer.model_max_length),
            return_token_type_ids=False,
        )["input_ids"]
        return answered(self._body, read, int(self._tokenizer.pad_token_id or 0))
