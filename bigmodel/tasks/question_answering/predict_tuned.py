"""Finds answers in a text with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py --file text.txt "a question" "another one"
    python predict.py --json --text "Ann lives in Rome." "Where does Ann live?"

Or in Python: `Model().find("the text", ["a question"])`. The folder is one of plain Transformers too:
`AutoModelForQuestionAnswering.from_pretrained(folder)`.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bigmodel.training.standalone.extracts import (
    answer_extracts,
    drawn_extract,
)  # only now: Transformers reads the line above
from bigmodel.training.standalone.networks.reader import Body, tokenizer_of
from bigmodel.training.standalone.networks.rows import answered
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.extraction.choice import Choice, asked_parts
from bigmodel.training.text.extraction.windows import Decision, choices, read


class Model:
    """A fine-tuned Transformer."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder = folder or Path(__file__).resolve().parent
        self._tokenizer = tokenizer_of(folder)
        self._body = Body(folder, "QuestionAnswering")
        told = json.loads((folder / "extract.json").read_text("utf-8"))
        slope, offset = told["line"]
        self._how = Decision(told["answer_tokens"], told["threshold"], (slope, offset))

    def show(self, text: str) -> str:
        """Return the answer to a question on a passage as HTML."""
        passage, question = asked_parts(text)
        [(clean, choice)] = self.find(passage, [question])
        return drawn_extract(clean, choice)

    def find(self, passage: str, questions: Sequence[str]) -> list[tuple[str, Choice]]:
        """Return the text as it was read, and what answers each question."""
        clean, *asked = cleaned([passage, *questions], self._folder)
        pairs = [(clean, question) for question in asked]
        windows = read(self._tokenizer, pairs, int(self._tokenizer.model_max_length))
        padding = int(self._tokenizer.pad_token_id or 0)
        raw = answered(self._body, [window.ids for window in windows], padding)
        scores = [found[: len(window.ids)] for found, window in zip(raw, windows, strict=True)]
        found = choices(windows, scores, len(pairs), self._how)
        return [(clean, choice) for choice in found]


if __name__ == "__main__":
    answer_extracts(Model)
