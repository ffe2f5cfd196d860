"""How well voices are told apart and strangers kept out: from likenesses to measures and lines; it reads no file.

Verification by ROC, DET and equal error rate (Martin et al. 1997), identification in an open set (Phillips,
Grother and Micheals 2011). Intervals draw people, not recordings: those of one person are alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Message
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import classification, intervals, roc, sentence
from bigmodel.metrics.counts import Floats, Ints

WORDS = "pages.results."
STRANGER = -1
CHANCE = 0.5  # of the equal error rate
MOST_DRAWN, LEAST_DRAWN = 500, 50  # resamples, fewer of many pairs
PAIRS_DRAWN = 20_000_000
STEPS = 101  # thresholds to drag to
FEWEST_BINS, MOST_BINS = 8, 30  # bars of a hump
FEW_PEOPLE = 10  # below which thresholds and intervals are guesses
NAMED = 5  # people, where there are more
LOOSE = 0.05  # of strangers let in, above which a threshold keeps nobody out


@dataclass(frozen=True)
class Heard:
    """Answers to recordings whose speaker is known, in step."""

    truth: Sequence[str]
    labels: tuple[str, ...]
    likeness: Floats  # (rows, labels)
    limits: Floats  # (rows,) from which somebody is recognised
    margins: Floats  # (rows, labels) by how much a label's own voice, never heard before, would be let in

    @cached_property
    def places(self) -> Ints:
        """The place of each truth among the labels, STRANGER for people who were never enrolled."""
        known = {label: place for place, label in enumerate(self.labels)}
        return np.array([known.get(label, STRANGER) for label in self.truth], np.int64)

    @cached_property
    def people(self) -> tuple[list[str], Ints]:
        """Everybody who speaks or is enrolled, the labels first, and the place of each row's speaker."""
        others = sorted(set(self.truth) - set(self.labels))
        names = [*self.labels, *others]
        place = {name: at for at, name in enumerate(names)}
        return names, np.array([place[name] for name in self.truth], np.int64)

    @property
    def is_known(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.places != STRANGER
        return found

    @property
    def has_strangers(self) -> bool:
        """Whether people speak who were never enrolled; else each person stands for one, left out whole."""
        return not bool(self.is_known.all())

    def right(self) -> NDArray[np.bool_]:
        """Return for each row of a known person whether that one is the likest."""
        found: NDArray[np.bool_] = (
            self.likeness[self.is_known].argmax(axis=1) == self.places[self.is_known]
        )
        return found

    def refused(self) -> NDArray[np.bool_]:
        """Return for each row of a known person whether it is not enough like that one."""
        rows = np.flatnonzero(self.is_known)
        found: NDArray[np.bool_] = self.likeness[rows, self.places[rows]] < self.limits[rows]
        return found

    def accepted(self) -> tuple[NDArray[np.bool_], Ints]:
        """Return for each row of a stranger whether it is taken for somebody, and who it is."""
        if self.has_strangers:
            rows = np.flatnonzero(~self.is_known)
            return self.likeness[rows].max(axis=1) >= self.limits[rows], self.people[1][rows]
        rows = np.arange(len(self.places))
        return self.margins[rows, self.places] >= 0, self.places

    def pairs(self) -> tuple[Floats, NDArray[np.bool_], Ints, Ints]:
        """Return the likeness of every row to every label, whether it is the same person, and both as people."""
        count = len(self.labels)
        columns = np.tile(np.arange(count), len(self.places))
        rows = np.repeat(self.people[1], count)
        return self.likeness.ravel(), rows == columns, rows, columns


def headline(heard: Heard) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows."""
    if not len(heard.truth):
        return {}
    found = {}
    if heard.is_known.any():
        scores, same, _, _ = heard.pairs()
        found = {
            "eer": equal_error(scores, same, np.ones(len(scores))),
            "identification": float(heard.right().mean()),
            "right_refused": float(heard.refused().mean()),
        }
    return found | {"strangers_accepted": float(heard.accepted()[0].mean())}


def evaluate(
    heard: Heard, beside: Mapping[str, Heard], baseline_truth: Sequence[str], *, is_folded: bool
) -> Results:
    """Return the whole evaluation of at least one row."""
    measures = _measures(heard)
    others = {name: _measures(other) for name, other in beside.items()}
    guess = _commonest(heard, baseline_truth)
    if guess:
        others["majority"] = {"identification": guess, "eer": Measure(CHANCE)}
    panels = tuple(_panels(heard, measures["eer"].value if "eer" in measures else CHANCE))
    return Results(
        family="verification",
        rows=len(heard.truth),
        labels=heard.labels,
        measures=measures,
        sentence=_sentence(heard, measures, is_folded=is_folded),
        remarks=tuple(_remarks(heard)),
        beside=others,
        panels=panels,
        is_folded=is_folded,
    )


def equal_error(scores: Floats, same: NDArray[np.bool_], weights: Floats) -> float:
    """Return the share of errors where as many strangers are accepted as right ones are refused."""
    order = np.argsort(-scores, kind="stable")
    last = np.r_[np.flatnonzero(np.diff(scores[order])), len(order) - 1]  # of each tie
    return _equal(order, last, same, weights)


def _equal(order: Ints, last: Ints, same: NDArray[np.bool_], weights: Floats) -> float:
    own, other = (np.cumsum((weights * side)[order])[last] for side in (same, ~same))
    if own[-1] == 0 or other[-1] == 0:
        return CHANCE
    accepted, refused = np.r_[0.0, other / other[-1]], np.r_[1.0, 1 - own / own[-1]]
    after = int(np.argmax(accepted >= refused))
    gap = accepted - refused
    share = -gap[after - 1] / max(gap[after] - gap[after - 1], 1e-12)
    between = accepted[after - 1] + share * (accepted[after] - accepted[after - 1])
    return float(between)


def _measures(heard: Heard) -> dict[str, Measure]:
    accepted = _over_people(*heard.accepted())
    if not heard.is_known.any():  # nobody who could be refused: there is no equal error rate
        return {"strangers_accepted": accepted}
    mine = heard.places[heard.is_known]
    return {
        "eer": _equal_error_over_people(heard),
        "identification": _over_people(heard.right(), mine),
        "strangers_accepted": accepted,
        "right_refused": _over_people(heard.refused(), mine),
    }


def _over_people(happened: NDArray[np.bool_], people: Ints) -> Measure:
    """Return a share with its interval over people: all recordings of a person are drawn together."""
    names, place = np.unique(people, return_inverse=True)
    rows = np.bincount(place).astype(np.float64)
    hits = np.bincount(place, weights=happened.astype(np.float64))
    drawn = _drawn(len(names), MOST_DRAWN)
    shares = (drawn @ hits) / np.maximum(drawn @ rows, 1e-12)
    low, high = np.percentile(shares, [2.5, 97.5])
    return intervals.around_share(float(happened.mean()), float(low), float(high), len(names))


def _equal_error_over_people(heard: Heard) -> Measure:
    scores, same, rows, columns = heard.pairs()
    order = np.argsort(-scores, kind="stable")
    last = np.r_[np.flatnonzero(np.diff(scores[order])), len(order) - 1]
    value = _equal(order, last, same, np.ones(len(scores)))
    count = int(np.clip(PAIRS_DRAWN // len(scores), LEAST_DRAWN, MOST_DRAWN))
    found = []
    for times in _drawn(len(heard.people[0]), count):
        weights = times[rows] * np.where(same, 1.0, times[columns])
        if (weights * same).any() and (weights * ~same).any():
            found.append(_equal(order, last, same, weights))
    if not found:
        return Measure(value)
    low, high = np.percentile(found, [2.5, 97.5])
    return intervals.around_share(value, float(low), float(high), len(set(heard.truth)))


def _drawn(people: int, count: int) -> Floats:
    """Return how often each person is drawn in each resample, (resamples, people)."""
    random = np.random.default_rng(intervals.SEED)
    return random.multinomial(people, np.full(people, 1 / people), size=count).astype(np.float64)


def _commonest(heard: Heard, baseline_truth: Sequence[str]) -> Measure | None:
    """Return how often the one who speaks most in the training rows would be right."""
    mine = [heard.truth[row] for row in np.flatnonzero(heard.is_known).tolist()]
    learned = [label for label in baseline_truth if label in set(heard.labels)] or mine
    if not mine:
        return None
    commonest = max(sorted(set(learned)), key=learned.count)
    return intervals.wilson(mine.count(commonest), len(mine))


def _panels(heard: Heard, equal: float) -> list[Panel]:
    scores, same, _, _ = heard.pairs()
    found = []
    line = roc.roc_line("", same, scores)
    if line:
        missed = [round(1 - share, 5) for share in line.y]
        curve = asdict(line)
        det = curve | {"y": missed, "area": equal}
        axes = {
            "x": "axis_strangers",
            "y": "axis_right_accepted",
            "area": "area_roc",
            "all": "line_pairs",
        }
        found.append(
            Panel("lines", {**axes, "is_roc": True, "lines": [curve]}, f"{WORDS}roc_speakers")
        )
        axes = {
            "x": "axis_strangers",
            "y": "axis_right_refused",
            "area": "area_det",
            "all": "line_pairs",
        }
        found.append(Panel("lines", {**axes, "is_roc": False, "lines": [det]}, f"{WORDS}det"))
    rows = np.flatnonzero(heard.is_known)
    if len(rows):
        found = [humps(heard), likeness(heard), *found]
        truth = [heard.truth[row] for row in rows.tolist()]
        matrix = classification.evaluate(truth, heard.likeness[rows], heard.labels)
        kept = ("confusion", "classes")
        found = [panel for panel in matrix.panels if panel.kind in kept] + found
    return found


def humps(heard: Heard) -> Panel:
    """Return how like the right person and strangers are, and what each threshold does to both.

    Lengths of speech have thresholds of their own: all are moved together, so that one line stands for all.
    """
    middle = float(heard.limits.mean())
    rows = np.flatnonzero(heard.is_known)
    own = heard.likeness[rows, heard.places[rows]] - heard.limits[rows] + middle
    if heard.has_strangers:
        rows = np.flatnonzero(~heard.is_known)
        others = heard.likeness[rows].max(axis=1) - heard.limits[rows] + middle
    else:
        others = heard.margins[np.arange(len(heard.places)), heard.places] + middle
    every = np.concatenate([own, others, [middle]])
    low, high = float(every.min()), max(float(every.max()), float(every.min()) + 1e-6)
    thresholds = np.linspace(low, high, STEPS)
    at = int(np.abs(thresholds - middle).argmin())
    thresholds[at] = middle
    steps = [
        [_in_hundred(others >= threshold), _in_hundred(own < threshold)] for threshold in thresholds
    ]
    bins = int(np.clip(2 * len(own) ** 0.5, FEWEST_BINS, MOST_BINS))
    shares = {
        name: (np.histogram(values, bins, (low, high))[0] / max(1, len(values))).round(3).tolist()
        for name, values in (("own", own), ("others", others))
    }
    data = {**shares, "low": round(low, 3), "high": round(high, 3), "steps": steps, "at": at}
    return Panel("likeness", data, f"{WORDS}humps")


def likeness(heard: Heard) -> Panel:
    """Return how like the recordings of each enrolled person are to each, on the mean; None for who said nothing."""
    rows = [
        heard.likeness[heard.places == place].mean(axis=0).round(3).tolist()
        if (heard.places == place).any()
        else [None] * len(heard.labels)
        for place in range(len(heard.labels))
    ]
    return Panel("likeness", {"labels": list(heard.labels), "rows": rows}, f"{WORDS}likeness")


def _in_hundred(happened: NDArray[np.bool_]) -> float:
    return round(100 * float(happened.mean()), 1) if len(happened) else 0.0


def _sentence(heard: Heard, measures: Mapping[str, Measure], *, is_folded: bool) -> Message:
    args: dict[str, str | int | float] = {
        "rows": len(heard.truth),
        "strangers": round(100 * measures["strangers_accepted"].value),
    }
    if "identification" not in measures:
        return Message(f"{sentence.SENTENCE}strangers", args)
    args |= {
        "right": round(100 * measures["identification"].value),
        "refused": round(100 * measures["right_refused"].value),
    }
    return Message(f"{sentence.SENTENCE}speakers{'_folded' if is_folded else ''}", args)


def _remarks(heard: Heard) -> list[Message]:
    people = len(heard.labels)
    found = []
    if people < FEW_PEOPLE:
        args: dict[str, str | int | float] = {"people": people, "enough": FEW_PEOPLE}
        found.append(Message(f"{sentence.REMARK}few_people", args, "warning"))
    strangers = len(set(heard.truth) - set(heard.labels))
    key = "real_strangers" if strangers else "left_out_strangers"
    found.append(Message(f"{sentence.REMARK}{key}", {"people": strangers or people}))
    found += _loose(heard) if heard.is_known.any() else [_other_names(heard)]
    found.append(Message(f"{sentence.REMARK}not_for"))
    return found


def _other_names(heard: Heard) -> Message:
    """Return what to look at where none of the people of a file is known: they may be called otherwise in it."""
    names = ", ".join(sorted(set(heard.truth))[:NAMED]), ", ".join(heard.labels[:NAMED])
    return Message(
        f"{sentence.REMARK}other_names", {"file": names[0], "known": names[1]}, "warning"
    )


def _loose(heard: Heard) -> list[Message]:
    """Return a warning where strangers are let in, with the one who is most often and for whom that one is taken."""
    let_in, people = heard.accepted()
    share = float(let_in.mean())
    if share <= LOOSE:
        return []
    worst = int(np.bincount(people, weights=let_in).argmax())
    names, speakers = heard.people
    like = heard.likeness[speakers == worst].mean(axis=0)
    like[worst : worst + 1] = -1.0  # of nobody, for who is none of the labels
    args: dict[str, str | int | float] = {"share": round(100 * share), "name": names[worst], "other": heard.labels[int(like.argmax())]}  # fmt: skip
    return [Message(f"{sentence.REMARK}loose_threshold", args, "warning")]
