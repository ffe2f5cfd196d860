"""Finds answers in a text with the model beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py --file text.txt "a question" "another one"
    python predict.py --json --text "Ann lives in Rome." "Where does Ann live?"

Or in Python: `Model().find("the text", ["a question"])`.
"""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.training.standalone.extracts import answer_extracts, drawn_extract
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.extraction.choice import Choice, asked_parts
from bigmodel.training.text.extraction.ranker import load_ranker


class Model:
    """What the question says, sentence by sentence, and a linear ranker of what may answer it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(__file__).resolve().parent
        self._ranker = load_ranker(self._folder)

    def show(self, text: str) -> str:
        """Return the answer to a question on a passage as HTML."""
        passage, question = asked_parts(text)
        [(clean, choice)] = self.find(passage, [question])
        return drawn_extract(clean, choice)

    def find(self, passage: str, questions: Sequence[str]) -> list[tuple[str, Choice]]:
        """Return the text as it was read, and what answers each question."""
        clean, *asked = cleaned([passage, *questions], self._folder)
        return [(clean, self._ranker.choose(clean, question)) for question in asked]


if __name__ == "__main__":
    answer_extracts(Model)
