"""Text classification, the light half: what the task is; it must never import torch.

A row as a person brings it:    text: "The soup was cold again."    label: "complaint"
What the trained model answers: complaint 0.94 · praise 0.04 · question 0.02
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.loop.recipe import TextParams

MANY_CLASSES = 200  # beyond this a column is hardly a set of classes


def fit(summary: Summary) -> float:
    """Return how much the target looks like classes: few of them, each with several rows."""
    count = len(summary.classes)
    is_text = summary.medium == Medium.TEXT
    if not is_text or not 2 <= count <= max(MANY_CLASSES, summary.usable_rows // 2):
        return 0.0
    repeats = 1.0 - count / max(1, summary.usable_rows)
    looks_numeric = summary.number_share > 0.95 and count > 10
    return repeats * (0.3 if looks_numeric else 1.0)


TASK = Task(
    name="text_classification",
    medium=Medium.TEXT,
    answer="label",
    target="label",
    params=TextParams,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.text_classification.engine",
    has_onnx=True,
)
