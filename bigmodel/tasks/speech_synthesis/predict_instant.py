"""Says texts with the voice beside this file; it needs numpy, safetensors and pypinyin, and never the network.

    pip install -r requirements.txt
    python predict.py "seven three"
    python predict.py --pause 0.2 --out sounds "seven three" "one"

It writes one WAV for each text, with a note in its header that a model made it, and names the words that it cannot say.
Or in Python: `Model().speak("seven three")`.
"""

from pathlib import Path

from bigmodel.training.synthesis.library import SpokenText, load_voice
from bigmodel.training.synthesis.program import answer_spoken, drawn_spoken


class Model:
    """A voice made of pieces of recordings."""

    labels: tuple[str, ...] = ()

    def __init__(self, folder: Path | None = None) -> None:
        self._voice = load_voice(folder or Path(__file__).resolve().parent)

    def show(self, text: str) -> str:
        """Return the sound of a text as HTML."""
        return drawn_spoken(text, self.speak(text))

    def speak(self, text: str, pause: float = 0.0) -> SpokenText:
        """Return a text as this voice says it, with so many seconds more between its pieces."""
        return self._voice.say(text, pause)


if __name__ == "__main__":
    answer_spoken(Model)
