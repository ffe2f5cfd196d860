"""Text regression, the light half: what the task is; it must never import torch.

A row as a person brings it:    text: "Two rooms, bright, near the station."    value: "1450"
What the trained model answers: 1438.2
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.loop.recipe import TextParams


def fit(summary: Summary) -> float:
    """Return how much the target looks like numbers on a scale rather than names of classes."""
    if summary.medium != Medium.TEXT:
        return 0.0
    if summary.number_share < 0.95 or len(summary.classes) < 2:
        return 0.0
    return 0.9 if len(summary.classes) > 10 else 0.2


TASK = Task(
    name="text_regression",
    medium=Medium.TEXT,
    answer="number",
    target="number",
    params=TextParams,
    primary="mse",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.text_regression.engine",
    has_onnx=True,
)
