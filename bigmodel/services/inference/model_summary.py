"""What a written table says of the model behind it: its name, and how often it is right; nothing is measured anew."""

from pathlib import Path

from bigmodel.core.answer import AnswerType
from bigmodel.core.clock import now
from bigmodel.core.errors import ModelError
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import Measure
from bigmodel.metrics.intervals import wilson
from bigmodel.services.inference.summary import About
from bigmodel.services.results.predictions import read_predictions


def about_model(model: TrainedModel, folder: Path, kind: AnswerType) -> About:
    """Return the name of a model, and its accuracy on held-out rows where it chooses between classes."""
    accuracy, is_folded = _accuracy(folder, kind, model.labels)
    return About(
        name=model.name,
        accuracy=accuracy,
        is_folded=is_folded,
        day=f"{now().astimezone():%Y-%m-%d}",
    )


def _accuracy(
    folder: Path, kind: AnswerType, labels: tuple[str, ...]
) -> tuple[Measure | None, bool]:
    if not kind.chooses:
        return None, False
    try:
        answered = read_predictions(folder, kind, labels)
    except ModelError:  # a model of before there were such files
        return None, False
    right = sum(map(str.__eq__, answered.truth, (one.text for one in answered.answers)))
    return wilson(right, len(answered)), answered.is_folded
