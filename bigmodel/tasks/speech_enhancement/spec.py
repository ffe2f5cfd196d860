"""Speech enhancement, the light half: what the task is; it must never import torch.

A row as a person brings it:    noisy/take-07.wav and clean/take-07.wav, or a clean recording that noise is mixed into
What the trained model answers: the recording with less noise
"""

from pathlib import Path

from bigmodel.core.datasets.dataset import Form, Summary
from bigmodel.core.task import Medium, Task
from bigmodel.training.denoising.recipe import EnhanceParams


def fit(summary: Summary) -> float:
    """Return 1 for recordings with a clean twin each, 0 for anything else."""
    is_paired = summary.medium == Medium.AUDIO and summary.form == Form.PAIRED
    return 1.0 if is_paired else 0.0


TASK = Task(
    name="speech_enhancement",
    medium=Medium.AUDIO,
    answer="enhanced",
    target="clean",
    params=EnhanceParams,
    primary="si_sdr_improvement",
    folder=Path(__file__).parent,
    fit=fit,
    engine="bigmodel.tasks.speech_enhancement.engine",
    demo="voice",
    fewest_to_tune=20,  # pieces are mixed anew in every epoch
)
