"""Answers texts with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

import os
from collections.abc import Sequence

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bigmodel.core.datasets.columns import heads_of  # only now: Transformers reads the line above
from bigmodel.training.standalone.networks.encoder import EncoderModel
from bigmodel.training.standalone.networks.linear import shares
from bigmodel.training.standalone.texts import Part, answer_columns, part_of


class Model(EncoderModel):
    """A class or a number in each of several columns: the outputs of one layer, which share the body."""

    def predict(self, texts: Sequence[str]) -> list[dict[str, Part]]:
        """Return the answers to each text by column: `label` with `probabilities`, or `value`."""
        heads = heads_of(self.labels)
        found = []
        for raw in self.raw(texts):
            parts = [(head, raw[head.outputs]) for head in heads]
            scores = [(h, shares(part) if h.classes else part.tolist()) for h, part in parts]
            found.append({head.column: part_of(head, part) for head, part in scores})
        return found


if __name__ == "__main__":
    answer_columns(Model)
