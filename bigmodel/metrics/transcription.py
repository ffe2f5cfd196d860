"""Metrics of speech recognition: word and character error rates from references and hypotheses; it reads no file.

WER and CER are errors by words (letters) said, over all recordings together; for Chinese a word is a
character. Intervals come from resamples of whole recordings, whose words stand or fall together
(Bisani and Ney 2004).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.results import alignment
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals, sentence
from bigmodel.metrics.counts import Floats

Ints = NDArray[np.int64]
PARTS = ("said", "substitutions", "deletions", "insertions")
MOST_CONFUSED = 3


@dataclass(frozen=True)
class Tested:
    """Counts of every recording: words and letters are (4, recordings), in the order of `PARTS`."""

    words: Ints
    letters: Ints

    @property
    def is_exact(self) -> Floats:
        """1 for each recording without a mistake."""
        exact: Floats = (self.words[1:].sum(axis=0) == 0).astype(np.float64)
        return exact


def headline(truth: Sequence[str], heard: Sequence[str]) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows."""
    if not truth:
        return {}
    columns = _columns(counted(truth, heard))
    return {n: float(v[0]) for n, v in _from_means(columns.mean(axis=1, keepdims=True)).items()}


def evaluate(
    truth: Sequence[str],
    heard: Sequence[str],
    *,
    beside: Mapping[str, Sequence[str]] | None = None,
    baseline_truth: Sequence[str] = (),
    is_folded: bool = False,
) -> Results:
    """Return the whole evaluation of at least one recording.

    Args:
        beside: transcripts of other models of the same recordings, by the name they are shown under.
        baseline_truth: transcripts of the training rows; the commonest is the simplest guess
            (`majority`). Without them, the commonest of the tested rows.
    """
    mine = counted(truth, heard)
    others = {name: counted(truth, rows) for name, rows in (beside or {}).items()}
    guess = _commonest(baseline_truth or truth)
    others["majority"] = counted(truth, [guess] * len(truth))
    is_unspaced = alignment.is_unspaced(" ".join(truth[:1000]))
    measures = _measures(mine)
    lead, counts = ("cer", mine.letters) if is_unspaced else ("wer", mine.words)
    instant = others.get("instant")
    return Results(
        family="transcription",
        rows=len(truth),
        labels=(),
        measures=_led_by(lead, measures),
        sentence=sentence.of_transcripts(
            measures[lead],
            len(truth),
            others["majority"].words if lead == "wer" else others["majority"].letters,
            is_unspaced=is_unspaced,
            is_folded=is_folded,
        ),
        remarks=sentence.remarks_on_transcripts(
            errors=int(counts[1:].sum()),
            guessed=int(_side(others["majority"], lead)[1:].sum()),
            instant=None if instant is None else int(_side(instant, lead)[1:].sum()),
            rows=len(truth),
            learned=baseline_truth,
            unheard=_unheard(truth, baseline_truth),
            confused=_confused(truth, heard),
            is_folded=is_folded,
        ),
        panels=(_error_panel(mine, measures, lead),),
        beside={name: _measures(tested) for name, tested in others.items()},
        is_folded=is_folded,
    )


def errors_of(truth: Sequence[str], heard: Sequence[str]) -> list[float]:
    """Return the word error rate of every recording."""
    words = counted(truth, heard).words
    rates: list[float] = (words[1:].sum(axis=0) / np.maximum(words[0], 1)).tolist()
    return rates


def counted(truth: Sequence[str], heard: Sequence[str]) -> Tested:
    """Return the reference and its errors, recording by recording."""
    words = [_count(_words(said), _words(got)) for said, got in zip(truth, heard, strict=True)]
    letters = [
        _count(alignment.letters(said), alignment.letters(got))
        for said, got in zip(truth, heard, strict=True)
    ]
    return Tested(_table(words), _table(letters))


def _words(text: str) -> list[str]:
    return [alignment.plain(part) for part in alignment.parts(text)]


def _count(truth: Sequence[str], heard: Sequence[str]) -> alignment.Count:
    if truth == heard:
        return alignment.Count(len(truth), 0, 0, 0)
    return alignment.count(alignment.kinds_of(truth, heard))


def _table(counts: Sequence[alignment.Count]) -> Ints:
    rows = [[getattr(count, part) for count in counts] for part in PARTS]
    return np.array(rows, dtype=np.int64)


def _columns(tested: Tested) -> Floats:
    """Return what the measures are means of: counts of words, counts of letters, and whether all is right."""
    rows = [*tested.words, *tested.letters, tested.is_exact]
    return np.stack([row.astype(np.float64) for row in rows])


def _from_means(means: Floats) -> dict[str, Floats]:
    """Return the measures from the means of `_columns`, shaped (9, resamples)."""
    words, letters = np.maximum(means[0], 1e-9), np.maximum(means[4], 1e-9)
    return {
        "wer": means[1:4].sum(axis=0) / words,
        "cer": means[5:8].sum(axis=0) / letters,
        "substitutions": means[1] / words,
        "deletions": means[2] / words,
        "insertions": means[3] / words,
        "exact": means[8],
    }


def _measures(tested: Tested) -> dict[str, Measure]:
    columns = _columns(tested)
    values = _from_means(columns.mean(axis=1, keepdims=True))
    shares = [name for name, value in values.items() if 0 <= value[0] <= 1]
    return intervals.of_means(columns, _from_means, shares)


def _led_by(lead: str, measures: Mapping[str, Measure]) -> dict[str, Measure]:
    """Return the measures with the leading one first."""
    return {lead: measures[lead], **measures}


def _error_panel(tested: Tested, measures: Mapping[str, Measure], lead: str) -> Panel:
    rows = []
    for name in sorted(("wer", "cer"), key=lambda name: name != lead):
        found, counts = measures[name], (int(part.sum()) for part in _side(tested, name))
        rate = {"measure": name, "rate": found.value, "interval": (found.low, found.high)}
        rows.append(rate | dict(zip(PARTS, counts, strict=True)))
    words = "pages.results.errors"
    return Panel("errors", {"rows": rows}, words, f"{words}_about")


def _side(tested: Tested, measure: str) -> Ints:
    return tested.words if measure == "wer" else tested.letters


def _commonest(texts: Sequence[str]) -> str:
    """Return the commonest text; among equally common ones the first."""
    return Counter(texts).most_common(1)[0][0]


def _unheard(truth: Sequence[str], learned: Sequence[str]) -> list[str]:
    """Return the words of the tested recordings that no training recording has, the commonest first."""
    if not learned:
        return []
    known = {word for text in learned for word in _words(text)}
    counts = Counter(word for text in truth for word in _words(text) if word not in known)
    return [word for word, _ in counts.most_common()]


def _confused(truth: Sequence[str], heard: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return the most frequent word substitutions with their counts."""
    counts: Counter[tuple[str, str]] = Counter()
    for said, got in zip(truth, heard, strict=True):
        steps = alignment.diff(said, got) if said != got else ()
        counts.update(
            (alignment.plain(step.truth), alignment.plain(step.heard))
            for step in steps
            if step.kind == "replaced"
        )
    return [(said, got, n) for (said, got), n in counts.most_common(MOST_CONFUSED) if n > 1]
