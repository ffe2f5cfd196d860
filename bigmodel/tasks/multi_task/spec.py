"""Several answers to one text (multi-task learning), the light half: what the task is; it must never import torch.

A row as a person brings it:    text: "Charged twice in May."    topic: "billing"    urgency: "4.5"    when: [[17, 20, "DATE"]]
What the trained model answers: billing (93 %), 4.2, and May (DATE, 91 %)
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.loop.recipe import ColumnsParams


def fit(summary: Summary) -> float:
    """Return 1 where somebody chose several columns to learn."""
    return float(summary.medium == Medium.TEXT and summary.target == "columns")


TASK = Task(
    name="multi_task",
    medium=Medium.TEXT,
    answer="columns",
    target="columns",
    params=ColumnsParams,
    primary="mean_score",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.multi_task.engine",
    has_onnx=True,
)
