"""Translation, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.bilingual import baseline
from bigmodel.training.bilingual.recipe import TranslationParams


class TranslationEngine:
    """Translations of texts. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:  # noqa: ARG002 - it has no settings
        baseline.train_instant(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.bilingual import seq2seq

        settings = TranslationParams.model_validate(params.model_dump())
        seq2seq.train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if baseline.is_instant(folder):
            return baseline.load_baseline(folder)
        from bigmodel.training.bilingual import seq2seq

        return seq2seq.load_model(folder)


ENGINE: Engine = TranslationEngine()
