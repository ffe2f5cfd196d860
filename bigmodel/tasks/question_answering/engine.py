"""Answers in a passage, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.loop.recipe import ExtractParams
from bigmodel.training.text.extraction import instant


class QuestionAnswering:
    """Words of a passage that answer a question. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(
        self,
        data: TaskData,
        params: Params,  # noqa: ARG002 - it has no settings
        folder: Path,
        report: Reporter,
    ) -> None:
        instant.train(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.text.extraction import finetune

        settings = ExtractParams.model_validate(params.model_dump())
        finetune.train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load(folder)
        from bigmodel.training.text.extraction import finetune

        return finetune.load(folder)

    def write_onnx(self, model: Path, folder: Path) -> float:
        from bigmodel.training.portable import write_reader

        return write_reader(model, folder, "QuestionAnswering")


ENGINE: Engine = QuestionAnswering()
