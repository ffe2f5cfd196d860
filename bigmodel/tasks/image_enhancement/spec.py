"""Image enhancement, the light half: what the task is; it must never import torch.

A row as a person brings it:    a clear photo; or a small, noisy or blurry one, and the clear photo of the same name
What the trained model answers: the picture two, three or four times as large, or as large as it was and cleaner
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.enhancement.recipe import EnhanceParams


def fit(summary: Summary) -> float:
    """Return 1 for pictures that stand beside what they should look like."""
    return float(summary.medium == Medium.IMAGE and summary.target == "picture")


TASK = Task(
    name="image_enhancement",
    medium=Medium.IMAGE,
    answer="picture",
    target="picture",
    params=EnhanceParams,
    primary="psnr",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.image_enhancement.engine",
    demo="image",
    fewest_to_tune=20,
    guesses_first=True,
    rows_for_scratch=20,
    has_onnx=True,
)
