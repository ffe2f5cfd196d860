"""Metrics of models that write, from what was counted of each row: bits, repetition and copying; it reads no file.

Bits per character are comparable between models, whatever pieces they are made of; the perplexity is that of a character.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from bigmodel.core.message import Arg, Message
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals
from bigmodel.metrics.counts import Floats

# What is counted of a row: bits of its characters, those of the simplest guess; runs of words of the text written
# for it, and how many of them are copied; the same of the row itself; short runs of what was written, and repeated ones;
# the bytes and tokens that its characters are, and their bits by the base that a model was tuned from.
COUNTS = (
    "bits", "characters", "plain_bits", "runs", "copied", "own_runs", "own_copied", "short_runs",
    "repeated", "bytes", "tokens", "base_bits",
)  # fmt: skip
BITS = "bits_per_character"
PER_BYTE, PER_TOKEN = "byte_perplexity", "token_perplexity"
BASE = "base"
SIMPLEST = "letters"
FEW_ROWS = 100
LEAST = 1e-9
MOST_COPIED = 0.3  # share of the runs, and more than the rows themselves, that is worth a warning

Counted = Sequence[Sequence[float]]  # a row of COUNTS for each row


def headline(rows: Counted) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows."""
    if not rows:
        return {}
    means = _columns(rows).mean(axis=1, keepdims=True)
    return {name: float(value[0]) for name, value in _from_means(means).items()}


def evaluate(rows: Counted, *, beside: Mapping[str, Counted], is_folded: bool) -> Results:
    """Return the whole evaluation of at least one row; `beside` are other models on the same rows."""
    measures = _measures(rows)
    others = {name: _measures(other) for name, other in beside.items()}
    if of_base := _of_base(rows):
        others[BASE] = of_base
    others[SIMPLEST] = _simplest(rows)
    found, plain = measures[BITS], others[SIMPLEST][BITS]
    args: dict[str, Arg] = {
        "rows": len(rows),
        "bits": round(found.value, 2),
        "low": round(found.low, 2),
        "high": round(found.high, 2),
        "perplexity": round(2**found.value, 1),
        "plain": round(plain.value, 2),
    }
    way = "_folded" if is_folded else ""
    return Results(
        family="written",
        rows=len(rows),
        labels=(),
        measures=measures,
        sentence=Message(f"results.sentence.writing{way}", args),
        remarks=tuple(_remarks(rows, measures, others, is_folded=is_folded)),
        beside=others,
        panels=tuple(_by_surprise(rows)),
        is_folded=is_folded,
    )


def compare(new: Counted, old: Counted) -> Paired:
    """Compare two models on the same rows; at least one."""
    compared = intervals.compared(_columns(new), _columns(old), _from_means)[BITS]
    gains = row_bits(old) - row_bits(new)
    return Paired(_verdict(compared, len(new)), (compared,), gains > LEAST, gains < -LEAST, gains)


def row_bits(rows: Counted) -> Floats:
    """Return the bits per character of each row, 0 of one without any."""
    columns = _columns(rows)
    return np.asarray(columns[0] / np.maximum(columns[1], 1.0))


def _verdict(compared: Compared, rows: int) -> Message:
    by = compared.difference
    args: dict[str, Arg] = {"rows": rows, "new": round(compared.new.value, 3)}
    args["old"] = round(compared.old.value, 3)
    if abs(by.value) < LEAST:
        return Message("compare.sentence.writing_same", args)
    way = "better" if by.value < 0 else "worse"
    sure = "sure" if by.low > 0 or by.high < 0 else "chance"
    return Message(f"compare.sentence.writing_{way}_{sure}", args)


def _columns(rows: Counted) -> Floats:
    return np.array(rows, np.float64).reshape(-1, len(COUNTS)).T


def _from_means(means: Floats) -> dict[str, Floats]:
    """Return the measures from the means of columns, shaped (columns, resamples)."""
    of = dict(zip(COUNTS, means, strict=True))
    bits = of["bits"] / np.maximum(of["characters"], LEAST)
    by_size = {PER_BYTE: "bytes", PER_TOKEN: "tokens"}  # where they were counted
    return {
        BITS: bits,
        "perplexity": _perplexity(of["bits"], of["characters"]),
        **{n: _perplexity(of["bits"], of[by]) for n, by in by_size.items() if of[by].any()},
        "repetition": of["repeated"] / np.maximum(of["short_runs"], LEAST),
        "copied": of["copied"] / np.maximum(of["runs"], LEAST),
    }


