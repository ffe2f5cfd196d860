"""Answers texts with the model beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

import sys
from collections.abc import Sequence

from bigmodel.core.datasets.columns import heads_of
from bigmodel.training.standalone.networks.linear import LinearModel, shares
from bigmodel.training.standalone.texts import Part, answer_columns, part_of


class Model(LinearModel):
    """A class or a number in each of several columns."""

    def predict(self, texts: Sequence[str]) -> list[dict[str, Part]]:
        """Return the answers to each text by column: `label` with `probabilities`, or `value`."""
        heads = heads_of(self.labels)
        found = []
        for raw in self.raw(texts):
            parts = [(head, raw[head.outputs]) for head in heads]
            scores = [
                (head, shares(part) if head.classes else [float(part[0])]) for head, part in parts
            ]
            found.append({head.column: part_of(head, part) for head, part in scores})
        return found


def main() -> int:
    """Answer the texts of the command line or of a file."""
    return answer_columns(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
