"""Answers recordings with the model beside this file; it needs numpy, safetensors and soundfile, never the network.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().predict(["one.wav"])`.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from bigmodel.training.audio.baseline import Machine
from bigmodel.training.audio.features import Floats, describe, level
from bigmodel.training.standalone.audio.sounds import decoded_sound
from bigmodel.training.standalone.files import answer_files, heard_pieces, mean_scores


class Model:
    """Statistics of cepstral coefficients, and a kernel machine on them."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant_sound.json").read_text("utf-8"))
        arrays = load_file(folder / "instant_sound.safetensors")
        self.labels: list[str] = record["labels"]
        self._machine = Machine(**arrays, width=record["width"], sharpness=record["sharpness"])

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, a row for each recording."""
        return [mean_scores(self._scores(heard_pieces(decoded_sound(path)))) for path in paths]

    def _scores(self, clips: list[Floats]) -> list[list[float]]:
        features = np.stack([describe(level(clip)) for clip in clips])
        rows: list[list[float]] = self._machine.answer(self._machine.standardise(features)).tolist()
        return rows


if __name__ == "__main__":
    answer_files(Model, "Answer recordings with this model.")
