"""Making pictures, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.generation import instant
from bigmodel.training.generation.recipe import GenerationParams


class ImageGeneration:
    """More pictures of a kind. Torch is imported only when a network is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        instant.train(data, _settings(params), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        if base.name == "pair":
            from bigmodel.training.generation import adversarial

            return adversarial.train(data, _settings(params), base, folder, report)
        from bigmodel.training.generation import flow

        return flow.train(data, _settings(params), base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load(folder)
        from bigmodel.training.generation import adversarial, flow

        return adversarial.load(folder) if adversarial.is_pair(folder) else flow.load(folder)


def _settings(params: Params) -> GenerationParams:
    return GenerationParams.model_validate(params.model_dump())


ENGINE: Engine = ImageGeneration()
