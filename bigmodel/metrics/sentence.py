"""What an evaluation says in plain words, as messages; it measures nothing that the figures do not show."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Arg, Level, Message
from bigmodel.core.metric import Metric, metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.results import Measure
from bigmodel.metrics.counts import Floats, Ints, KindCounts
from bigmodel.metrics.intervals import wilson

SENTENCE = "results.sentence."
REMARK = "results.remarks."
COMPARED = "compare.sentence."
RARE_SHARE = 0.2  # a class below it leads the sentence, if it is also well below its even share
RARE_OF_EVEN = 0.6
FEW_ROWS = 100
FEW_RECORDINGS = 100  # learned from; below it, more recordings help more than anything else
MOST_NAMED = 5
NAME_CHARACTERS = 40


def of_classes(matrix: Ints, labels: Sequence[str], guess: int, *, is_folded: bool) -> Message:
    """Return the one sentence about classes: how many of 100 are right, rare classes first."""
    rows, right = int(matrix.sum()), int(matrix.trace())
    low, high = _of_hundred(right, rows)
    args: dict[str, Arg] = {
        "low": low,
        "high": high,
        "rows": rows,
        "majority": round(100 * int(matrix[guess].sum()) / rows),
    }
    rare = _rare(matrix)
    for place, index in enumerate(rare, 1):
        args |= {
            f"label{place}": shown(labels[index]),
            f"rows{place}": int(matrix[index].sum()),
            f"found{place}": int(matrix[index, index]),
            f"false{place}": int(matrix[:, index].sum() - matrix[index, index]),
        }
    return Message(f"{SENTENCE}{('common', 'rare', 'two_rare')[len(rare)]}{_way(is_folded)}", args)


def of_numbers(true: Floats, answered: Floats, guess: float, *, is_folded: bool) -> Message:
    """Return the one sentence about numbers: how far off they are, beside always saying the mean."""
    errors = np.abs(answered - true)
    args: dict[str, Arg] = {
        "rows": len(true),
        "error": float(errors.mean()),
        "half": float(np.median(errors)),
        "mean": float(np.abs(true - guess).mean()),
    }
    return Message(f"{SENTENCE}numbers{_way(is_folded)}", args)


def of_transcripts(
    measure: Measure, rows: int, guessed: Ints, *, is_unspaced: bool, is_folded: bool
) -> Message:
    """Return the one sentence about speech: how many of 100 words (or characters) come out wrong.

    `guessed` are the counts of always writing the commonest transcript, (4, recordings).
    """
    args: dict[str, Arg] = {
        "low": math.floor(100 * measure.low),
        "high": max(1, math.ceil(100 * measure.high)),
        "rows": rows,
        "majority": round(100 * int(guessed[1:].sum()) / max(1, int(guessed[0].sum()))),
    }
    unit = "characters" if is_unspaced else "words"
    return Message(f"{SENTENCE}{unit}{_way(is_folded)}", args)


def of_spans(
    measures: Mapping[str, Measure], faults: Mapping[str, int], rows: int, *, is_folded: bool
) -> Message:
    """Return the one sentence about marked words: how many of 100 are found, and how many marks are right."""
    recall, precision = measures["entity_recall"], measures["entity_precision"]
    args: dict[str, Arg] = {
        "found": round(100 * recall.value),
        "right": round(100 * precision.value),
        "marks": sum(faults.values()) - faults["invented"],
        "rows": rows,
    }
    return Message(f"{SENTENCE}spans{_way(is_folded)}", args)


def of_boxes(counted: KindCounts, *, is_folded: bool) -> Message:
    """Return the one sentence about boxes: how many objects are found, and how many boxes are drawn around none."""
    true, named, found = (int(side.sum()) for side in (counted.true, counted.named, counted.found))
    args: dict[str, Arg] = {
        "objects": true,
        "found": found,
        "false": named - found,
        "rows": len(counted.true),
    }
    if len(counted.kinds) == 1:
        args["kind"] = shown(counted.kinds[0])
    return Message(f"{SENTENCE}{'boxes_of' if 'kind' in args else 'boxes'}{_way(is_folded)}", args)


def of_columns(rows: Sequence[Mapping[str, Any]], count: int, *, is_folded: bool) -> Message:
    """Return the one sentence about several columns: how well each is answered, beside the simplest guess."""
    told = [_of_column(row) for row in rows if row["measures"]]
    args: dict[str, Arg] = {"rows": count, "columns": len(rows)}
    args |= {"scores": "; ".join(score for score, _ in told)}
    args |= {"guesses": "; ".join(guess for _, guess in told)}
    return Message(f"{SENTENCE}columns{_way(is_folded)}", args)


def _of_column(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return how well a column is answered and how well it is guessed, the same in every language."""
    name = shown(row["column"])
    if row["kind"] == "spans":
        pair = (f"{name} F1 {100 * side['entity_f1']:.0f} %" for side in (row["measures"], row["guess"]))  # fmt: skip
    elif row["kind"] == "label":
        pair = (
            f"{name} {100 * side['accuracy']:.0f} %" for side in (row["measures"], row["guess"])
        )
    else:
        pair = (f"{name} ±{side['mae']:.3g}" for side in (row["measures"], row["guess"]))
    score, guess = pair
    return score, guess


