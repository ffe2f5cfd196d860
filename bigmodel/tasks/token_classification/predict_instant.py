"""Marks words in texts with the model beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.training.standalone.marks import Found, answer_marks
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.tagging.program_words import Tagger


class Model:
    """What words and their neighbours look like, and a linear-chain CRF on top."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(__file__).resolve().parent
        self._tagger = Tagger(self._folder, "instant")
        self.kinds = self._tagger.kinds

    def predict(self, texts: Sequence[str]) -> list[tuple[str, list[Found]]]:
        """Return each text as it was read, and its marks."""
        return [(text, self._tagger.marks(text)) for text in cleaned(texts, self._folder)]


if __name__ == "__main__":
    answer_marks(Model)
