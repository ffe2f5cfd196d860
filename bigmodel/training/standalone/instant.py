"""Answers texts with the model beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

from collections.abc import Sequence

from bigmodel.training.standalone.networks.linear import LinearModel, shares
from bigmodel.training.standalone.texts import answer_texts


class Model(LinearModel):
    """Classes with their probabilities, or a number."""

    def predict(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one row a text: probabilities in the order of `labels`, or one number."""
        raw = self.raw(texts)
        return [shares(row) if self.labels else [float(row[0])] for row in raw]


if __name__ == "__main__":
    answer_texts(Model)
