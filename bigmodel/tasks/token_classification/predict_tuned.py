"""Marks words in texts with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`. The folder is one of plain
Transformers too: `pipeline("token-classification", folder, aggregation_strategy="first")`.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch  # only now: Transformers reads the line above
from transformers import AutoModelForTokenClassification, AutoTokenizer, logging

from bigmodel.training.standalone.marks import Mark, answer_marks
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.tagging.decode import Floats, allowed
from bigmodel.training.text.tagging.pieces import Ids, log_softmax, marks, read

BATCH = 32


class Model:
    """A fine-tuned Transformer."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = self._folder = folder or Path(__file__).resolve().parent
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForTokenClassification.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype="float32",
        ).eval()
        names = {int(number): name for number, name in self._model.config.id2label.items()}
        self.tags = tuple(names[number] for number in range(len(names)))
        self._moves = allowed(self.tags)

    def predict(self, texts: Sequence[str]) -> list[tuple[str, list[Mark]]]:
        """Return each text as it was read, and its marks."""
        if not texts:
            return []
        clean = cleaned(texts, self._folder)
        pieces = read(self._tokenizer, clean, int(self._tokenizer.model_max_length))
        scores: list[Floats] = []
        for start in range(0, len(pieces.windows), BATCH):
            scores += self._scores([w.ids for w in pieces.windows[start : start + BATCH]])
        rows = pieces.merged(scores, len(self.tags))
        found = [marks(pieces, row, rows[row], self.tags, self._moves) for row in range(len(clean))]
        return list(zip(clean, found, strict=True))

    def _scores(self, windows: Sequence[Ids]) -> list[Floats]:
        """Return the log probabilities of each window, (tokens, tags)."""
        padding, width = int(self._tokenizer.pad_token_id or 0), max(1, *map(len, windows), 1)
        ids = np.full((len(windows), width), padding, np.int64)
        mask = np.zeros((len(windows), width), np.int64)
        for row, window in enumerate(windows):
            ids[row, : len(window)], mask[row, : max(1, len(window))] = window, 1
        with torch.inference_mode():
            raw = self._model(
                input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)
            ).logits
        found = raw.double().numpy()
        return [log_softmax(found[row, : len(window)]) for row, window in enumerate(windows)]


def main() -> int:
    """Answer the texts of the command line or of a file."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return answer_marks(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
