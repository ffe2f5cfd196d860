"""Audio classification, the light half: what the task is; it must never import torch.

A row as a person brings it:    file: "bell/take-07.wav", in a folder named "bell"
What the trained model answers: bell 0.95 · whistle 0.03 · drum 0.02
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.audio.recipe import AudioParams


def fit(summary: Summary) -> float:
    """Return how well recordings with classes suit; those of people less, and anything else not at all."""
    is_sorted = summary.medium == Medium.AUDIO and summary.form == Form.FOLDERS
    if not is_sorted or len(summary.classes) < 2:
        return 0.0
    return 1.0 if summary.target == "label" else 0.5


TASK = Task(
    name="audio_classification",
    medium=Medium.AUDIO,
    answer="label",
    target="label",
    params=AudioParams,
    primary="macro_f1",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.audio_classification.engine",
    demo="voice",
)