def remarks_on_boxes(
    mine: Mapping[str, Measure],
    instant: Mapping[str, Measure] | None,
    faults: Mapping[str, int],
    rows: int,
    *,
    is_folded: bool,
) -> tuple[Message, ...]:
    """Return what a person should know before trusting the boxes, and what would help most."""
    remarks = []
    if not faults["found"]:
        remarks.append(_remark("boxes_none_found", "warning"))
    if instant is not None:
        value, guess = (f"{side['map'].value:.2f}" for side in (mine, instant))
        at_half = f"{instant['map_50'].value:.2f}"
        is_better = mine["map"].value > instant["map"].value
        key, level = ("boxes_guess", "info") if is_better else ("boxes_no_better", "warning")
        remarks.append(_remark(key, level, mine=value, guess=guess, at_half=at_half))  # type: ignore[arg-type]
    if faults["loose"]:
        remarks.append(_remark("boxes_loose", count=faults["loose"]))
    if faults["wrong_kind"]:
        remarks.append(_remark("boxes_wrong_kind", count=faults["wrong_kind"]))
    return (*remarks, *_size(rows, is_folded=is_folded))


def of_pictures(
    rows: Sequence[Sequence[float]], scale: int, count: int, *, is_folded: bool
) -> Message:
    """Return how much nearer pictures come than plain ones; `rows` are measures of `pictures.fidelity`."""
    if not rows:
        return Message(f"{SENTENCE}pictures_unmeasured{_way(is_folded)}", {"rows": count})
    values = np.array(rows)
    gains = values[:, 0] - values[:, 2]
    args: dict[str, Arg] = {
        "gain": f"{gains.mean():.2f}",
        "psnr": f"{values[:, 0].mean():.2f}",
        "plain": f"{values[:, 2].mean():.2f}",
        "better": int((gains > 0).sum()),
        "rows": len(rows),
    }
    kind = "sharper" if scale > 1 else "cleaner"
    return Message(f"{SENTENCE}pictures_{kind}{_way(is_folded)}", args)


def remarks_on_pictures(
    rows: Sequence[Sequence[float]], left: int, count: int, *, is_folded: bool
) -> tuple[Message, ...]:
    """Return what a person should know before trusting such pictures; `left` of them were not touched."""
    gains = np.array([row[0] - row[2] for row in rows])
    remarks = []
    if len(rows) and gains.mean() <= 0:
        remarks.append(_remark("pictures_no_better", "warning"))
    if worse := int((gains < 0).sum()):
        remarks.append(_remark("pictures_worse", "warning", count=worse, rows=count))
    if left:
        remarks.append(_remark("pictures_left", count=left, rows=count))
    return (*remarks, *_size(count, is_folded=is_folded))


def compared(kind: str, better: float, difference: Measure, **args: float) -> Message:
    """Return the one sentence on two models: which is better, by how much, and whether that may be chance."""
    if not better:
        return Message(f"{COMPARED}{kind}_same", args)
    is_sure = difference.low > 0 or difference.high < 0
    way = "better" if better > 0 else "worse"
    return Message(f"{COMPARED}{kind}_{way}_{'sure' if is_sure else 'chance'}", args)


def beside_instant(found: Paired, metrics: tuple[Metric, ...]) -> tuple[Message, ...]:
    """Return whether a model is better than the simple one beside it by more than chance, by the leading measure."""
    lead = found.measures[0]
    low, high = lead.difference.low, lead.difference.high
    if not lead.difference.has_interval:
        return ()
    if low <= 0 <= high:
        return (_remark("as_good"),)
    if (low > 0) == metric(lead.measure, metrics).higher_is_better:
        return (_remark("beyond_chance"),)
    return (_remark("simple_better", "warning"),)


def remarks_on_spans(
    mine: KindCounts, instant: KindCounts | None, faults: Mapping[str, int], *, is_folded: bool
) -> tuple[Message, ...]:
    """Return what a person should know before trusting the marks, and what would help most."""
    remarks = []
    if not mine.found.sum():
        remarks.append(_remark("spans_none_found", "warning"))
    if instant is not None:
        found, its = int(mine.found.sum()), int(instant.found.sum())
        remarks.append(_remark("instant_spans", mine=found, instant=its))
    if faults["border"]:
        remarks.append(_remark("spans_border", count=faults["border"]))
    if faults["kind"]:
        remarks.append(_remark("spans_kind", count=faults["kind"]))
    return (*remarks, *_size(len(mine.true), is_folded=is_folded))


