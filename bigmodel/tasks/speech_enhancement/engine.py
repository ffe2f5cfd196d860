"""Speech enhancement, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.denoising import baseline
from bigmodel.training.denoising.recipe import EnhanceParams


class SpeechEnhancement:
    """Clearer recordings. Torch is imported only when a trained network is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:  # noqa: ARG002 - it has no settings
        baseline.train_instant(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.denoising import finetune

        settings = EnhanceParams.model_validate(params.model_dump())
        finetune.train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if baseline.is_instant(folder):
            return baseline.load_baseline(folder)
        from bigmodel.training.denoising import finetune

        return finetune.load_model(folder)


ENGINE: Engine = SpeechEnhancement()
