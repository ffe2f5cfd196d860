"""Recordings in, clearer ones out, by whatever cleans samples; it never imports torch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bigmodel.answers.enhanced import ANSWER, HEARD, Enhanced, enhanced, judged
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.data.media.audio import read_sound
from bigmodel.training.denoising.spectra import Floats
from bigmodel.training.denoising.words import with_words

STRENGTH = ANSWER.dials[0]


class SoundPredictor:
    """A loaded model. `clean` takes samples at 16 kHz and returns as many."""

    labels: tuple[str, ...] = ()

    def __init__(self, clean: Callable[[Floats], Floats], folder: Path) -> None:
        self._clean, self._folder = clean, folder

    def answer(self, inputs: Sequence[str]) -> list[Enhanced]:
        """Return each recording with less noise; of some that are measured, words that a recogniser gets wrong."""
        answers = [self._answered(path, STRENGTH.start) for path in inputs]
        if not any(answer.judged for answer in answers):
            return answers
        return with_words(answers, [(*parts_of(path), "")[1] for path in inputs], self._folder)

    def stream(self, path: str) -> Iterator[Enhanced]:
        """Yield one recording with less noise: it comes whole."""
        yield from self.stream_by(path, {})

    def stream_by(self, path: str, dials: Mapping[str, float]) -> Iterator[Enhanced]:
        """Yield one recording, with as much of its noise taken out as the dial says."""
        yield self._answered(path, dials.get(STRENGTH.name, STRENGTH.start))

    def _answered(self, asked: str, strength: float) -> Enhanced:
        """Return one recording with less noise; with its clean twin beside, as it is against that."""
        path, *more = parts_of(asked)
        noisy = read_sound(Path(path))
        answer = enhanced(noisy, blended(noisy, self._clean(noisy), strength))
        if not more:
            return answer
        return judged(answer, read_sound(Path(more[0])), is_kept=HEARD in more[1:])


def blended(noisy: Floats, cleaned: Floats, strength: float) -> Floats:
    """Return a cleaned recording with so much of the noisy one left in it: 0 is the noisy one, 1 the cleaned one."""
    mixed: Floats = (strength * cleaned + (1 - strength) * noisy).astype("float32")
    return mixed.clip(-1.0, 1.0)
