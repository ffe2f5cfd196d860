"""How much clearer recordings became, all of them together: measures with intervals, by loudness and kind of noise; it reads no file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Arg, Message
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals, sentence

Floats = NDArray[np.float64]
GUESS = "noisy"  # the recordings as they are
LOUDNESS = (("under_0", -np.inf, 0.0), ("0_5", 0.0, 5.0), ("5_10", 5.0, 10.0), ("10_15", 10.0, 15.0), ("over_15", 15.0, np.inf))  # fmt: skip
KINDS = ("steady", "low", "bursts", "changing")
COLUMNS = {
    "recordings": ("rows", "d"), "after": ("si_sdr", ".1f"), "gained": ("si_sdr_improvement", "+.1f"),
    "understood": ("stoi_improvement", "+.3f"),
}  # fmt: skip
WORSE_DB = 0.1  # that a recording may lose before it counts as made worse
NO_LOSS = 0.0
SAME_DB = 0.05
WRONG = "words_wrong"
WORDS = "pages.results."


@dataclass(frozen=True)
class Judged:
    """What was measured of one recording before and after; NaN where it cannot be, as of silence.

    `snr` says by how many dB the voice was louder than the noise, which was of the kind `noise`. Of the `words` that a
    recogniser hears in the clean recording, so many are `wrong` in the cleaned one, and `wrong_before` in the noisy one.
    """

    snr: float
    si_sdr_before: float
    si_sdr: float
    stoi_before: float
    stoi: float
    noise: str
    words: float = np.nan
    wrong_before: float = np.nan
    wrong: float = np.nan

    @property
    def gain(self) -> float:
        """By how many dB the voice stands clearer; 0 where that is not known."""
        found = self.si_sdr - self.si_sdr_before
        return found if np.isfinite(found) else 0.0


def headline(rows: Sequence[Judged]) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows."""
    if not rows:
        return {}
    found = _from_means(_columns(rows).mean(axis=1, keepdims=True))
    return {name: float(found[name][0]) for name in _known(found, rows)}


def evaluate(
    rows: Sequence[Judged], others: Mapping[str, Sequence[Judged]], *, is_folded: bool
) -> Results:
    """Return the whole evaluation of at least one row, beside other models and the recordings as they are."""
    measures = _measures(rows)
    beside = {name: _measures(each) for name, each in others.items()}
    beside[GUESS] = _measures([_untouched(row) for row in rows])
    panel = Panel("cells", _grouped(rows), f"{WORDS}gains", f"{WORDS}gains_about")
    return Results(
        family="enhancement",
        rows=len(rows),
        labels=(),
        measures=measures,
        sentence=_sentence(rows, measures, is_folded=is_folded),
        remarks=tuple(_remarks(measures, beside)),
        beside=beside,
        panels=(panel,),
        is_folded=is_folded,
    )


def compare(new: Sequence[Judged], old: Sequence[Judged]) -> Paired:
    """Compare two models on the same recordings; at least one."""
    found = intervals.compared(_columns(new), _columns(old), _from_means)
    measures = (found["si_sdr_improvement"], found["stoi_improvement"])
    gains = np.array([one.gain - two.gain for one, two in zip(new, old, strict=True)])
    args = {"new": measures[0].new.value, "old": measures[0].old.value, "rows": len(new)}  # fmt: skip
    told = sentence.compared("sounds", float(gains.mean()), measures[0].difference, **args)
    return Paired(told, measures, gains > SAME_DB, gains < -SAME_DB, gains)


def is_better(measures: Mapping[str, Measure]) -> bool:
    """Tell whether a model is better than leaving recordings as they are: clearer, and as well understood."""
    gain, understood = measures["si_sdr_improvement"], measures["stoi_improvement"]
    return gain.low > 0 and understood.high >= NO_LOSS


def _untouched(row: Judged) -> Judged:
    return replace(row, si_sdr=row.si_sdr_before, stoi=row.stoi_before, wrong=row.wrong_before)


def _measures(rows: Sequence[Judged]) -> dict[str, Measure]:
    found = intervals.of_means(_columns(rows), _from_means)
    return {name: found[name] for name in _known(found, rows)}


def _known(found: Iterable[str], rows: Sequence[Judged]) -> list[str]:
    """Return which measures are known: words only where a recogniser listened."""
    return [name for name in found if name != WRONG or any(row.words > 0 for row in rows)]


