"""Recordings in, transcripts out, with a trained or ready Whisper: silence, windows and long recordings; it trains nothing.

A long recording is cut at pauses into pieces of some seconds, each heard through a window of its own; their
times are those of subtitles.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bigmodel.answers.transcript import Transcript
from bigmodel.training.speech.decoding import Written, window_samples
from bigmodel.training.speech.features import RATE_HZ, read_samples
from bigmodel.training.speech.pieces.pauses import pieces
from bigmodel.training.speech.seq2seq_head import Seq2SeqModel, as_sound, make_frontend
from bigmodel.training.speech.spoken_text import Manner

ANSWER_BATCH = 8


class Seq2SeqPredictor:
    """A model that writes down speech. Long recordings are heard piece by piece."""

    labels: tuple[str, ...] = ()

    def __init__(self, writer: Seq2SeqModel, text: Manner) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.writer = writer.to(self._device).eval()
        self.text = text
        self._frontend = make_frontend(writer.whole)

    def answer(self, inputs: Sequence[str]) -> list[Transcript]:
        """Return what is said in each recording."""
        return self._transcripts([as_sound(read_samples(path)) for path in inputs])

    def hear(self, sounds: Sequence[NDArray[np.float32]]) -> list[Transcript]:
        """Return what is said in each sound at RATE_HZ."""
        return self._transcripts([torch.from_numpy(sound) for sound in sounds])

    def _transcripts(self, sounds: Sequence[Tensor]) -> list[Transcript]:
        spans = [pieces(sound.numpy(), self._frontend.samples) for sound in sounds]
        parts = [
            sound[start:end]
            for sound, found in zip(sounds, spans, strict=True)
            for start, end in found
        ]
        written = iter(self._write(parts))
        return [self._told([(*span, next(written)) for span in found]) for found in spans]

    def _write(self, parts: Sequence[Tensor]) -> list[Written]:
        """Return what is written of each piece; those of like length are heard together."""
        longest, manner = self._frontend.samples, self.writer.manner
        windows = [window_samples(manner, len(part), longest) for part in parts]
        order = sorted(range(len(parts)), key=lambda place: windows[place])
        written: list[Written] = [([], [])] * len(parts)
        with torch.inference_mode():
            for start in range(0, len(order), ANSWER_BATCH):
                rows = order[start : start + ANSWER_BATCH]
                window = windows[rows[-1]]
                frames = torch.stack([self._frontend.listen(parts[row], window) for row in rows])
                for row, one in zip(rows, self.writer.write(frames.to(self._device)), strict=True):
                    written[row] = one
        return written

    def _told(self, parts: Sequence[tuple[int, int, Written]]) -> Transcript:
        segments: list[tuple[float, float, str]] = []
        words: list[tuple[str, float]] = []
        certainties: list[float] = []
        for start, end, (tokens, sure) in parts:
            text = self.text.write(self.writer.pen.decode(tokens))
            if text:
                segments.append((start / RATE_HZ, end / RATE_HZ, text))
                words += self._words(text, (tokens, sure))
                certainties += sure
        certainty = (
            float(np.exp(np.mean(np.log(np.maximum(certainties, 1e-6))))) if certainties else 0.0
        )
        text = self.text.write(" ".join(part for _, _, part in segments))
        return Transcript(text, certainty, tuple(words), tuple(segments))

    def _words(self, text: str, written: Written) -> Iterator[tuple[str, float]]:
        """Yield the words of a piece with how sure each is; written otherwise than heard, all are as sure as the piece."""
        found = [
            (self.text.write(self.writer.pen.decode(tokens)), float(np.mean(sure)))
            for tokens, sure in self._split(written)
        ]
        found = [(word, sure) for word, sure in found if word]
        if " ".join(word for word, _ in found) != text:
            mean = float(np.mean(written[1]))
            found = [(word, mean) for word in text.split()]
        yield from found

    def _split(self, written: Written) -> list[Written]:
        """Return the tokens of each word: a word begins where the text has a space."""
        words: list[Written] = []
        for token, sure in zip(*written, strict=True):
            if not words or self.writer.pen.decode([token]).startswith(" "):
                words.append(([], []))
            words[-1][0].append(token)
            words[-1][1].append(sure)
        return words
