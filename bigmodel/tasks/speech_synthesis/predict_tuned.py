"""Says texts with the voice beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "any sentence you like"
    python predict.py --pause 0.2 --out sounds "one text" "and another"

It writes one WAV for each text, with a note in its header that a model made it, and names the words that it cannot say.
Or in Python: `Model().speak("hello there")`.
"""

from pathlib import Path

from bigmodel.training.synthesis.acoustic.voice import load_sentence_voice
from bigmodel.training.synthesis.library import SpokenText
from bigmodel.training.synthesis.program import answer_spoken, drawn_spoken


class Model:
    """A network from letters to sound."""

    labels: tuple[str, ...] = ()

    def __init__(self, folder: Path | None = None) -> None:
        self._voice = load_sentence_voice(folder or Path(__file__).resolve().parent)

    def show(self, text: str) -> str:
        """Return the sound of a text as HTML."""
        return drawn_spoken(text, self.speak(text))

    def speak(self, text: str, pause: float = 0.0) -> SpokenText:
        """Return a text as this voice says it, with so many seconds more between its phrases."""
        return self._voice.say(text, pause)


if __name__ == "__main__":
    answer_spoken(Model)
