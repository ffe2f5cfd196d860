"""Speaker recognition, the light half: what the task is; it must never import torch.

A row as a person brings it:    file: "anna/take-07.wav", in a folder named "anna"
What the trained model answers: anna 0.83 (from 0.72 on), or nobody of these
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.speaker.recipe import SpeakerParams


def fit(summary: Summary) -> float:
    """Return how well recordings in folders suit: those of people first; folders alone may be classes of anything."""
    is_sorted = summary.medium == Medium.AUDIO and summary.form == Form.FOLDERS
    if not is_sorted or len(summary.classes) < 2:
        return 0.0
    return 1.0 if summary.target == "speaker" else 0.5


TASK = Task(
    name="speaker_recognition",
    medium=Medium.AUDIO,
    answer="speaker",
    target="speaker",
    params=SpeakerParams,
    primary="eer",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.speaker_recognition.engine",
    demo="voice",
    fewest_to_tune=30,
    rows_for_scratch=1_000,
)
