"""Translates texts with the Transformer beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "a sentence" "another one"
    python predict.py --file sentences.txt > translations.txt
    python predict.py --json "a sentence"

`--file` holds one text a line, in UTF-8; the answers stand on the same lines. Or in Python: `Model().translate(["a sentence"])`.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from bigmodel.training.bilingual.beam_answers import beam_answers
from bigmodel.training.bilingual.document import Rendering
from bigmodel.training.pretrained import SAFELY
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.standalone.translations import answer_translations, drawn_translations

BATCH = 16


class Model:
    """An encoder that reads and a decoder that writes."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(__file__).resolve().parent
        self._tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
        self._net = AutoModelForSeq2SeqLM.from_pretrained(
            self._folder, **SAFELY, dtype="float32"
        ).eval()

    def show(self, text: str) -> str:
        """Return the translations of a text as HTML."""
        return drawn_translations(self.translate([text])[0])

    def translate(self, texts: Sequence[str]) -> list[list[Rendering]]:
        """Return translations of each text, best first."""
        asked, found = cleaned(texts, self._folder), []
        with torch.inference_mode():
            for start in range(0, len(asked), BATCH):
                part = asked[start : start + BATCH]
                found += beam_answers(self._net, self._tokenizer, part, "cpu")
        return found


if __name__ == "__main__":
    answer_translations(Model)
