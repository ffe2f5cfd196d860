"""Finds answers in a text with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py --file text.txt "a question" "another one"
    python predict.py --json --text "Ann lives in Rome." "Where does Ann live?"

Or in Python: `Model().find("the text", ["a question"])`. The folder is one of plain Transformers too:
`AutoModelForQuestionAnswering.from_pretrained(folder)`.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch  # only now: Transformers reads the line above
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, logging

from bigmodel.training.standalone.extracts import answer_extracts, drawn_extract
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.extraction.choice import Choice, asked_parts
from bigmodel.training.text.extraction.windows import Decision, Floats, Window, choices, read

BATCH = 16


class Model:
    """A fine-tuned Transformer."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder = folder or Path(__file__).resolve().parent
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForQuestionAnswering.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype="float32",
        ).eval()
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
        scores: list[Floats] = []
        for start in range(0, len(windows), BATCH):
            scores += self._scores(windows[start : start + BATCH])
        found = choices(windows, scores, len(pairs), self._how)
        return [(clean, choice) for choice in found]

    def _scores(self, windows: Sequence[Window]) -> list[Floats]:
        """Return the scores of each window, (pieces, start and end)."""
        padding, width = int(self._tokenizer.pad_token_id or 0), max(len(w.ids) for w in windows)
        ids = np.full((len(windows), width), padding, np.int64)
        mask = np.zeros((len(windows), width), np.int64)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)], mask[row, : len(window.ids)] = window.ids, 1
        with torch.inference_mode():
            raw = self._model(
                input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)
            )
        both = torch.stack([raw.start_logits, raw.end_logits], dim=-1).double().numpy()
        return [both[row, : len(window.ids)] for row, window in enumerate(windows)]


def main() -> int:
    """Answer the questions of the command line."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return answer_extracts(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
