"""Marks words in texts with the model beside this file; it needs numpy and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py "a text" "another one"
    python predict.py --file texts.txt --json > answers.jsonl

`--file` holds one text a line, in UTF-8. Or in Python: `Model().predict(["a text"])`.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from bigmodel.core.datasets.spans import bio_tags
from bigmodel.training.standalone.marks import Mark, answer_marks
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.tagging.decode import marginals, tagged, viterbi
from bigmodel.training.text.tagging.parts import features_of, places_of


class Model:
    """What words and their neighbours look like, and a linear-chain CRF on top."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = self._folder = folder or Path(__file__).resolve().parent
        stored = json.loads((folder / "instant.json").read_text("utf-8"))
        arrays = load_file(folder / "instant.safetensors")
        self.kinds: list[str] = stored["labels"]
        self._tags = bio_tags(self.kinds)
        self._index = {term: place for place, term in enumerate(stored["terms"])}
        self._weights, self._moves = (arrays[n].astype(np.float64) for n in ("weights", "moves"))

    def predict(self, texts: Sequence[str]) -> list[tuple[str, list[Mark]]]:
        """Return each text as it was read, and its marks."""
        return [(text, self._marks(text)) for text in cleaned(texts, self._folder)]

    def _marks(self, text: str) -> list[Mark]:
        places = places_of(text)
        scores = np.zeros((len(places), len(self._tags)))
        for at, seen in enumerate(features_of(text, places)):
            known = [self._index[term] for term in seen if term in self._index]
            scores[at] = self._weights[known].sum(axis=0)
        path, chances = viterbi(scores, self._moves), marginals(scores, self._moves)
        return tagged(self._tags, places, path, chances)


def main() -> int:
    """Answer the texts of the command line or of a file."""
    return answer_marks(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
