"""Marks words in texts with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`. The folder is one of plain
Transformers too: `pipeline("token-classification", folder, aggregation_strategy="first")`.
"""

import os
from collections.abc import Sequence

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bigmodel.training.standalone.marks import (
    Found,
    answer_marks,
)  # only now: Transformers reads the line above
from bigmodel.training.text.tagging.program_pieces import PieceModel, marks_of


class Model(PieceModel):
    """A fine-tuned Transformer whose outputs are tags."""

    def predict(self, texts: Sequence[str]) -> list[tuple[str, list[Found]]]:
        """Return each text as it was read, and its marks."""
        if not texts:
            return []
        pieces, raw = self.raw(texts)
        return list(zip(pieces.texts, marks_of(pieces, raw, self.outputs), strict=True))


if __name__ == "__main__":
    answer_marks(Model)
