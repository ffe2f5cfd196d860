"""Answers that are a recording made clearer: how they are stored, measured against the clean one, compared and shown; it trains nothing."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from io import BytesIO
from math import nan
from pathlib import PurePath
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bigmodel.core.answer import AnswerType, Cell, Dial, Tried
from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.data.media.audio import RATE, read_sound, write_sound
from bigmodel.metrics.sound import clearer, measures
from bigmodel.metrics.sound.alignment import in_step
from bigmodel.metrics.sound.clearer import Judged
from bigmodel.metrics.sound.spectrogram import spectrogram

Floats = NDArray[np.float32]
SOUNDS = ("noisy", "cleaned", "clean")
PICTURES = tuple(f"{name}_picture" for name in SOUNDS)
LONGEST_KEPT_S = 12.0  # of a sound that goes along with an evaluation, to be listened to
MOST_KEPT = 30  # rows of a part whose sounds do
HEARD = "heard"  # said of such a row beside its files
NUMBERS = tuple(field.name for field in fields(Judged) if field.name != "noise")


@dataclass(frozen=True)
class Enhanced:
    """One answer: the recording as it was and as it is now, as FLAC, each with a picture of it (PNG).

    The clean one and what was measured against it are there where it is known.
    """

    seconds: float
    noisy: bytes = b""
    cleaned: bytes = b""
    clean: bytes = b""
    noisy_picture: bytes = b""
    cleaned_picture: bytes = b""
    clean_picture: bytes = b""
    judged: Judged | None = None
    certainty: None = None

    @property
    def text(self) -> str:
        return f"{self.seconds:.1f} s"


def enhanced(noisy: Floats, cleaned: Floats) -> Enhanced:
    """Return an answer of samples at 16 kHz."""
    before, top = spectrogram(noisy)
    after, _ = spectrogram(cleaned, top)
    return Enhanced(
        len(noisy) / RATE,
        write_sound(noisy),
        write_sound(cleaned),
        noisy_picture=before,
        cleaned_picture=after,
    )


class EnhancedType(AnswerType):
    """One recording a row."""

    name = "enhanced"
    family = "enhancement"
    fields = (
        ("seconds", pa.float64()),
        *((name, pa.binary()) for name in (*SOUNDS, *PICTURES)),
        *((name, pa.float64()) for name in NUMBERS),
        ("noise", pa.string()),
    )
    headings = (("writeback.seconds", "number"),)
    columns = ("seconds",)
    baseline = (clearer.GUESS, "si_sdr_improvement")
    metrics = (
        Metric("si_sdr_improvement", is_share=False, short="SI-SDRi, dB"),
        Metric("stoi_improvement", is_share=False, short="STOI"),
        Metric("si_sdr", is_share=False, short="SI-SDR, dB"),
        Metric("stoi", is_share=False, short="STOI"),
        Metric("made_worse", higher_is_better=False),
        Metric("words_wrong", higher_is_better=False),
    )
    grows = True  # it comes whole, but a dial may be turned
    dials = (Dial("strength", 0.0, 1.0, 1.0, 0.05),)
    makes_files = True
    detects_strangers = False
    reads_lines = False
    terms = ("si_sdr", "stoi")
    is_graded = True
    wording = "sounds"
    verb = "clean"

    def encode(self, answer: Enhanced) -> dict[str, Any]:
        record = {name: getattr(answer, name) for name in ("seconds", *SOUNDS, *PICTURES)}
        told = asdict(answer.judged) if answer.judged else dict.fromkeys((*NUMBERS, "noise"))
        return record | told

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Enhanced:
        known = {name: record[name] for name in ("seconds", *SOUNDS, *PICTURES)}
        judged = None
        if record.get("noise"):
            known_of = {name: record.get(name, nan) for name in NUMBERS}  # older ones lack words
            judged = Judged(noise=record["noise"], **known_of)
        return Enhanced(**known, judged=judged)

    def asked(self, inputs: Sequence[str], truth: Sequence[str]) -> Sequence[str]:
        """Return each recording with its clean twin, and of some rows, evenly chosen, that their sounds are kept."""
        chosen = np.linspace(0, max(0, len(inputs) - 1), min(MOST_KEPT, len(inputs))).astype(int)
        kept = {int(place) for place in chosen}
        pairs = enumerate(zip(inputs, truth, strict=True))
        return [join_inputs([*pair, HEARD] if at in kept else pair) for at, pair in pairs]

    def stored(self, truth: str) -> str:
        """Return the name of the clean twin alone: where its folder lies is nobody's business."""
        return PurePath(truth).name

    def headline(
        self, truth: Sequence[str], answers: Sequence[Enhanced], labels: Sequence[str]
    ) -> dict[str, float]:
        return clearer.headline(_rows(answers))

    def evaluate(self, tried: Tried[Enhanced]) -> Results:
        others = {name: _rows(rows) for name, rows in tried.beside.items()}
        found = clearer.evaluate(_rows(tried.answers), others, is_folded=tried.is_folded)
        return replace(found, metrics=self.metrics)

    def compare(
        self, truth: Sequence[str], new: Sequence[Enhanced], old: Sequence[Enhanced]
    ) -> Paired:
        return clearer.compare(_rows(new), _rows(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.sounds")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Enhanced], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return all recordings, the one that gained least first; those that can be listened to before the others."""
        gains = _gains(answers)
        return sorted(range(len(gains)), key=lambda at: (not answers[at].cleaned, gains[at]))

    def hits(self, truth: Sequence[str], answers: Sequence[Enhanced]) -> list[int]:
        """Return the recordings that became clearer, the most first."""
        gains = _gains(answers)
        found = [at for at, gain in enumerate(gains) if gain > 0]
        return sorted(found, key=lambda at: (not answers[at].cleaned, -gains[at]))

    def said(self, truth: str) -> str:
        return ""

    def mark(self, text: str, truth: str, answer: Enhanced) -> Panel:
        return self.view(answer)

    def view(self, answer: Enhanced) -> Panel:
        takes = [
            {"name": name, "sound": _base64(sound), "picture": _base64(getattr(answer, picture))}
            for name, picture in zip(SOUNDS, PICTURES, strict=True)
            if (sound := getattr(answer, name))
        ]
        told = asdict(answer.judged) if answer.judged else {}
        return Panel("media", {"text": answer.text, "takes": takes, "judged": told})

    def record(self, answer: Enhanced) -> dict[str, Any]:
        return {"seconds": round(answer.seconds, 3)}

    def files(self, answer: Enhanced) -> dict[str, bytes]:
        return {"-clean.wav": _wav(answer.cleaned)} if answer.cleaned else {}

    def cells(self, answer: Enhanced) -> tuple[Cell, ...]:
        return (round(answer.seconds, 3),)


def judged(answer: Enhanced, clean: Floats, *, is_kept: bool) -> Enhanced:
    """Return an answer with what is measured against the clean recording; sounds stay where they are to be heard.

    Recordings that began up to 0.1 s apart are brought in step first, as those that are learned from.
    """
    noisy, cleaned = (read_sound(BytesIO(each)) for each in (answer.noisy, answer.cleaned))
    noisy, clean, late = in_step(noisy, clean)
    cleaned = cleaned[max(0, late) :]
    least = min(map(len, (clean, noisy, cleaned)))
    true, before, after = (each[:least].astype(np.float64) for each in (clean, noisy, cleaned))
    found = Judged(
        measures.snr(true, before),
        measures.si_sdr(true, before),
        measures.si_sdr(true, after),
        measures.stoi(true, before, RATE),
        measures.stoi(true, after, RATE),
        measures.noise_of(true, before, RATE),
    )
    if not is_kept:
        return Enhanced(answer.seconds, judged=found)
    most = int(LONGEST_KEPT_S * RATE)
    _, top = spectrogram(noisy[:most])
    takes = dict(zip(SOUNDS, (noisy, cleaned, clean), strict=True))
    made: dict[str, Any] = {name: write_sound(sound[:most]) for name, sound in takes.items()}
    made |= {f"{name}_picture": spectrogram(s[:most], top)[0] for name, s in takes.items()}
    return Enhanced(answer.seconds, **made, judged=found)


def _rows(answers: Sequence[Enhanced]) -> list[Judged]:
    """Return what was measured of each answer; where nothing was, nothing is known."""
    unknown = Judged(noise="", **dict.fromkeys(NUMBERS, float("nan")))
    return [answer.judged or unknown for answer in answers]


def _gains(answers: Sequence[Enhanced]) -> list[float]:
    return [row.gain for row in _rows(answers)]


def _wav(flac: bytes) -> bytes:
    import soundfile  # noqa: PLC0415 - a native library that not every caller needs

    samples, rate = soundfile.read(BytesIO(flac), dtype="int16")
    out = BytesIO()
    soundfile.write(out, samples, rate, format="WAV", subtype="PCM_16")
    return out.getvalue()


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


ANSWER = EnhancedType()
