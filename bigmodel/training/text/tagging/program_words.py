"""The model of programs that mark words by what they and their neighbours look like; it is written into each of them."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from bigmodel.core.datasets.spans import bio_tags
from bigmodel.training.standalone.marks import Found
from bigmodel.training.text.tagging.decode import marginals, tagged, viterbi
from bigmodel.training.text.tagging.parts import features_of, places_of


class Tagger:
    """Features of words and a linear-chain CRF on top, from two files of a name."""

    def __init__(self, folder: Path, name: str) -> None:
        stored = json.loads((folder / f"{name}.json").read_text("utf-8"))
        arrays = load_file(folder / f"{name}.safetensors")
        self.kinds: list[str] = stored["labels"]
        self._tags = bio_tags(self.kinds)
        self._index = {term: place for place, term in enumerate(stored["terms"])}
        self._weights, self._moves = (arrays[n].astype(np.float64) for n in ("weights", "moves"))

    def marks(self, text: str) -> list[Found]:
        """Return the marks of a text."""
        places = places_of(text)
        scores = np.zeros((len(places), len(self._tags)))
        for at, seen in enumerate(features_of(text, places)):
            known = [self._index[term] for term in seen if term in self._index]
            scores[at] = self._weights[known].sum(axis=0)
        path, chances = viterbi(scores, self._moves), marginals(scores, self._moves)
        return tagged(self._tags, places, path, chances)
