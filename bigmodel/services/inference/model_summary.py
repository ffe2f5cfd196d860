"""What a written table says of the model behind it: its name, and how often it is right; nothing is measured anew."""

from pathlib import Path

from bigmodel.core.clock import now
from bigmodel.core.errors import ModelError
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import Measure
from bigmodel.metrics.intervals import wilson
from bigmodel.services.inference.summary import About
from bigmodel.services.results.predictions import read_predictions


def about_model(model: TrainedModel, folder: Path) -> About:
    """Return the name of a model, and its accuracy on held-out rows where it chooses between classes."""
    accuracy, is_folded = _accuracy(model, folder)
    return About(
        name=model.name,
        accuracy=accuracy,
        is_folded=is_folded,
        day=f"{now().astimezone():%Y-%m-%d}",
    )


def _accuracy(model: TrainedModel, folder: Path) -> tuple[Measure | None, bool]:
    if not model.labels:
        return None, False
    try:
        answered = read_predictions(folder)
    except ModelError:  # a model of before there were such files
        return None, False
    named = [model.labels[place] for place in answered.scores.argmax(axis=1)]
    right = sum(map(str.__eq__, answered.truth, named))
    return wilson(right, len(answered)), answered.is_folded
