"""Reads the curves of a training like somebody with experience, and says what to do next; pure rules over points.

Every rule looks at numbers that were measured; what it advises is a training's own settings, never a
promise of a figure. Rules follow the practice described in Karpathy, "A Recipe for Training Neural Networks" (2019).
"""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bigmodel.core.job import Job, State
from bigmodel.core.message import Arg, Message
from bigmodel.core.metric import Metric
from bigmodel.core.model import TrainedModel

Deed = Literal["again", "stop", "further"]
MOST_SAID = 2
FLAT = 0.02  # of the first loss: what falls by less did not learn
EXPLODES = 10.0  # times the least loss so far
OVERFIT_RISE = 0.10  # of the best held-out loss
UNDER = 0.04  # by which the last look is still better than the one before it, as a share
AS_GOOD = 0.002
LOOKS_BEFORE_STOP = 3
SOME_POINTS = 12
SLOWER, FASTER = 5.0, 3.0
MOST_RATE = 1.0


class Points(Protocol):
    """A curve: its name, steps and values."""

    @property
    def name(self) -> str: ...
    @property
    def steps(self) -> Sequence[int]: ...
    @property
    def values(self) -> Sequence[float]: ...


@dataclass(frozen=True)
class Apply:
    """What one button does about an advice: run again with changes, stop now, or train further."""

    label: Message
    deed: Deed = "again"
    changes: Mapping[str, Any] = field(default_factory=dict)
    epochs: int = 0


@dataclass(frozen=True)
class Advice:
    """One sentence of the coach. `rule` names what was seen."""

    rule: str
    message: Message
    apply: Apply | None = None


@dataclass(frozen=True)
class CurveStats:
    """What the rules look at. `looks` are (epoch, score, loss) of the held-out rows; a higher score is better."""

    train: tuple[float, ...]  # loss of the training rows, oldest first
    looks: tuple[tuple[float, float, float | None], ...]
    params: Mapping[str, Any]
    is_over: bool
    instant: float | None = None  # score of the instant model on the same rows
    final: float | None = None  # of the finished model: it may search where a look only glances
    metric: str = ""

    @property
    def best(self) -> int:
        """The place of the best look."""
        return max(range(len(self.looks)), key=lambda place: self.looks[place][1])

    @property
    def epochs(self) -> int:
        return int(self.params.get("epochs", 1))


def curve_stats(
    job: Job, curves: Sequence[Points], models: Sequence[TrainedModel], primary: Metric
) -> CurveStats | None:
    """Return what is to be seen of a training, or None while there is too little."""
    known = {curve.name: curve for curve in curves}
    train = known.get("train/loss")
    if train is None or not train.values:
        return None
    score = known.get(f"validation/{primary.name}")
    losses = known.get("validation/loss") or known.get("validation/mse")
    sign = 1.0 if primary.higher_is_better else -1.0
    an_epoch = max(1.0, job.progress.steps / max(1, job.progress.epochs or 1))
    looks: list[tuple[float, float, float | None]] = []
    if score is not None:
        of_step = dict(zip(losses.steps, losses.values, strict=True)) if losses else {}
        for step, value in zip(score.steps, score.values, strict=True):
            looks.append((round(step / an_epoch, 1), sign * value, of_step.get(step)))
    measured = {
        model.kind: sign * model.metrics["validation"][primary.name]
        for model in models
        if primary.name in model.metrics.get("validation", {})
    }
    return CurveStats(
        train=tuple(train.values),
        looks=tuple(looks),
        params=job.params,
        is_over=job.state in (State.SUCCEEDED, State.CANCELLED),
        instant=measured.get("instant"),
        final=measured.get("tuned"),
        metric=primary.called,
    )


def advise(seen: CurveStats) -> list[Advice]:
    """Return what is worth saying, the most urgent first."""
    said: list[Advice] = []
    for rule in (*RULES, _steady):
        if said and rule is _steady:
            break
        said += [each for each in rule(seen) if each.rule not in {other.rule for other in said}]
        if said and said[0].rule in ALONE:
            return said[:1]
    return said[:MOST_SAID]


def _exploding(seen: CurveStats) -> Iterator[Advice]:
    if len(seen.train) < SOME_POINTS:
        return
    recent = statistics.fmean(seen.train[-3:])
    if recent > EXPLODES * max(1e-6, min(seen.train)) and recent > seen.train[0]:
        yield Advice("exploding", _said("exploding"), _rate(seen, 1 / SLOWER, "lower_rate"))


def _flat(seen: CurveStats) -> Iterator[Advice]:
    """A loss that did not move from where it began."""
    if len(seen.train) < SOME_POINTS:
        return
    first, last = (statistics.fmean(part) for part in (seen.train[:4], seen.train[-4:]))
    if first > 0 and (first - last) / first < FLAT and first > 0.05:
        yield Advice("flat", _said("flat"), _rate(seen, FASTER, "higher_rate"))


