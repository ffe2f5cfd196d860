"""Several media in one model (fusion), the light half: what the task is; it must never import torch.

A row as a person brings it:    text: "4 bedrooms, near the park"    photo: "photos/17.jpg"    price: "312000"
What the trained model answers: 298,400, and what the text alone and the photo alone would have said
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.several.recipe import FusionParams


def fit(summary: Summary) -> float:
    """Return 1 where rows were brought to be read whole."""
    return float(summary.target == "fused")


TASK = Task(
    name="fusion",
    medium=Medium.TEXT,
    answer="fused",
    target="fused",
    params=FusionParams,
    primary="quality",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.fusion.engine",
    demo="mixed",
    rows_for_scratch=300,
)
