"""Several answers to one text, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.loop.recipe import ColumnsParams
from bigmodel.training.text.columns import instant


class MultiTask:
    """A class, a number or marked words in each of several columns. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        instant.train(data, _settings(params), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.text.columns import finetune

        finetune.train(data, _settings(params), base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load(folder)
        from bigmodel.training.text.columns import finetune

        return finetune.load(folder)

    def write_onnx(self, model: Path, folder: Path) -> float:
        from bigmodel.training.portable import write_reader
        from bigmodel.training.text.columns import finetune

        return write_reader(model, folder, finetune.network_of(model))


def _settings(params: Params) -> ColumnsParams:
    return ColumnsParams.model_validate(params.model_dump())


ENGINE: Engine = MultiTask()
