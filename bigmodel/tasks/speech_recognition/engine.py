"""Speech recognition, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training import speech_instant
from bigmodel.training.speech_recipe import SpeechParams


class SpeechRecognition:
    """Transcripts of recordings. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:  # noqa: ARG002 - it has no settings
        speech_instant.train_instant(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        settings = SpeechParams.model_validate(params.model_dump())
        from bigmodel.training import speech, speech_whisper

        train = speech_whisper.train if speech_whisper.is_writer(base.folder) else speech.train
        train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if speech_instant.is_instant(folder):
            return speech_instant.load_instant(folder)
        from bigmodel.training import speech, speech_whisper

        if speech_whisper.is_writer(folder):
            return speech_whisper.load_model(folder)
        return speech.load_model(folder)


ENGINE: Engine = SpeechRecognition()
