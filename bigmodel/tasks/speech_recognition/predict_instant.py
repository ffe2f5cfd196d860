"""Writes down recordings with the model beside this file; it needs numpy, safetensors and soundfile, never the network.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().transcribe(["one.wav"])`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from bigmodel.training.speech.baseline import NEAR, Parting, cepstra_of, outline, pieces, warped
from bigmodel.training.standalone.audio.sounds import read_sound
from bigmodel.training.standalone.audio.transcripts import answer_recordings


class Model:
    """Known pieces of sound, and dynamic time warping to the nearest of them."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant.json").read_text("utf-8"))
        arrays = load_file(folder / "instant.safetensors")
        ends = np.cumsum(arrays["lengths"])[:-1]
        self._known = np.split(arrays["cepstra"].astype(np.float32), ends)
        self._texts: list[str] = record["texts"]
        # None: whole recordings are known, not words
        self._parting = Parting(**record["parting"]) if record["parting"] else None
        self._outlines = np.stack([outline(one) for one in self._known])

    def transcribe(self, paths: Sequence[str]) -> list[str]:
        """Return what is said in each recording, as far as something like it is known."""
        return [self._hear(read_sound(path)) for path in paths]

    def _hear(self, sound: Any) -> str:
        parts = pieces(sound, self._parting) if self._parting else [sound]
        return " ".join(self._nearest(cepstra_of(part)) for part in parts)

    def _nearest(self, heard: Any) -> str:
        away = np.square(self._outlines - outline(heard)).sum(axis=1)
        chosen = np.argsort(away, kind="stable")[:NEAR].tolist()
        return self._texts[min(chosen, key=lambda place: warped(heard, self._known[place]))]


if __name__ == "__main__":
    answer_recordings(Model)
