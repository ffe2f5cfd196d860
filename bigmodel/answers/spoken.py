"""Answers that are a text said by a made voice: how they are stored, measured by a listener, compared and shown; it trains nothing."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Dial, Tried
from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results import alignment
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics.sound import heard

MOST_HEARD = 16  # rows of a part that are listened to: a listener takes its time
TOGETHER = 5  # single words that are heard as one sentence: alone they are hard for any listener
SHORT = 2  # words of a usual text up to which they are
SEED = 20_261_130
LISTEN = "listen"  # said of such a row beside its recording
LISTS = ("missing", "next")
LIKE = ("like", "natural_like")  # not in what was stored before they were measured


@dataclass(frozen=True)
class Spoken:
    """One answer: a text, and the sound of it as a WAV that says that a model made it.

    Where it was listened to, `natural` is the person's own recording (FLAC) of the same text, `wrong` and `natural_wrong` count
    words (in Mandarin syllables) of its `words` that the `listener` got wrong. `next` are sentences to record next. `like` and
    `natural_like` are cosines of the voice and of the recording with the other recordings, 0 where they were not compared.
    """

    text: str
    seconds: float
    words: int
    missing: tuple[str, ...] = ()
    pieces: int = 0
    sound: bytes = b""
    natural: bytes = b""
    listener: str = ""
    heard: str = ""
    wrong: int = 0
    heard_natural: str = ""
    natural_wrong: int = 0
    next: tuple[str, ...] = ()
    like: float = 0.0
    natural_like: float = 0.0
    certainty: None = None


FIELDS = tuple(field.name for field in fields(Spoken) if field.name != "certainty")


class SpokenType(AnswerType):
    """One sound a text."""

    name = "spoken"
    family = "synthesis"
    fields = (
        *((name, pa.string()) for name in ("text", "listener", "heard", "heard_natural")),
        *((name, pa.int32()) for name in ("words", "pieces", "wrong", "natural_wrong")),
        *((name, pa.binary()) for name in ("sound", "natural")),
        *((name, pa.list_(pa.string())) for name in LISTS),
        *((name, pa.float64()) for name in ("seconds", *LIKE)),
    )
    headings = (("writeback.seconds", "number"), ("writeback.spoken_missing", "text"))
    columns = ("seconds", "missing")
    baseline = (heard.GUESS, heard.HEARD)
    metrics = (
        Metric(heard.HEARD, higher_is_better=False, short="WER"),
        Metric(heard.NATURAL, higher_is_better=False, short="WER"),
        Metric(heard.UNSAID, higher_is_better=False),
        Metric(heard.ALIKE, is_share=False),
        Metric(heard.NATURAL_ALIKE, is_share=False),
        *(
            Metric(
                name, higher_is_better=False, is_share=False, words=f"jobs.curves.validation_{name}"
            )
            for name in ("loudness", "durations")  # of a training alone, beside its curves
        ),
    )
    grows = True  # it comes whole, but a dial may be turned
    dials = (Dial("pause", 0.0, 0.5, 0.0, 0.05),)
    makes_files = True
    asks = "text"
    detects_strangers = False
    reads_lines = False
    terms = ("wer",)
    is_graded = True
    wording = "spoken"
    verb = "speak"

    def encode(self, answer: Spoken) -> dict[str, Any]:
        record = {name: getattr(answer, name) for name in FIELDS}
        return record | {name: list(record[name]) for name in LISTS}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Spoken:
        known = {name: record[name] for name in FIELDS if name not in LIKE}
        known |= {name: record.get(name) or 0.0 for name in LIKE}
        return Spoken(**known | {name: tuple(record[name]) for name in LISTS})

    def asked(self, inputs: Sequence[str], truth: Sequence[str]) -> Sequence[str]:
        """Return each text with its recording, and of some drawn by chance that they are listened to, single words several at a time."""
        order = np.random.default_rng(SEED).permutation(len(inputs)).tolist()
        lengths = [len(alignment.parts(text)) for text in inputs]
        step = TOGETHER if inputs and np.median(lengths) <= SHORT else 1
        found = list(map(join_inputs, zip(inputs, truth, strict=True)))
        groups = [order[at : at + step] for at in range(0, len(order), step)]
        whole = [group for group in groups if len(group) == step] or groups
        for first, *others in whole[:MOST_HEARD]:
            more = [part for at in others for part in (inputs[at], truth[at])]
            found[first] = join_inputs([inputs[first], truth[first], LISTEN, *more])
        return found

    def stored(self, truth: str) -> str:
        """Return the name of the recording alone: where its folder lies is nobody's business."""
        return PurePath(truth).name

    def headline(
        self, truth: Sequence[str], answers: Sequence[Spoken], labels: Sequence[str]
    ) -> dict[str, float]:
        return heard.headline(_rows(answers))

    def evaluate(self, tried: Tried[Spoken]) -> Results:
        others = {name: _rows(rows) for name, rows in tried.beside.items()}
        found = heard.evaluate(_rows(tried.answers), others, is_folded=tried.is_folded)
        return replace(found, metrics=self.metrics)

    def compare(self, truth: Sequence[str], new: Sequence[Spoken], old: Sequence[Spoken]) -> Paired:
        return heard.compare(_rows(new), _rows(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.spoken")
        yield Message("show.limits.spoken_misuse")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Spoken], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return what was heard wrong or cannot be said whole, the worst first; what can be listened to before the rest."""
        bad = [(one.wrong + len(one.missing), at) for at, one in enumerate(answers)]
        found = [(count, at) for count, at in bad if count]
        return [at for count, at in sorted(found, key=lambda one: (not answers[one[1]].sound, -one[0]))]  # fmt: skip

    def hits(self, truth: Sequence[str], answers: Sequence[Spoken]) -> list[int]:
        """Return what was understood whole; what can be listened to before the rest."""
        found = [at for at, one in enumerate(answers) if not one.wrong and not one.missing]
        return sorted(found, key=lambda at: not answers[at].sound)

    def said(self, truth: str) -> str:
        return ""

    def mark(self, text: str, truth: str, answer: Spoken) -> Panel:
        return self.view(answer)

    def view(self, answer: Spoken) -> Panel:
        kept = {"sound": self.files(answer).get(".wav", b""), "natural": answer.natural}
        sounds = {name: b64encode(content).decode() for name, content in kept.items()}
        told = ("text", "missing", "listener", "heard", "heard_natural")
        is_silent = bool(answer.sound) and not answer.seconds
        shown = {name: getattr(answer, name) for name in told}
        return Panel("media", sounds | shown | {"is_silent": is_silent})

    def record(self, answer: Spoken) -> dict[str, Any]:
        shown = {"seconds": round(answer.seconds, 3), "pieces": answer.pieces}
        return {"text": answer.text, "missing": list(answer.missing)} | shown

    def files(self, answer: Spoken) -> dict[str, bytes]:
        return {".wav": answer.sound} if answer.sound and answer.seconds else {}

    def cells(self, answer: Spoken) -> tuple[Cell, ...]:
        return round(answer.seconds, 3), ", ".join(answer.missing)


def _rows(answers: Sequence[Spoken]) -> list[heard.Row]:
    names = [field.name for field in fields(heard.Row)]
    return [heard.Row(**{name: getattr(one, name) for name in names}) for one in answers]


ANSWER = SpokenType()
