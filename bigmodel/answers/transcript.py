"""Transcripts as answers: encoding, evaluation and comparison; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.message import Message
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import paired, transcription


@dataclass(frozen=True)
class Transcript:
    """One answer. `words` are its parts with the certainty of each, from 0 to 1.

    `segments` are (from second, to second, text) of what was heard by itself, where the model tells.
    """

    text: str
    certainty: float
    words: tuple[tuple[str, float], ...] = ()
    segments: tuple[tuple[float, float, str], ...] = ()


class TranscriptType(AnswerType):
    """One text a recording."""

    name = "transcript"
    family = "transcription"
    fields = (("scores", pa.list_(pa.float32())), ("text", pa.string()))
    per_label = ("scores",)
    headings = (("writeback.label", "text"), ("writeback.certainty", "share"))
    columns = ("transcript", "certainty")
    detects_strangers = False
    terms = ("wer",)
    wording = "transcripts"
    baseline = ("majority", "wer")
    is_text = True

    def encode(self, answer: Transcript) -> dict[str, Any]:
        words = [[word, float(certainty)] for word, certainty in answer.words]
        segments = [[float(start), float(end), text] for start, end, text in answer.segments]
        record = {"scores": [float(answer.certainty)], "text": answer.text, "words": words}
        return record | ({"segments": segments} if segments else {})

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Transcript:
        words = tuple((word, certainty) for word, certainty in record.get("words", ()))
        segments = tuple((start, end, text) for start, end, text in record.get("segments", ()))
        return Transcript(record["text"], record["scores"][0], words, segments)

    def headline(
        self,
        truth: Sequence[str],
        answers: Sequence[Transcript],
        labels: Sequence[str],
    ) -> dict[str, float]:
        return transcription.headline(truth, _texts(answers))

    def evaluate(self, tried: Tried[Transcript]) -> Results:
        return transcription.evaluate(
            tried.truth,
            _texts(tried.answers),
            beside={name: _texts(rows) for name, rows in tried.beside.items()},
            baseline_truth=tried.baseline_truth,
            is_folded=tried.is_folded,
        )

    def compare(
        self, truth: Sequence[str], new: Sequence[Transcript], old: Sequence[Transcript]
    ) -> Paired:
        return paired.of_transcripts(truth, _texts(new), _texts(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.transcripts")
        yield Message("show.limits.sureness")

    def mistakes(
        self,
        truth: Sequence[str],
        answers: Sequence[Transcript],
        *,
        of: str = "",
        said: str = "",
    ) -> list[int]:
        """Return recordings with a mistake, the largest share of wrong words first."""
        rates = np.array(transcription.errors_of(truth, _texts(answers)))
        order: list[int] = np.argsort(-rates, kind="stable")[: np.count_nonzero(rates)].tolist()
        return order

    def hits(self, truth: Sequence[str], answers: Sequence[Transcript]) -> list[int]:
        """Return recordings without a mistake."""
        rates = transcription.errors_of(truth, _texts(answers))
        return [place for place, rate in enumerate(rates) if rate == 0]

    def blank(self) -> Transcript:
        return Transcript("", 0.0)

    def view(self, answer: Transcript) -> Panel:
        data = {"text": answer.text, "words": answer.words, "certainty": answer.certainty}
        keys = {"note": "pages.demo.heard_certainty", "nothing": "pages.demo.heard_nothing"}
        return Panel("words", data | keys, "pages.demo.heard" if answer.text.strip() else "")

    def record(self, answer: Transcript) -> dict[str, Any]:
        words = [{"word": word, "certainty": sure} for word, sure in answer.words]
        segments = [{"from_s": a, "to_s": b, "text": text} for a, b, text in answer.segments]
        record = {"text": answer.text, "certainty": answer.certainty, "words": words}
        return record | ({"segments": segments} if segments else {})

    def cells(self, answer: Transcript) -> tuple[Cell, ...]:
        return answer.text, round(answer.certainty, 4)


def _texts(answers: Sequence[Transcript]) -> list[str]:
    return [answer.text for answer in answers]


ANSWER = TranscriptType()