def _columns(rows: Sequence[Judged]) -> Floats:
    """Return what the measures are means of: values of rows that have one, and whether they do, (9, rows)."""
    sdr = np.array([[row.si_sdr_before, row.si_sdr] for row in rows], np.float64).T
    stoi = np.array([[row.stoi_before, row.stoi] for row in rows], np.float64).T
    parts = []
    for pair in (sdr, stoi):
        known = np.isfinite(pair).all(axis=0)
        parts += [*np.where(known, pair, 0.0), known.astype(np.float64)]
    worse = np.array([row.gain < -WORSE_DB for row in rows], np.float64)
    heard = np.array([(row.wrong, row.words) for row in rows], np.float64).T
    return np.stack([*parts, worse, *np.where(heard[1] > 0, heard, 0.0)])


def _from_means(means: Floats) -> dict[str, Floats]:
    """Return the measures from the means of `_columns`, shaped (9, resamples)."""
    before, after, known, unclear, clear, heard, worse, wrong, words = means
    known, heard = np.maximum(known, 1e-9), np.maximum(heard, 1e-9)
    return {
        "si_sdr_improvement": (after - before) / known,
        "stoi_improvement": (clear - unclear) / heard,
        "si_sdr": after / known,
        "stoi": clear / heard,
        "made_worse": worse,
        WRONG: wrong / np.maximum(words, 1e-9),
    }


def _grouped(rows: Sequence[Judged]) -> dict[str, Any]:
    """Return the groups of the rows with what is shown of them."""
    is_heard = any(row.words > 0 for row in rows)
    columns = COLUMNS | ({"words": ("words", "s")} if is_heard else {})
    return {"groups": _groups(rows), "columns": columns, "prefix": f"{WORDS}gain_"}


def _groups(rows: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return the measures of the rows by how loud their noise is, and by its kind; JSON as it stands."""

    def within(low: float, high: float) -> Callable[[Judged], bool]:
        return lambda row: low <= row.snr < high

    def of_kind(kind: str) -> Callable[[Judged], bool]:
        return lambda row: row.noise == kind

    wanted = [(f"loudness_{name}", within(low, high)) for name, low, high in LOUDNESS]
    wanted += [(f"noise_{kind}", of_kind(kind)) for kind in KINDS]
    found: list[dict[str, Any]] = []
    for name, belongs in wanted:
        if mine := [row for row in rows if belongs(row)]:
            told = {"name": name, "rows": len(mine), "words": _heard_of(mine)}
            found.append(told | headline(mine))
    return found


def _heard_of(rows: Sequence[Judged]) -> str:
    """Return the shares of words heard wrong before and after, as people read them; of rows that nobody heard a dash."""
    shares = [headline(each).get(WRONG) for each in ([_untouched(row) for row in rows], rows)]
    return "–" if None in shares else " → ".join(f"{share:.0%}" for share in shares)


def _sentence(
    rows: Sequence[Judged], measures: Mapping[str, Measure], *, is_folded: bool
) -> Message:
    gain = measures["si_sdr_improvement"].value
    args: dict[str, Arg] = {
        "rows": len(rows),
        "before": f"{measures['si_sdr'].value - gain:.1f}",
        "after": f"{measures['si_sdr'].value:.1f}",
        "gain": f"{gain:+.1f}",
        "worse": round(100 * measures["made_worse"].value),
    }
    better = "sounds" if is_better(measures) else "sounds_no_better"
    return Message(f"results.sentence.{better}{'_folded' if is_folded else ''}", args)


def _remarks(
    measures: Mapping[str, Measure], beside: Mapping[str, Mapping[str, Measure]]
) -> list[Message]:
    found = []
    gain, understood = measures["si_sdr_improvement"], measures["stoi_improvement"]
    if not is_better(measures):
        found.append(Message("results.remarks.sounds_leave", level="warning"))
    args: dict[str, Arg] = {
        "before": f"{beside[GUESS]['stoi'].value:.3f}",
        "after": f"{measures['stoi'].value:.3f}",
    }
    key = "sounds_understood" if understood.value >= 0 else "sounds_understood_less"
    found.append(Message(f"results.remarks.{key}", args, "info" if understood.value >= 0 else "warning"))  # fmt: skip
    if instant := beside.get("instant"):
        other = instant["si_sdr_improvement"].value
        told: dict[str, Arg] = {"mine": f"{gain.value:+.1f}", "instant": f"{other:+.1f}"}
        found.append(Message("results.remarks.sounds_instant", told))
    if WRONG in measures:
        shares = {"before": beside[GUESS][WRONG].value, "after": measures[WRONG].value}
        heard: dict[str, Arg] = {name: f"{100 * share:.0f}" for name, share in shares.items()}
        found.append(Message("results.remarks.sounds_words", heard))
    return found
