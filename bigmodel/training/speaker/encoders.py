"""The ears that need torch: the frozen GE2E encoder, or a network that learned to tell the people of a project apart."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from bigmodel.base_models.package import WEIGHTS
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.audio import finetune
from bigmodel.training.audio.features import level
from bigmodel.training.audio.windows import AudioPredictor
from bigmodel.training.frozen.cache import say_to
from bigmodel.training.speaker.ge2e import WIDTH, load_encoder
from bigmodel.training.speaker.recipe import SpeakerParams
from bigmodel.training.speaker.recognition import NET, without_strangers, write_profiles
from bigmodel.training.speaker.takes import BothEars, Ear
from bigmodel.training.speaker.voice import Floats

GE2E = "ge2e"


class NetEar:
    """What a trained network makes of speech before it decides."""

    def __init__(self, predictor: AudioPredictor) -> None:
        self._predictor = predictor

    def vectors(self, sounds: Sequence[Floats]) -> list[Floats]:
        """Return the mean of what is heard in the windows of each speech."""
        taken = [self._predictor.frontend.take(level(sound)) for sound in sounds]
        heard = self._predictor.hear(taken) if taken else []
        return [one.features.mean(axis=0) for one in heard]


def train(
    data: TaskData, params: SpeakerParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Enrol people by a frozen encoder, or by a network that is trained on them first."""
    report.step(phase="load", step=0, steps=0)
    if base.kind != "features":
        finetune.train(without_strangers(data), params, base, folder, report)

        def say(_step: int, _steps: int) -> None:
            report.step(phase="evaluate", step=0, steps=0)

        ear = BothEars(ear_of(NET, folder))
        write_profiles(data, params, ear, NET, folder=folder, report=report, say=say)
        return
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    shutil.copyfile(base.folder / WEIGHTS, folder / WEIGHTS)
    try:
        ear = BothEars(ear_of(GE2E, folder))
    except (KeyError, RuntimeError) as error:
        reason = str(error)[:300]
        raise ModelError("base_cannot_be_loaded", base=base.name, reason=reason) from error
    say_it = say_to(report)
    write_profiles(data, params, ear, GE2E, folder=folder, report=report, say=say_it, encoded=WIDTH)


def ear_of(kind: str, folder: Path) -> Ear:
    """Return what hears for a kind of model."""
    if kind == GE2E:
        return load_encoder(folder / WEIGHTS)
    return NetEar(finetune.load_model(folder))
