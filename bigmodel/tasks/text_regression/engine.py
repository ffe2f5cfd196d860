"""Text regression, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.text import baseline


class TextRegression:
    """Numbers for texts. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        baseline.train_regressor(data, _settings(params), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.text import finetune

        finetune.train_regressor(data, _settings(params), base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if baseline.is_instant(folder):
            return baseline.load_baseline(folder)
        from bigmodel.training.text import finetune

        return finetune.load_model(folder)

    def write_onnx(self, model: Path, folder: Path) -> float:
        from bigmodel.training.portable import write_reader

        return write_reader(model, folder, "SequenceClassification")


def _settings(params: Params) -> TextParams:
    return TextParams.model_validate(params.model_dump())


ENGINE: Engine = TextRegression()