def _measures(rows: Counted) -> dict[str, Measure]:
    return intervals.of_means(_columns(rows), _from_means)


def _perplexity(bits: Floats, count: Floats) -> Floats:
    return np.asarray(2.0 ** np.minimum(bits / np.maximum(count, LEAST), 60.0))


def _simplest(rows: Counted) -> dict[str, Measure]:
    """Return the bits and the perplexities where every letter is only as likely as it is frequent; it writes nothing."""
    return _read_by(rows, "plain_bits", (BITS, "perplexity", PER_BYTE))


def _of_base(rows: Counted) -> dict[str, Measure]:
    """Return the bits and the perplexities of the base that a model was tuned from, nothing where there is none."""
    place = COUNTS.index("base_bits")
    if not any(row[place] for row in rows):
        return {}
    return _read_by(rows, "base_bits", (BITS, "perplexity", PER_BYTE, PER_TOKEN))


def _read_by(rows: Counted, bits: str, names: Sequence[str]) -> dict[str, Measure]:
    """Return some measures by other bits of the same rows."""
    place = COUNTS.index(bits)
    found = _measures([[row[place], *row[1:]] for row in rows])
    return {name: found[name] for name in names if name in found}


def _lowered(rows: Counted) -> Message:
    """Return by how much tuning lowered the perplexity of a token, with its interval over rows."""
    columns = _columns(rows)

    def share(means: Floats) -> dict[str, Floats]:
        of = dict(zip(COUNTS, means, strict=True))
        mine, its = (_perplexity(of[name], of["tokens"]) for name in ("bits", "base_bits"))
        return {"mine": mine, "its": its, "lowered": 100 * (1 - mine / its)}

    values = {name: float(v[0]) for name, v in share(columns.mean(axis=1, keepdims=True)).items()}
    low, high = intervals.of_rows(columns, share)["lowered"]
    args: dict[str, Arg] = {name: round(values[name], 2) for name in ("mine", "its")}
    args |= {"percent": round(values["lowered"], 1), "low": round(low, 1), "high": round(high, 1)}
    way = "lower" if low > 0 else "higher" if high < 0 else "same"
    return Message(f"results.remarks.base_writing_{way}", args, "info" if low > 0 else "warning")


def _remarks(
    rows: Counted,
    measures: Mapping[str, Measure],
    others: Mapping[str, Mapping[str, Measure]],
    *,
    is_folded: bool,
) -> list[Message]:
    remarks = []
    if measures[BITS].value >= others[SIMPLEST][BITS].value:
        remarks.append(Message("results.remarks.no_better_writing", {}, "warning"))
    if instant := others.get("instant"):
        args: dict[str, Arg] = {"mine": round(measures[BITS].value, 2)}
        args["instant"] = round(instant[BITS].value, 2)
        remarks.append(Message("results.remarks.instant_writing", args))
    if BASE in others:
        remarks.append(_lowered(rows))
    remarks.append(_on_copying(rows, measures["copied"].value))
    if is_folded:
        remarks.append(Message("results.remarks.folded_writing", {"rows": len(rows)}))
    elif len(rows) < FEW_ROWS:
        remarks.append(Message("results.remarks.few_rows", {"rows": len(rows)}))
    return remarks


def _on_copying(rows: Counted, copied: float) -> Message:
    """Return how much is copied, beside how much people's own texts share with the training texts."""
    sums = dict(zip(COUNTS, _columns(rows).sum(axis=1), strict=True))
    own = sums["own_copied"] / max(1.0, sums["own_runs"])
    args: dict[str, Arg] = {"copied": round(100 * copied, 1), "own": round(100 * own, 1)}
    is_much = copied > MOST_COPIED and copied > own
    return Message("results.remarks.copied_writing", args, "warning" if is_much else "info")


def _by_surprise(rows: Counted) -> list[Panel]:
    """Return the bits per character by the length of the rows, in quarters, where there are enough rows."""
    if len(rows) < 4 * FEW_ROWS // 5:
        return []
    columns = _columns(rows)
    found = []
    for part in np.array_split(np.argsort(columns[1], kind="stable"), 4):
        ends = int(columns[1][part[0]]), int(columns[1][part[-1]])
        value = columns[0][part].sum() / max(1.0, columns[1][part].sum())
        found.append({"from": ends[0], "to": ends[1], "rows": len(part), "value": float(value)})
    words = "pages.results.writing_lengths"
    return [Panel("scores", {"rows": found}, words, f"{words}_about")]
