"""Speech synthesis, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.loop.recipe import TunedParams
from bigmodel.training.synthesis import instant


class SpeechSynthesis:
    """A voice of one's own, of pieces of its recordings or by a network. Torch is imported only for the latter, and where somebody listens."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:  # noqa: ARG002 - it has no settings
        instant.train(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.synthesis.acoustic import finetune

        settings = TunedParams.model_validate(params.model_dump())
        finetune.train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load(folder)
        from bigmodel.training.synthesis.acoustic import finetune

        return finetune.load(folder)


ENGINE: Engine = SpeechSynthesis()
