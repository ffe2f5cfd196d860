"""Speech synthesis, the light half: what the task is; it must never import torch.

A row as a person brings it:    file: "take-07.wav"    text: "three seven one"
What the trained model makes:   asked for "one three", a sound that says so, with a note in its file that a model made it
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.loop.recipe import TunedParams

BESIDE = 0.4  # of recordings with texts: writing them down is asked for more often


def fit(summary: Summary) -> float:
    """Return 1 for recordings with texts that were brought for a voice, less for any such recordings."""
    if summary.medium != Medium.AUDIO or summary.form != Form.TRANSCRIPTS:
        return 0.0
    return 1.0 if summary.target == "spoken" else BESIDE


TASK = Task(
    name="speech_synthesis",
    medium=Medium.AUDIO,
    answer="spoken",
    target="spoken",
    params=TunedParams,
    primary="wer_heard",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.speech_synthesis.engine",
    demo="voice",
    fewest_to_tune=20,
    must_reach=0.4,  # whoever hears more words wrong understands no sentence
    rows_for_scratch=300,
    asks_consent=True,
)
