"""Metrics of translation: chrF and BLEU of whole sets of rows by sacrebleu, from references and hypotheses; it reads no file.

chrF: Popović 2015; BLEU: Papineni et al. 2002, as Post 2018 has it. Both are of the whole set, not means of
rows; intervals come from resamples of rows (Koehn 2004).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from bigmodel.core.message import Arg, Message
from bigmodel.core.results import alignment
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals
from bigmodel.metrics.counts import Floats

WHOLE = 100.0  # of a row that is its reference, letter for letter
ORDERS, WORD_ORDERS = 6, 4  # n-grams of chrF and of BLEU
BETA = 2.0  # how much more recall counts in chrF
KANA, HAN = re.compile("[\u3040-\u30ff]"), re.compile("[\u3400-\u9fff]")
OF_SCORES = 2 + 2 * WORD_ORDERS  # columns of BLEU
FEW_ROWS = 100
LEAST_DIFFERENCE = 1e-9


@dataclass(frozen=True)
class Scored:
    """Counts of every row, (counts, rows): those of BLEU, then of chrF; whether it is its reference; words left untranslated."""

    counts: Floats
    is_exact: Floats
    untranslated: Floats

    @property
    def columns(self) -> Floats:
        """Return what the measures are means of."""
        return np.concatenate([self.counts, self.is_exact[None], self.untranslated[None]])


def headline(
    truth: Sequence[str], given: Sequence[str], untranslated: Sequence[int]
) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows."""
    if not truth:
        return {}
    means = _scored(truth, given, untranslated).columns.mean(axis=1, keepdims=True)
    return {name: float(value[0]) for name, value in _from_means(means).items()}


def evaluate(
    truth: Sequence[str],
    given: Sequence[str],
    untranslated: Sequence[int],
    *,
    beside: Mapping[str, tuple[Sequence[str], Sequence[int]]],
    learned: Sequence[str],
    is_folded: bool,
) -> Results:
    """Return the whole evaluation of at least one row.

    Args:
        untranslated: how many words of each row passed through as they were.
        beside: translations of other models, and their untranslated words, by the name they are shown under.
        learned: references of the training rows; the commonest is the simplest guess (`majority`).
    """
    mine = _scored(truth, given, untranslated)
    measures = _measures(mine)
    others = {name: _measures(_scored(truth, *rows)) for name, rows in beside.items()}
    guess = Counter(learned or truth).most_common(1)[0][0]
    others["majority"] = _measures(_scored(truth, [guess] * len(truth), [0] * len(truth)))
    found = measures["chrf"]
    told = {"chrf": found.value, "low": found.low, "high": found.high}
    told |= {"bleu": measures["bleu"].value, "majority": others["majority"]["chrf"].value}
    way = "_folded" if is_folded else ""
    return Results(
        family="translated",
        rows=len(truth),
        labels=(),
        measures=measures,
        sentence=Message(f"results.sentence.translations{way}", _args(len(truth), told)),
        remarks=tuple(_remarks(measures, others, untranslated, len(truth), is_folded=is_folded)),
        panels=(_panel(truth, measures), *_by_length(truth, mine)),
        beside=others,
        is_folded=is_folded,
    )


def compare(truth: Sequence[str], new: Sequence[str], old: Sequence[str]) -> Paired:
    """Compare two models' translations of the same rows; at least one."""
    none = [0] * len(truth)
    first, second = _scored(truth, new, none), _scored(truth, old, none)
    found = intervals.compared(first.columns, second.columns, _from_means)
    compared = (found["chrf"], found["bleu"])
    gains = np.array(chrf_of_rows(truth, new)) - np.array(chrf_of_rows(truth, old))
    return Paired(
        _verdict(compared[0], len(truth)),
        compared,
        gains > LEAST_DIFFERENCE,
        gains < -LEAST_DIFFERENCE,
        gains,
    )


def chrf_of_rows(truth: Sequence[str], given: Sequence[str]) -> list[float]:
    """Return chrF of each row by itself; 100 only where it is its reference."""
    counts = _chrf_counts(truth, given)
    scores: list[float] = _chrf(counts).tolist()
    pairs = zip(scores, truth, given, strict=True)
    return [WHOLE if said == got else min(score, WHOLE - 0.01) for score, said, got in pairs]


def tokenizer_for(truth: Sequence[str]) -> str:
    """Return the tokeniser of BLEU: by characters for scripts without spaces, else that of the field."""
    text = " ".join(truth[:1000])
    if not alignment.is_unspaced(text) or (not HAN.search(text) and not KANA.search(text)):
        return "13a"
    return "char" if KANA.search(text) else "zh"


def _verdict(compared: Compared, rows: int) -> Message:
    by = compared.difference
    args = _args(rows, {"new": compared.new.value, "old": compared.old.value})
    if abs(by.value) < LEAST_DIFFERENCE:
        return Message("compare.sentence.translations_same", args)
    way = "better" if by.value > 0 else "worse"
    sure = "sure" if by.low > 0 or by.high < 0 else "chance"
    return Message(f"compare.sentence.translations_{way}_{sure}", args)


def _args(rows: int, scores: Mapping[str, float]) -> dict[str, Arg]:
    """Return scores as sentences say them."""
    return {"rows": rows, **{name: round(value, 1) for name, value in scores.items()}}


