"""Marks words in texts with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`. The folder is one of plain
Transformers too: `pipeline("token-classification", folder, aggregation_strategy="first")`.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bigmodel.training.standalone.marks import (
    Mark,
    answer_marks,
)  # only now: Transformers reads the line above
from bigmodel.training.standalone.networks.reader import Body, tokenizer_of
from bigmodel.training.standalone.networks.rows import answered
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.tagging.decode import allowed
from bigmodel.training.text.tagging.pieces import log_softmax, marks, read


class Model:
    """A fine-tuned Transformer."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = self._folder = folder or Path(__file__).resolve().parent
        self._tokenizer = tokenizer_of(folder)
        self._body = Body(folder, "TokenClassification")
        names = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
        self.tags = tuple(names[str(number)] for number in range(len(names)))
        self._moves = allowed(self.tags)

    def predict(self, texts: Sequence[str]) -> list[tuple[str, list[Mark]]]:
        """Return each text as it was read, and its marks."""
        if not texts:
            return []
        clean = cleaned(texts, self._folder)
        pieces = read(self._tokenizer, clean, int(self._tokenizer.model_max_length))
        padding = int(self._tokenizer.pad_token_id or 0)
        raw = answered(self._body, [window.ids for window in pieces.windows], padding)
        scores = [
            log_softmax(found[: len(window.ids)])
            for found, window in zip(raw, pieces.windows, strict=True)
        ]
        rows = pieces.merged(scores, len(self.tags))
        found = [marks(pieces, row, rows[row], self.tags, self._moves) for row in range(len(clean))]
        return list(zip(clean, found, strict=True))


def main() -> int:
    """Answer the texts of the command line or of a file."""
    return answer_marks(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
