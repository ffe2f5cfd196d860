"""Takes noise out of recordings with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --strength 0.7 --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3, and writes one-clean.wav beside one.wav. Or in Python: `Model().clean("one.wav")`.
"""

import json
from pathlib import Path

from safetensors.torch import load_file

from bigmodel.training.denoising.inference import clean_by
from bigmodel.training.denoising.net import MaskNet, NetSize
from bigmodel.training.denoising.program import answer_noisy, drawn_sound
from bigmodel.training.denoising.spectra import Floats
from bigmodel.training.standalone.audio.waves import read_wave


class Model:
    """A network that says how much of each pitch and moment is voice."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "clean.json").read_text("utf-8"))
        self._net = MaskNet(NetSize(**record["net"]))
        self._net.load_state_dict(load_file(folder / "model.safetensors"))
        self._net.eval()

    def clean(self, path: str) -> tuple[Floats, Floats]:
        """Return a recording at 16 kHz as it is, and with less noise."""
        noisy = read_wave(path)
        return noisy, clean_by(self._net, noisy)

    def show(self, path: str) -> str:
        """Return the answer as HTML."""
        return drawn_sound(*self.clean(path))


if __name__ == "__main__":
    answer_noisy(Model)
