"""Marking words (token classification), the light half: what the task is; it must never import torch.

A row as a person brings it:    text: "Ann lives in Rome."    entities: [[0, 3, "PERSON"], [13, 17, "PLACE"]]
What the trained model answers: Ann (PERSON, 97 %), Rome (PLACE, 95 %)
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.loop.recipe import TagParams


def fit(summary: Summary) -> float:
    """Return 1 where words are marked."""
    return float(summary.medium == Medium.TEXT and summary.target == "spans")


TASK = Task(
    name="token_classification",
    medium=Medium.TEXT,
    answer="spans",
    target="spans",
    params=TagParams,
    primary="entity_f1",
    must_gain=True,
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.token_classification.engine",
    has_onnx=True,
)
