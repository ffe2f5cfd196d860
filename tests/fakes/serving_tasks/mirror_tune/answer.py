"""Answers that are a sound: written as a file, heard in a page, drawn in one with the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from bigmodel.core.answer import AnswerType, Dial, Tried
from bigmodel.core.message import Message
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel, media_panel
from bigmodel.core.results.results import Measure, Results


@dataclass(frozen=True)
class Tune:
    sound: bytes
    beats: int
    certainty: None = None

    @property
    def text(self) -> str:
        return f"{self.beats} beats"


class TuneType(AnswerType):
    name = "tune"
    fields = (("sound", pa.binary()), ("beats", pa.int64()))
    headings = (("writeback.label", "text"), ("writeback.number", "number"))
    columns = ("tune", "beats", "bytes")
    baseline = ("silence", "beats")
    makes_files = True
    grows = True
    dials = (Dial("strength", 0.0, 1.0, 1.0, 0.1),)
    detects_strangers = False

    def encode(self, answer: Tune) -> dict[str, Any]:
        return {"sound": answer.sound, "beats": answer.beats}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Tune:
        return Tune(record["sound"], record["beats"])

    def headline(
        self, truth: Sequence[str], answers: Sequence[Tune], labels: Sequence[str]
    ) -> dict[str, float]:
        return {"beats": float(sum(answer.beats for answer in answers))} if answers else {}

    def evaluate(self, tried: Tried[Tune]) -> Results:
        beats = Measure(float(sum(answer.beats for answer in tried.answers)))
        beside = {"silence": {"beats": Measure(0.0)}}
        return Results("tune", len(tried.truth), (), {"beats": beats}, Message("x"), beside=beside)

    def compare(self, truth: Sequence[str], new: Sequence[Tune], old: Sequence[Tune]) -> Paired:
        raise NotImplementedError

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Tune], *, of: str = "", said: str = ""
    ) -> list[int]:
        return list(range(len(answers)))

    def hits(self, truth: Sequence[str], answers: Sequence[Tune]) -> list[int]:
        return []

    def said(self, truth: str) -> str:
        return f"truth of {truth or 'nothing'}"

    def mark(self, text: str, truth: str, answer: Tune) -> Panel:
        return media_panel(answer.sound, "audio/wav", f"{text}: {answer.text}")

    def view(self, answer: Tune) -> Panel:
        return media_panel(answer.sound, "audio/wav", answer.text)

    def files(self, answer: Tune) -> dict[str, bytes]:
        return {".wav": answer.sound}

    def record(self, answer: Tune) -> dict[str, Any]:
        return {"beats": answer.beats}

    def cells(self, answer: Tune) -> tuple[str, float, float]:
        return answer.text, float(answer.beats), float(len(answer.sound))


ANSWER = TuneType()
