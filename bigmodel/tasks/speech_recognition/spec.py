"""Speech recognition, the light half: what the task is; it must never import torch.

A row as a person brings it:    file: "take-07.wav"    text: "打开客厅的灯"
What the trained model answers: 打开客厅的灯, with how certain it is of each word
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.speech.recipe import SpeechParams

BESIDE = 0.5
FEWEST_TO_TUNE = 20  # one recording holds many letters


def fit(summary: Summary) -> float:
    """Return 1 for recordings with a table of what is said in them, less where a voice was asked for, 0 for anything else."""
    if summary.medium != Medium.AUDIO or summary.form != Form.TRANSCRIPTS:
        return 0.0
    return BESIDE if summary.target == "spoken" else 1.0


TASK = Task(
    name="speech_recognition",
    medium=Medium.AUDIO,
    answer="transcript",
    target="text",
    params=SpeechParams,
    primary="wer",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.speech_recognition.engine",
    demo="voice",
    fewest_to_tune=FEWEST_TO_TUNE,
)
