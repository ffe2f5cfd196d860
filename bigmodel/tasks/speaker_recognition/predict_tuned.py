"""Says who speaks in recordings with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().hear("one.wav")`. It is no lock: a recording fools it.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from safetensors.torch import load_file as load_weights
from torchaudio.transforms import MelSpectrogram
from transformers import AutoModelForAudioClassification, logging

from bigmodel.training.audio.features import FLOOR, Floats, level, spans
from bigmodel.training.audio.net import AudioNet, NetSize
from bigmodel.training.speaker.ge2e import load_encoder
from bigmodel.training.speaker.profiles import length_of, read_profiles
from bigmodel.training.speaker.voice import colour, seconds_of, speech
from bigmodel.training.standalone.voices import answer_voices, drawn_voice
from bigmodel.training.standalone.waves import filled, read_wave

RATE = 16_000


class Model:
    """An encoder of voices with tone colour beside it, and profiles of people."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        self.labels, self._profiles = read_profiles(folder)
        record = json.loads((folder / "speakers.json").read_text("utf-8"))
        is_frozen = record["kind"] == "ge2e"
        self._ear: Any = load_encoder(folder / "model.safetensors") if is_frozen else Net(folder)

    def hear(self, path: str) -> tuple[list[float], float]:
        """Return how much a voice is like each of `labels`, and from which likeness on it is somebody's."""
        said = speech(level(read_wave(path)))
        vector = np.concatenate([self._ear.vectors([said])[0], colour(said)])
        likeness: list[float] = self._profiles.likeness(vector[None])[0].tolist()
        return likeness, float(self._profiles.thresholds[length_of(seconds_of(said))])

    def show(self, path: str) -> str:
        """Return the answer as HTML."""
        return drawn_voice(self.labels, *self.hear(path))


class Net:
    """A network that was trained on people; what it makes of a voice before it decides is the vector."""

    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "sound.json").read_text("utf-8"))
        self._steps: int = record["steps"]
        self._mel: Any = None
        self._model: Any
        if record["kind"] == "net":
            self._mel = MelSpectrogram(
                RATE, n_fft=512, win_length=400, hop_length=160, n_mels=40, f_min=20.0,
                f_max=7_600.0, pad_mode="constant",
            )  # fmt: skip
            self._model = AudioNet(NetSize(**record["net"]))
            self._model.load_state_dict(load_weights(folder / "model.safetensors"))
            self._model.eval()
            return
        self._model = AutoModelForAudioClassification.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype="float32",
        ).eval()

    def vectors(self, sounds: list[Floats]) -> list[Floats]:
        """Return the mean over the windows of each speech."""
        with torch.inference_mode():
            return [self._vector(level(sound)) for sound in sounds]

    def _vector(self, clip: Floats) -> Floats:
        sound, silence = clip, 0.0
        if self._mel:
            sound = torch.log(self._mel(torch.from_numpy(clip)) + FLOOR).T.numpy()
            silence = float(np.log(FLOOR))
        parts = [sound[start:end] for start, end in spans(len(sound), self._steps)]
        made = np.stack([filled(part, self._steps, silence) for part in parts]).astype(np.float32)
        windows = torch.from_numpy(made)
        if self._mel:
            inner = self._model(windows[:, None]).features
        else:
            inner = self._model(windows, output_hidden_states=True).hidden_states[-1].mean(dim=1)
        vector: Floats = inner.float().mean(dim=0).numpy()
        return vector


def main() -> int:
    """Answer the files of the command line."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return answer_voices(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
