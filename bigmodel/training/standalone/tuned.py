"""Answers texts with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch  # only now: Transformers reads the line above
from transformers import AutoModelForSequenceClassification, AutoTokenizer, logging

from bigmodel.training.standalone.texts import answer_texts, cleaned

BATCH = 32


class Model:
    """A fine-tuned Transformer."""

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

    def predict(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one row a text: probabilities in the order of `labels`, or one number."""
        padding = int(self._tokenizer.pad_token_id or 0)
        read = self._tokenizer(
            cleaned(texts, self._folder),
            truncation=True,
            max_length=int(self._tokenizer.model_max_length),
            return_token_type_ids=False,
        )["input_ids"]
        read = [ids or [padding] for ids in read]
        rows: list[list[float]] = [[] for _ in texts]
        by_length = sorted(range(len(read)), key=lambda place: len(read[place]))
        for start in range(0, len(by_length), BATCH):
            places = by_length[start : start + BATCH]
            scores = self._scores([read[place] for place in places], padding)
            for place, row in zip(places, scores, strict=True):
                rows[place] = row
        return rows

    def _scores(self, read: Sequence[Sequence[int]], padding: int) -> list[list[float]]:
        width = max(map(len, read))
        ids = torch.tensor([[*row, *[padding] * (width - len(row))] for row in read])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in read])
        with torch.inference_mode():
            raw = self._model(input_ids=ids, attention_mask=mask).logits.double()
        rows: list[list[float]] = (raw.softmax(dim=1) if self.labels else raw).tolist()
        return rows


def main() -> int:
    """Answer the texts of the command line or of a file."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return answer_texts(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
