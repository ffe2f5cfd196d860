"""Writes with the n-grams beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "how a text begins, or a question"
    python predict.py --temperature 0.5 --length 400 --seed 7 "how a text begins"
    python predict.py --file texts.txt --json > written.jsonl

`--file` holds one text a line, in UTF-8; the length is in characters. Or in Python: `Model().write(["a text"])`.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.standalone.writings import SEED, TEMPERATURE, answer_writings, drawn_writing
from bigmodel.training.writing.ngram_model import load_ngram_model

CHARACTERS = 120


class Model:
    """Which characters follow which."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(__file__).resolve().parent
        self._model = load_ngram_model(self._folder)

    def show(self, text: str) -> str:
        """Return what is written after a text, or answered to it, as HTML."""
        return drawn_writing(self.write([text])[0])

    def write(
        self,
        texts: Sequence[str],
        *,
        temperature: float = TEMPERATURE,
        length: int = CHARACTERS,
        seed: int = SEED,
    ) -> list[str]:
        """Return what comes after each text, or is answered to it; `length` is in characters."""
        write = partial(self._model.write, temperature=temperature, length=length, seed=seed)
        return ["".join(write(text)) for text in cleaned(texts, self._folder)]


if __name__ == "__main__":
    answer_writings(Model, "Write with this model.")