def remarks_on_classes(
    truth: Ints,
    table: Floats,
    labels: Sequence[str],
    guess: int,
    *,
    instant: Floats | None,
    is_folded: bool,
) -> tuple[Message, ...]:
    """Return what a person should know before trusting the numbers."""
    is_right = table.argmax(axis=1) == truth
    rows = np.bincount(truth, minlength=len(labels))
    named = np.bincount(table.argmax(axis=1), minlength=len(labels))
    remarks = []
    if is_right.sum() <= rows[guess]:
        remarks.append(_remark("no_better", "warning", label=shown(labels[guess])))
    if instant is not None:
        was_right = instant.argmax(axis=1) == truth
        gained, lost = int((is_right & ~was_right).sum()), int((was_right & ~is_right).sum())
        remarks.append(_remark("instant", gained=gained, lost=lost))
    remarks += _size(len(truth), is_folded=is_folded)
    if (rows == 0).any():
        remarks.append(_remark("class_absent", "warning", **_named(labels, rows == 0)))
    unnamed = (named == 0) & (rows > 0)
    if unnamed.any():
        remarks.append(_remark("never_named", "warning", **_named(labels, unnamed)))
    return tuple(remarks)


def remarks_on_numbers(
    true: Floats, answered: Floats, guess: float, *, instant: Floats | None, is_folded: bool
) -> tuple[Message, ...]:
    """Return what a person should know before trusting the numbers."""
    error = float(((answered - true) ** 2).mean())
    remarks = []
    if error >= float(((guess - true) ** 2).mean()):
        remarks.append(_remark("no_better_than_mean", "warning"))
    if instant is not None:
        mine, its = (float(np.abs(values - true).mean()) for values in (answered, instant))
        remarks.append(_remark("instant_numbers", mine=mine, instant=its))
    return (*remarks, *_size(len(true), is_folded=is_folded))


def remarks_on_transcripts(
    *,
    errors: int,
    guessed: int,
    instant: int | None,
    rows: int,
    learned: Sequence[str],
    unheard: Sequence[str],
    confused: Sequence[tuple[str, str, int]],
    is_folded: bool,
) -> tuple[Message, ...]:
    """Return what a person should know before trusting the numbers, and what would help most.

    Args:
        errors: wrong words of this model, beside `guessed` ones of the commonest transcript and those
            of the `instant` model.
        learned: transcripts of the training rows.
        unheard: tested words that none of them has.
        confused: (said, heard, how often), most often first.
    """
    remarks = []
    if errors >= guessed:
        remarks.append(_remark("no_better_than_commonest", "warning"))
    if instant is not None:
        remarks.append(_remark("instant_transcripts", mine=errors, instant=instant))
    if unheard:
        remarks.append(_remark("unheard_words", "warning", **_listed(unheard)))
    for said, heard, times in confused:
        remarks.append(_remark("confused", said=shown(said), heard=shown(heard), count=times))
    if 0 < len(learned) < FEW_RECORDINGS:
        remarks.append(_remark("few_recordings", learned=len(learned)))
    if is_folded:
        return (*remarks, _remark("folded_recordings", rows=rows))
    return (*remarks, *_size(rows, is_folded=False))


def shown(label: str) -> str:
    """Return a class name short enough for a sentence."""
    return label if len(label) <= NAME_CHARACTERS else label[: NAME_CHARACTERS - 1] + "…"


def _of_hundred(right: int, rows: int) -> tuple[int, int]:
    """Return the interval of the share right in whole hundredths; 100 only where none was wrong."""
    measure = wilson(right, rows)
    low = math.floor(100 * measure.low)
    high = math.ceil(100 * measure.high)
    return low, max(low + 1, min(high, 99)) if right < rows else 100


def _rare(matrix: Ints) -> list[int]:
    """Return at most two tested classes that are rare, the rarest first."""
    rows = matrix.sum(axis=1)
    limit = min(RARE_SHARE, RARE_OF_EVEN / len(rows)) * rows.sum()
    rare = [index for index in np.argsort(rows, kind="stable").tolist() if 0 < rows[index] < limit]
    return rare[:2]


def _size(rows: int, *, is_folded: bool) -> list[Message]:
    if is_folded:
        return [_remark("folded", rows=rows)]
    return [_remark("few_rows", rows=rows)] if rows < FEW_ROWS else []


def _named(labels: Sequence[str], chosen: NDArray[np.bool_]) -> dict[str, Arg]:
    return _listed([label for label, is_chosen in zip(labels, chosen, strict=True) if is_chosen])


def _listed(labels: Sequence[str]) -> dict[str, Arg]:
    names = [shown(label) for label in labels]
    text = ", ".join(f"“{name}”" for name in names[:MOST_NAMED])
    return {"count": len(names), "labels": f"{text} …" if len(names) > MOST_NAMED else text}


def _remark(key: str, level: Level = "info", **args: Arg) -> Message:
    return Message(f"{REMARK}{key}", args, level)


def _way(is_folded: bool) -> str:
    return "_folded" if is_folded else ""
