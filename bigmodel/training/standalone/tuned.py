"""Answers texts with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

import os
from collections.abc import Sequence

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bigmodel.training.standalone.networks.encoder import (
    EncoderModel,
)  # only now: Transformers reads the line above
from bigmodel.training.standalone.networks.linear import shares
from bigmodel.training.standalone.texts import answer_texts


class Model(EncoderModel):
    """Classes with their probabilities, or a number."""

    def predict(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one row a text: probabilities in the order of `labels`, or one number."""
        raw = self.raw(texts)
        return [shares(row) if self.labels else row.tolist() for row in raw]


if __name__ == "__main__":
    answer_texts(Model)
