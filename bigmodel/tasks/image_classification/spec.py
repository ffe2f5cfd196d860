"""Image classification, the light half: what the task is; it must never import torch.

A row as a person brings it:    a photo in the folder "tulip"
What the trained model answers: tulip 0.91 · rose 0.06 · daisy 0.02
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.images.recipe import ImageParams


def fit(summary: Summary) -> float:
    """Return 1 for pictures in folders of at least two classes, 0 for anything else."""
    is_sorted = summary.medium == Medium.IMAGE and summary.form == Form.FOLDERS
    return 1.0 if is_sorted and len(summary.classes) > 1 else 0.0


TASK = Task(
    name="image_classification",
    medium=Medium.IMAGE,
    answer="label",
    target="label",
    params=ImageParams,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.image_classification.engine",
    demo="image",
    has_onnx=True,
)
