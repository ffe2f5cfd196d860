"""Which of two models is kept, by the validation rows alone; it must never see a test row.

Few rows cannot tell models of nearly the same score apart, and rows that resemble the training rows (the same
speakers, the same camera) flatter a model that learned nothing else. So a difference within chance is no reason to
leave a pre-trained model: it is kept while it is at most one standard error behind (the rule of Breiman et al. 1984),
or is the less surprised by the truths (log loss).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bigmodel.answers import answer_type, metrics_of
from bigmodel.core.answer import Answer
from bigmodel.core.metric import metric
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.task import Task

ERRORS_A_SIDE = 1.96  # standard errors on either side of an interval of 95 %
LOSS = "log_loss"


@dataclass(frozen=True)
class Held:
    """What a model answers on the validation rows, and its measures there."""

    answers: Sequence[Answer]
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Choice:
    """`is_near`: the rows cannot tell the two apart, so that what the models are, or what the task asks, decided it.

    `is_short`: the tuned one does not reach what its task asks. `is_unmeasured`: nobody was there to measure by.
    """

    keeps_tuned: bool
    is_near: bool = False
    is_short: bool = False
    is_unmeasured: bool = False


def choose(
    task: Task, truth: Sequence[str], instant: Held, tuned: Held, *, is_pretrained: bool
) -> Choice:
    """Return which model to keep; a tie of two models that started from nothing keeps the instant one.

    Where the task says so, a tuned model must be better by more than the interval of the difference.
    """
    measure = metric(task.primary, metrics_of(task))
    if not all(measure.name in held.measures for held in (instant, tuned)):
        return Choice(keeps_tuned=False, is_unmeasured=True)
    before, after = (held.measures[measure.name] for held in (instant, tuned))
    if task.must_reach and measure.is_better(task.must_reach, after):
        return Choice(keeps_tuned=False, is_short=True)
    is_better = measure.is_better(after, before)
    if not (is_better and task.must_gain) and (is_better or not is_pretrained):
        return Choice(is_better)
    paired = answer_type(task).compare(truth, tuned.answers, instant.answers)
    compared = _compared(paired, measure.name)
    if compared is None:
        return Choice(keeps_tuned=False)
    found = compared.difference
    is_up = metric(compared.measure, metrics_of(task)).higher_is_better
    low, high = (found.low, found.high) if is_up else (-found.high, -found.low)
    ahead = found.value if is_up else -found.value
    if task.must_gain:
        is_sure = is_better and not low <= 0 <= high
        return Choice(is_sure, is_near=is_better and not is_sure)
    error = (high - low) / 2 / ERRORS_A_SIDE
    is_surer = tuned.measures.get(LOSS, 1.0) < instant.measures.get(LOSS, 0.0)
    is_kept = high >= 0 and (ahead >= -error or is_surer)
    return Choice(is_kept, is_near=is_kept)


def _compared(paired: Paired, name: str) -> Compared | None:
    """Return the comparison by a measure, or by the one that leads where it is not compared."""
    found = [one for one in paired.measures if one.measure == name] or list(paired.measures)
    return found[0] if found else None
