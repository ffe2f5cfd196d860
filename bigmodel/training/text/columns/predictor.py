"""What a fine-tuned model of several columns answers to texts; it trains nothing."""

from torch import Tensor

from bigmodel.training.text.columns.apart import ColumnsAnswers
from bigmodel.training.text.columns.heads import scores_of
from bigmodel.training.text.predictor import TextPredictor


class ColumnsPredictor(ColumnsAnswers, TextPredictor):
    """A fine-tuned model that answers every column."""

    @property
    def parameters(self) -> int:
        """How many numbers it consists of."""
        return sum(weights.numel() for weights in self._model.parameters())

    def _scores(self, raw: Tensor) -> list[list[float]]:
        return scores_of(raw.double().numpy(), self.heads)
