"""Object detection, the light half: what the task is; it must never import torch.

A row as a person brings it:    a photo, and boxes around what it shows: raccoon at 81, 88 to 522, 408
What the trained model answers: 1 raccoon, its box drawn on the photo, 0.87
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.detection.recipe import DetectionParams


def fit(summary: Summary) -> float:
    """Return 1 for pictures with boxes."""
    return float(summary.medium == Medium.IMAGE and summary.target == "boxes")


TASK = Task(
    name="object_detection",
    medium=Medium.IMAGE,
    answer="boxes",
    target="boxes",
    params=DetectionParams,
    primary="map",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.object_detection.engine",
    demo="image",
    fewest_to_tune=20,
    guesses_first=True,
    has_onnx=True,
)
