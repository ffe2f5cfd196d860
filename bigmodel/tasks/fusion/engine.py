"""Several media in one model, the heavy half: trains and loads; only workers and serving children import it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.several import model
from bigmodel.training.several.recipe import FusionParams
from bigmodel.training.several.senses import Sense


class Fusion:
    """Classes or numbers from rows of several media. Torch is imported only where a network is trained."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        model.train_instant(data, _settings(params), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.several import encoders, finetune

        chosen = encoders if base.kind == "features" else finetune
        chosen.train(data, _settings(params), base, folder, report)

    def load(self, folder: Path) -> Predictor:
        return model.load(folder, _senses_of)


def _senses_of(base: BaseFiles, told: Mapping[str, Any]) -> Mapping[str, Sense]:
    from bigmodel.training.several import encoders

    return encoders.senses_of(base, told)


def _settings(params: Params) -> FusionParams:
    return FusionParams.model_validate(params.model_dump())


ENGINE: Engine = Fusion()
