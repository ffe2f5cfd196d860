"""Speech synthesis, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import INSTANT, BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.synthesis import instant


class SpeechSynthesis:
    """A voice of one's own, of pieces of its recordings. Torch is imported only where somebody listens."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:  # noqa: ARG002 - it has no settings
        instant.train(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        if base.kind != INSTANT:  # no other voice is offered
            raise ModelError("base_missing", base=base.name)
        self.train_instant(data, params, folder, report)

    def load(self, folder: Path) -> Predictor:
        return instant.load(folder)


ENGINE: Engine = SpeechSynthesis()