def _scored(truth: Sequence[str], given: Sequence[str], untranslated: Sequence[int]) -> Scored:
    counts = np.concatenate([_bleu_counts(truth, given), _chrf_counts(truth, given)])
    exact = np.array([said == got for said, got in zip(truth, given, strict=True)], np.float64)
    return Scored(counts, exact, (np.array(untranslated) > 0).astype(np.float64))


def _bleu_counts(truth: Sequence[str], given: Sequence[str]) -> Floats:
    """Return lengths, matches and n-grams of each row: (2 + 2 · orders, rows)."""
    bleu = BLEU(tokenize=tokenizer_for(truth), effective_order=True)
    rows = []
    for said, got in zip(truth, given, strict=True):
        score = bleu.sentence_score(got, [said])
        rows.append([score.sys_len, score.ref_len, *score.counts, *score.totals])
    return np.array(rows, np.float64).T


def _chrf_counts(truth: Sequence[str], given: Sequence[str]) -> Floats:
    """Return, of each order, n-grams given, wanted and common: (3 · orders, rows)."""
    extract = CHRF()._extract_corpus_statistics
    rows = extract(list(given), [list(truth)])
    return np.array(rows, np.float64).T


def _from_means(means: Floats) -> dict[str, Floats]:
    """Return the measures from the means of columns, shaped (columns, resamples)."""
    return {
        "chrf": _chrf(means[OF_SCORES:-2]),
        "bleu": _bleu(means[:OF_SCORES]),
        "exact": means[-2],
        "untranslated": means[-1],
    }


def _bleu(counts: Floats) -> Floats:
    """Return BLEU of counts; without common n-grams of some order it is 0, where sacrebleu smooths a little."""
    made, wanted = np.maximum(counts[0], 1e-9), counts[1]
    matches, every = counts[2 : 2 + WORD_ORDERS], np.maximum(counts[2 + WORD_ORDERS :], 1e-9)
    logs = np.log(np.maximum(matches, 1e-12) / every).mean(axis=0)
    brevity = np.minimum(0.0, 1.0 - wanted / made)
    return np.where((matches > 0).all(axis=0), 100.0 * np.exp(logs + brevity), 0.0)


def _chrf(counts: Floats) -> Floats:
    """Return chrF: the mean precision and recall over the orders that both texts have, recall counted twice."""
    given, wanted, common = counts[0::3], counts[1::3], counts[2::3]
    has_both = (given > 0) & (wanted > 0)
    orders = np.maximum(1, has_both.sum(axis=0))
    precision = np.where(has_both, common / np.maximum(given, 1e-12), 0.0).sum(axis=0) / orders
    recall = np.where(has_both, common / np.maximum(wanted, 1e-12), 0.0).sum(axis=0) / orders
    whole = BETA**2 * precision + recall
    return np.where(
        whole > 0, 100.0 * (1 + BETA**2) * precision * recall / np.maximum(whole, 1e-12), 0.0
    )


def _measures(scored: Scored) -> dict[str, Measure]:
    return intervals.of_means(scored.columns, _from_means, ("exact", "untranslated"))


def _remarks(
    measures: Mapping[str, Measure],
    others: Mapping[str, Mapping[str, Measure]],
    untranslated: Sequence[int],
    rows: int,
    *,
    is_folded: bool,
) -> list[Message]:
    remarks = []
    if measures["chrf"].value <= others["majority"]["chrf"].value:
        remarks.append(Message("results.remarks.no_better_translations", {}, "warning"))
    if instant := others.get("instant"):
        args = _args(rows, {"mine": measures["chrf"].value, "instant": instant["chrf"].value})
        remarks.append(Message("results.remarks.instant_translations", args))
    if words := sum(untranslated):
        count = sum(number > 0 for number in untranslated)
        remarks.append(Message("results.remarks.untranslated", {"words": words, "rows": count}))
    if is_folded:
        remarks.append(Message("results.remarks.folded_translations", {"rows": rows}))
    elif rows < FEW_ROWS:
        remarks.append(Message("results.remarks.few_rows", {"rows": rows}))
    return remarks


def _panel(truth: Sequence[str], measures: Mapping[str, Measure]) -> Panel:
    """Return both measures with what exactly was measured (sacrebleu's signatures)."""
    bleu, chrf = BLEU(tokenize=tokenizer_for(truth)), CHRF()
    rows = []
    for name, found in (("chrf", chrf), ("bleu", bleu)):
        found.corpus_score(
            ["x"], [["x"]]
        )  # so that the signature knows how many references there are
        measure = measures[name]
        signature = str(found.get_signature())
        rows.append({"measure": name, "value": measure.value, "signature": signature})
        rows[-1]["interval"] = (measure.low, measure.high)
    words = "pages.results.translation_scores"
    return Panel("scores", {"rows": rows}, words, f"{words}_about")


def _by_length(truth: Sequence[str], scored: Scored) -> list[Panel]:
    """Return chrF by the length of the reference, in as many rows each, where there are enough rows."""
    if len(truth) < 4 * FEW_ROWS // 5:
        return []
    order = np.argsort([len(text) for text in truth], kind="stable")
    rows = []
    for part in np.array_split(order, 4):
        means = scored.columns[:, part].mean(axis=1, keepdims=True)
        ends = len(truth[part[0]]), len(truth[part[-1]])
        value = float(_from_means(means)["chrf"][0])
        rows.append({"from": ends[0], "to": ends[1], "rows": len(part), "value": value})
    words = "pages.results.translation_lengths"
    return [Panel("scores", {"rows": rows}, words, f"{words}_about")]
