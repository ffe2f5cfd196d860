"""Answers texts with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

import os
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bigmodel.core.datasets.columns import heads_of  # only now: Transformers reads the line above
from bigmodel.training.standalone.marks import marks_part
from bigmodel.training.standalone.networks.linear import shares
from bigmodel.training.standalone.texts import Part, answer_columns, part_of
from bigmodel.training.text.tagging.program_pieces import PieceModel, marks_of


class Model(PieceModel):
    """Marked words, and a class or a number, in several columns: the outputs of one layer on the pieces of a text."""

    def predict(self, texts: Sequence[str]) -> list[dict[str, Part]]:
        """Return the answers to each text by column: `entities`, `label` with `probabilities`, or `value`."""
        if not texts:
            return []
        pieces, raw = self.raw(texts)
        means: list[list[Any]] = [[] for _ in texts]  # of each window: numpy arrays
        for window, one in zip(pieces.windows, raw, strict=True):
            means[window.row].append(one.mean(axis=0))
        found: list[dict[str, Part]] = [{} for _ in texts]
        for head in heads_of(self.outputs):
            if head.kinds:
                rows = marks_of(pieces, [one[:, head.outputs] for one in raw], head.tags)
                parts = [marks_part(t, m) for t, m in zip(pieces.texts, rows, strict=True)]
            else:
                said = [(sum(row) / len(row))[head.outputs] for row in means]
                parts = [part_of(head, shares(s) if head.classes else s.tolist()) for s in said]
            for answer, part in zip(found, parts, strict=True):
                answer[head.column] = part
        return found


if __name__ == "__main__":
    answer_columns(Model)
