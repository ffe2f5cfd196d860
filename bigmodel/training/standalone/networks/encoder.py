"""The model of programs that read texts with a Transformer; it is written into each of them, and never asks the network."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bigmodel.training.standalone.texts import cleaned

BATCH = 32


class EncoderModel:
    """A fine-tuned Transformer with one linear layer of outputs."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = self._folder = folder or Path(__file__).resolve().parent
        self.labels: list[str] = json.loads((folder / "labels.json").read_text("utf-8"))
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype="float32",
        ).eval()

    def raw(self, texts: Sequence[str]) -> list[Tensor]:
        """Return what the model says of each text before it is brought to probabilities, (outputs,)."""
        padding = int(self._tokenizer.pad_token_id or 0)
        read = self._tokenizer(
            cleaned(texts, self._folder),
            truncation=True,
            max_length=int(self._tokenizer.model_max_length),
            return_token_type_ids=False,
        )["input_ids"]
        read = [ids or [padding] for ids in read]
        rows: list[Tensor] = [torch.empty(0) for _ in texts]
        by_length = sorted(range(len(read)), key=lambda place: len(read[place]))
        for start in range(0, len(by_length), BATCH):
            places = by_length[start : start + BATCH]
            raw = self._raw([read[place] for place in places], padding)
            for place, row in zip(places, raw, strict=True):
                rows[place] = row
        return rows

    def _raw(self, read: Sequence[Sequence[int]], padding: int) -> Tensor:
        width = max(map(len, read))
        ids = torch.tensor([[*row, *[padding] * (width - len(row))] for row in read])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in read])
        with torch.inference_mode():
            found: Tensor = self._model(input_ids=ids, attention_mask=mask).logits.double()
        return found
