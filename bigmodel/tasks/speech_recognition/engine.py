"""Speech recognition, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.speech import baseline
from bigmodel.training.speech.recipe import SpeechParams


class SpeechRecognition:
    """Transcripts of recordings. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:  # noqa: ARG002 - it has no settings
        baseline.train_instant(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        settings = SpeechParams.model_validate(params.model_dump())
        from bigmodel.training.speech import ctc, whisper

        train = whisper.train if whisper.is_seq2seq(base.folder) else ctc.train
        train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if baseline.is_instant(folder):
            return baseline.load_baseline(folder)
        from bigmodel.training.speech import ctc, whisper

        if whisper.is_seq2seq(folder):
            return whisper.load_model(folder)
        return ctc.load_model(folder)


ENGINE: Engine = SpeechRecognition()
