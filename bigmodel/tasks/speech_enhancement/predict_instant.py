"""Takes noise out of recordings with the model beside this file; it needs numpy and soundfile, never the network.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --strength 0.7 --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3, and writes one-clean.wav beside one.wav. Or in Python: `Model().clean("one.wav")`.
"""

import json
from pathlib import Path

from bigmodel.training.denoising.program import answer_noisy, drawn_sound
from bigmodel.training.denoising.spectra import Floats
from bigmodel.training.denoising.wiener import Wiener
from bigmodel.training.standalone.audio.sounds import read_sound


class Model:
    """A Wiener filter with a noise floor from each recording."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant_clean.json").read_text("utf-8"))
        self._rule = Wiener(**record["wiener"])

    def clean(self, path: str) -> tuple[Floats, Floats]:
        """Return a recording at 16 kHz as it is, and with less noise."""
        noisy = read_sound(path)
        return noisy, self._rule.clean(noisy)

    def show(self, path: str) -> str:
        """Return the answer as HTML."""
        return drawn_sound(*self.clean(path))


if __name__ == "__main__":
    answer_noisy(Model)