def _overfitting(seen: CurveStats) -> Iterator[Advice]:
    """Training rows go on getting better while held-out rows get worse."""
    losses = [loss for _, _, loss in seen.looks]
    known = [loss for loss in losses if loss is not None]
    if len(known) < 3 or len(known) < len(losses) or len(seen.train) < 4:
        return
    least = known.index(min(known))
    rise = known[-1] - known[least]
    falls = statistics.fmean(seen.train[-3:]) < statistics.fmean(seen.train[:3])
    if least < len(known) - 2 and rise > OVERFIT_RISE * known[least] and falls:
        epoch = max(1, round(seen.looks[least][0]))
        args: dict[str, Arg] = {"epoch": epoch, "percent": round(100 * rise / known[least])}
        yield Advice("overfitting", Message("coach.overfitting", args), _stop_early(seen, epoch))


def _as_good(seen: CurveStats) -> Iterator[Advice]:
    """The instant model is as good, so that the rest is not worth its time."""
    if seen.instant is None or len(seen.looks) < LOOKS_BEFORE_STOP:
        return
    best = seen.looks[seen.best][1] if seen.final is None else seen.final
    rising = seen.best == len(seen.looks) - 1
    if best > seen.instant + AS_GOOD or (rising and not seen.is_over) or _ended_early(seen):
        return
    args: dict[str, Arg] = {
        "metric": seen.metric, "instant": round(abs(seen.instant), 3), "best": round(abs(best), 3),
    }  # fmt: skip
    if seen.is_over:
        yield Advice("as_good", Message("coach.as_good_over", args))
    else:
        stop = Apply(_said("apply_stop"), "stop")
        yield Advice("as_good", Message("coach.as_good", args), stop)


def _best_epoch(seen: CurveStats) -> Iterator[Advice]:
    """Which epoch was best, and what came after it."""
    if len(seen.looks) < 3:
        return
    after = len(seen.looks) - 1 - seen.best
    epoch, best, _ = seen.looks[seen.best]
    if (
        after < 2
        or (seen.is_over and epoch == 0)
        or (seen.is_over and after / len(seen.looks) < 0.34)
    ):
        return
    args: dict[str, Arg] = {
        "epoch": epoch, "after": after, "metric": seen.metric, "best": round(abs(best), 3),
        "last": round(abs(seen.looks[-1][1]), 3),
    }  # fmt: skip
    is_lost = (
        seen.is_over and seen.final is None
    )  # of a training that somebody ended nothing is kept
    yield Advice("best_epoch", Message(f"coach.best_epoch{'_lost' if is_lost else ''}", args))


def _under_trained(seen: CurveStats) -> Iterator[Advice]:
    """It was still getting better when it ended."""
    if _ended_early(seen):
        more = max(1, seen.epochs // 2)
        apply = Apply(Message("coach.apply_further", {"epochs": more}), "further", epochs=more)
        yield Advice("under_trained", _said("under_trained"), apply)


def _ended_early(seen: CurveStats) -> bool:
    if not seen.is_over or len(seen.looks) < 2 or seen.best != len(seen.looks) - 1:
        return False
    before, last = seen.looks[-2][1], seen.looks[-1][1]
    return last - before > UNDER * max(1e-6, abs(last))


def _no_better(seen: CurveStats) -> Iterator[Advice]:
    """Of a training that is measured before its first step, no epoch was better than that."""
    if seen.is_over and len(seen.looks) >= 2 and seen.looks[seen.best][0] == 0:
        args: dict[str, Arg] = {"metric": seen.metric, "best": round(abs(seen.looks[0][1]), 3)}
        more = max(1, seen.epochs)
        apply = Apply(Message("coach.apply_further", {"epochs": more}), "further", epochs=more)
        yield Advice("no_better", Message("coach.no_better", args), apply)


def _steady(seen: CurveStats) -> Iterator[Advice]:
    """Nothing is wrong, which is worth a sentence as well."""
    if len(seen.looks) >= 2:
        epoch, best, _ = seen.looks[seen.best]
        args: dict[str, Arg] = {"epoch": epoch, "metric": seen.metric, "best": round(abs(best), 3)}
        yield Advice("steady", Message(f"coach.steady{'_over' if seen.is_over else ''}", args))


Rule = Callable[[CurveStats], Iterator[Advice]]
RULES: tuple[Rule, ...] = (
    _exploding, _as_good, _flat, _overfitting, _under_trained, _no_better, _best_epoch,
)  # fmt: skip
ALONE = frozenset({"exploding", "flat"})


def _rate(seen: CurveStats, factor: float, key: str) -> Apply | None:
    rate = seen.params.get("learning_rate")
    if rate is None:
        return None
    fresh = min(MOST_RATE, float(f"{rate * factor:.2g}"))
    label = Message(f"coach.apply_{key}", {"learning_rate": f"{fresh:g}"})
    return Apply(label, changes={"learning_rate": fresh})


def _stop_early(seen: CurveStats, epoch: int) -> Apply | None:
    """Return a training that ends by itself soon after its best epoch; one that runs keeps its best weights anyhow."""
    if not seen.is_over:
        return None
    if "patience" in seen.params and not seen.params["patience"]:
        return Apply(_said("apply_patience"), changes={"patience": 2})
    return Apply(Message("coach.apply_fewer", {"epochs": epoch}), changes={"epochs": epoch})


def _said(key: str) -> Message:
    return Message(f"coach.{key}")
