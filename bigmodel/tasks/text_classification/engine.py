"""Text classification, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training import instant
from bigmodel.training.recipe import TextParams


class TextClassification:
    """Probabilities of classes for texts. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        instant.train_classifier(data, _settings(params), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training import text

        text.train_classifier(data, _settings(params), base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load_instant(folder)
        from bigmodel.training import text

        return text.load_model(folder)


def _settings(params: Params) -> TextParams:
    return TextParams.model_validate(params.model_dump())


ENGINE: Engine = TextClassification()
