"""Says who speaks in recordings with the model beside this file; it needs numpy, safetensors and soundfile, never the network.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().hear("one.wav")`. It is no lock: a recording fools it.
"""

from pathlib import Path

from bigmodel.training.audio.features import level
from bigmodel.training.speaker.profiles import length_of, read_profiles
from bigmodel.training.speaker.voice import colour, seconds_of, speech
from bigmodel.training.standalone.audio.sounds import read_sound
from bigmodel.training.standalone.audio.voices import answer_voices, drawn_voice


class Model:
    """Tone colour of a voice, and profiles of people."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        self.labels, self._profiles = read_profiles(folder)

    def hear(self, path: str) -> tuple[list[float], float]:
        """Return how much a voice is like each of `labels`, and from which likeness on it is somebody's."""
        said = speech(level(read_sound(path)))
        likeness: list[float] = self._profiles.likeness(colour(said)[None])[0].tolist()
        return likeness, float(self._profiles.thresholds[length_of(seconds_of(said))])

    def show(self, path: str) -> str:
        """Return the answer as HTML."""
        return drawn_voice(self.labels, *self.hear(path))


if __name__ == "__main__":
    answer_voices(Model)
