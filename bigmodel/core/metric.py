"""The measures the house knows: which way is better, in which unit, and how they are written; it measures nothing.

A new metric is a function that measures it, a line here, and its words at `pages.results.measures.<name>`. One of
a task's own is a line in the task's or its answer type's `metrics` instead, with the key of its words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One measure. `is_share`: from 0 to 1 (errors by words may exceed it), written as per cent."""

    name: str
    higher_is_better: bool = True
    is_share: bool = True
    has_target_unit: bool = False  # in the unit of the target, or its square
    short: str = ""  # what the field calls it, the same in every language
    words: str = ""  # key of its name, where the name is not among those of the house

    @property
    def title(self) -> str:
        """The key of its name."""
        return self.words or f"pages.results.measures.{self.name}"

    @property
    def called(self) -> str:
        """What a sentence calls it: its short name, else the key of its name."""
        return self.short or self.title

    def is_better(self, value: float, than: float) -> bool:
        """Tell whether a value is strictly better than another."""
        return value > than if self.higher_is_better else value < than

    def text(self, value: float) -> str:
        """Return a value as people read it."""
        return f"{100 * value:.1f} %" if self.is_share else f"{value:,.4g}"

    def interval(self, low: float, high: float) -> str:
        """Return the ends of an interval as people read them."""
        if self.is_share:
            return f"{100 * low:.1f} – {100 * high:.1f} %"
        return f"{low:,.4g} – {high:,.4g}"


def _catalogue(metrics: Iterable[Metric]) -> Mapping[str, Metric]:
    return {metric.name: metric for metric in metrics}


METRICS = _catalogue(
    [
        Metric("accuracy"),
        Metric("balanced_accuracy"),
        Metric("macro_f1", short="macro-F1"),
        Metric("roc_auc", is_share=False),
        Metric("roc_auc_micro", is_share=False),
        Metric("log_loss", higher_is_better=False, is_share=False),
        Metric("mse", higher_is_better=False, is_share=False, has_target_unit=True),
        Metric("rmse", higher_is_better=False, is_share=False, has_target_unit=True),
        Metric("mae", higher_is_better=False, is_share=False, has_target_unit=True, short="MAE"),
        Metric("r2", is_share=False, short="R²"),
        Metric("wer", higher_is_better=False, short="WER"),
        Metric("cer", higher_is_better=False, short="CER"),
        *(
            Metric(name, higher_is_better=False)
            for name in ("substitutions", "deletions", "insertions")
        ),
    ]
)


def metric(name: str, own: Iterable[Metric] = ()) -> Metric:
    """Return a measure by name, among a task's own first; one that is not listed is a share, and more of it is better."""
    return next((one for one in own if one.name == name), None) or METRICS.get(name) or Metric(name)
