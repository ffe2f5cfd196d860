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
from bigmodel.training.speech.seq2seq_head import Seq2SeqModel, as_sound, make_frontend
from bigmodel.training.speech.spoken_text import Manner

ANSWER_BATCH = 8
SILENCE = 10 ** (
    -50 / 20
)  # of full scale: what stays below is not heard, for Whisper would invent a text
FRAME = RATE_HZ // 10  # of loudness
LONGEST_PIECE_S = 15.0  # of a long recording
USUAL_PIECE_S = 6.0  # from here on a pause ends a piece: a subtitle should be readable
PAUSE = 3  # frames
MARGIN = 2  # frames kept around a piece

Floats = NDArray[np.float32]


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
        sounds = [as_sound(read_samples(path)) for path in inputs]
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


def pieces(sound: Floats, longest: int) -> list[tuple[int, int]]:
    """Return (from sample, to sample) of what is heard by itself; nothing of silence.

    A recording that fits a window of at most `LONGEST_PIECE_S` is one piece, others are cut at pauses.
    """
    most = min(longest, int(LONGEST_PIECE_S * RATE_HZ))
    loud = loudness(sound)
    if not len(loud) or loud.max() < SILENCE:
        return []
    if len(sound) <= most:
        return [(0, len(sound))]
    return [
        (start * FRAME, min(len(sound), end * FRAME))
        for start, end in _cut(loud, max(1, most // FRAME))
    ]


def loudness(sound: Floats) -> Floats:
    """Return the effective value of every tenth of a second."""
    whole = np.pad(sound, (0, -len(sound) % FRAME)).reshape(-1, FRAME)
    values: Floats = np.sqrt(np.square(whole, dtype=np.float64).mean(axis=1)).astype(np.float32)
    return values


def _cut(loud: Floats, most: int) -> Iterator[tuple[int, int]]:
    """Yield (from frame, to frame) of pieces of at most `most` frames; short ones are heard together."""
    floor = max(SILENCE, 0.05 * float(np.percentile(loud, 95)))
    usual = min(most, int(USUAL_PIECE_S * RATE_HZ / FRAME))
    joined: list[tuple[int, int]] = []
    for start, end in _parted(loud, _spans(loud > floor), most - 2 * MARGIN):
        if joined and end - joined[-1][0] <= usual - 2 * MARGIN:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    before = 0
    for place, (start, end) in enumerate(joined):
        after = joined[place + 1][0] if place + 1 < len(joined) else len(loud)
        start, end = max(before, start - MARGIN), min(after, end + MARGIN)
        yield start, end
        before = end


def _spans(is_said: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (from, to) between pauses."""
    edges = np.flatnonzero(np.diff(np.r_[0, is_said.astype(np.int8), 0])).tolist()
    spans: list[tuple[int, int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if spans and start - spans[-1][1] < PAUSE:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return spans


def _parted(loud: Floats, spans: Sequence[tuple[int, int]], most: int) -> Iterator[tuple[int, int]]:
    """Yield the spans, long ones cut where the last third of what fits is quietest."""
    most = max(2, most)
    for start, end in spans:
        while end - start > most:
            late = start + most - max(1, most // 3)
            cut = late + int(np.argmin(loud[late : start + most]))
            yield start, cut
            start = cut
        yield start, end
