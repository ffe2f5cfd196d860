"""Speaker recognition, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.speaker import recognition
from bigmodel.training.speaker.recipe import SpeakerParams
from bigmodel.training.speaker.takes import Ear


class SpeakerRecognition:
    """Who speaks in recordings. Torch is imported only where an encoder is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        recognition.train_instant(data, _settings(params), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.speaker import encoders

        encoders.train(data, _settings(params), base, folder, report)

    def load(self, folder: Path) -> Predictor:
        return recognition.load(folder, _ear_of)


def _ear_of(kind: str, folder: Path) -> Ear:
    from bigmodel.training.speaker import encoders

    return encoders.ear_of(kind, folder)


def _settings(params: Params) -> SpeakerParams:
    return SpeakerParams.model_validate(params.model_dump())


ENGINE: Engine = SpeakerRecognition()
