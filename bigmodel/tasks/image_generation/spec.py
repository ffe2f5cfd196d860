"""Making pictures, the light half: what the task is; it must never import torch.

A row as a person brings it:  a photo, with or without the folder "tulip" around it
What the trained model makes: asked for "tulip", small pictures that nobody took, each with a note that says so
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.generation.recipe import GenerationParams

BESIDE = 0.4  # of photos in folders: sorting them is asked for more often


def fit(summary: Summary) -> float:
    """Return 1 for photos of which nothing is said or that were brought to make more of, less for such in class folders."""
    if summary.medium != Medium.IMAGE:
        return 0.0
    if summary.target in ("none", "condition"):
        return 1.0
    return BESIDE if summary.form == Form.FOLDERS else 0.0


TASK = Task(
    name="image_generation",
    medium=Medium.IMAGE,
    answer="made",
    target="condition",
    params=GenerationParams,
    primary="frechet_distance",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.image_generation.engine",
    demo="image",
    fewest_to_tune=100,
    rows_for_scratch=1_000,
    has_onnx=True,
)
