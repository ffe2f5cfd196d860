"""Answers in a passage (extractive question answering), the light half: what the task is; it must never import torch.

A row as a person brings it:    context: "Ann lives in Rome."    question: "Where does Ann live?"    answer: "Rome"
What the trained model answers: Rome (93 %), marked in the passage, then two further candidates
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.loop.recipe import ExtractParams


def fit(summary: Summary) -> float:
    """Return 1 where answers stand in passages."""
    return float(summary.medium == Medium.TEXT and summary.target == "extracted")


TASK = Task(
    name="question_answering",
    medium=Medium.TEXT,
    answer="extracted",
    target="extracted",
    params=ExtractParams,
    primary="f1",
    must_gain=True,
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.question_answering.engine",
    inputs=("context", "question"),
    fewest_to_tune=200,
    has_onnx=True,
)
