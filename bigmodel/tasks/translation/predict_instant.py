"""Translates texts with the phrase table beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a sentence" "another one"
    python predict.py --file sentences.txt > translations.txt
    python predict.py --json "a sentence"

`--file` holds one text a line, in UTF-8; the answers stand on the same lines. Or in Python: `Model().translate(["a sentence"])`.
"""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.training.bilingual.document import Rendering
from bigmodel.training.bilingual.phrase_model import load_phrase_model
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.standalone.translations import answer_translations, drawn_translations


class Model:
    """Phrases that translate each other, and how the target language goes on."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(__file__).resolve().parent
        self._model = load_phrase_model(self._folder)

    def show(self, text: str) -> str:
        """Return the translations of a text as HTML."""
        return drawn_translations(self.translate([text])[0])

    def translate(self, texts: Sequence[str]) -> list[list[Rendering]]:
        """Return translations of each text, best first."""
        return [self._model.translate(text) for text in cleaned(texts, self._folder)]


if __name__ == "__main__":
    answer_translations(Model)
