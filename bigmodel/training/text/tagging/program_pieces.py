"""The model of programs that answer each piece of a text with a Transformer; it is written into each of them, and never asks the network."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bigmodel.training.standalone.marks import Found
from bigmodel.training.standalone.networks.reader import Body, tokenizer_of
from bigmodel.training.standalone.networks.rows import answered
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.text.tagging.decode import allowed
from bigmodel.training.text.tagging.pieces import Pieces, log_softmax, marks, read


class PieceModel:
    """A fine-tuned Transformer with a layer of outputs for each piece."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = self._folder = folder or Path(__file__).resolve().parent
        self._tokenizer = tokenizer_of(folder)
        self._body = Body(folder, "TokenClassification")
        names = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
        self.outputs = tuple(names[str(number)] for number in range(len(names)))

    def raw(self, texts: Sequence[str]) -> tuple[Pieces, list[Any]]:
        """Return texts in windows, cleaned, and what the model says of each window, an array (tokens, outputs)."""
        pieces = read(
            self._tokenizer, cleaned(texts, self._folder), int(self._tokenizer.model_max_length)
        )
        padding = int(self._tokenizer.pad_token_id or 0)
        found = answered(self._body, [window.ids for window in pieces.windows], padding)
        windows = zip(found, pieces.windows, strict=True)
        return pieces, [raw[: max(1, len(window.ids))] for raw, window in windows]


def marks_of(pieces: Pieces, raw: Sequence[Any], tags: Sequence[str]) -> list[list[Found]]:
    """Return the marks of each text, from what is said of these tags in each window."""
    scores, moves = pieces.merged([log_softmax(one) for one in raw], len(tags)), allowed(tags)
    return [marks(pieces, row, scores[row], tags, moves) for row in range(len(pieces.texts))]
