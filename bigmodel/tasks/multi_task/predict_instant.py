"""Answers texts with the model beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.core.datasets.columns import heads_of
from bigmodel.training.standalone.marks import marks_part
from bigmodel.training.standalone.networks.linear import LinearModel, shares
from bigmodel.training.standalone.texts import Part, answer_columns, cleaned, part_of
from bigmodel.training.text.tagging.program_words import Tagger


class Model(LinearModel):
    """A class, a number or marked words in each of several columns."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder)
        self._heads = heads_of(self.labels)
        marked = [head.column for head in self._heads if head.kinds]
        self._taggers = {
            name: Tagger(self._folder, f"instant-marks-{at}") for at, name in enumerate(marked)
        }

    def predict(self, texts: Sequence[str]) -> list[dict[str, Part]]:
        """Return the answers to each text by column: `label` with `probabilities`, `value`, or `entities`."""
        read, found = cleaned(texts, self._folder), []
        for text, raw in zip(read, self.raw(texts), strict=True):
            row: dict[str, Part] = {}
            for head in self._heads:
                part = raw[head.outputs]
                if head.kinds:
                    row[head.column] = marks_part(text, self._taggers[head.column].marks(text))
                else:
                    row[head.column] = part_of(
                        head, shares(part) if head.classes else part.tolist()
                    )
            found.append(row)
        return found


if __name__ == "__main__":
    answer_columns(Model)
