"""Image classification, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.images import baseline
from bigmodel.training.images.recipe import ImageParams
from bigmodel.training.loop.recipe import picture_side


class ImageClassification:
    """Probabilities of classes for pictures. Torch is imported only when a fine-tuned model is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        baseline.train_instant(data, _settings(params), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        settings = _settings(params)
        side = picture_side(settings.pixels, len(data.train))
        settings = settings.model_copy(update={"pixels": side})
        if base.kind == "features":
            from bigmodel.training.images import frozen

            return frozen.train(data, settings, base, folder, report)
        from bigmodel.training.images import finetune

        return finetune.train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if baseline.is_instant(folder):
            return baseline.load_baseline(folder)
        from bigmodel.training.images.predictor import load_model

        return load_model(folder)

    def write_onnx(self, model: Path, folder: Path) -> float:
        from bigmodel.training.images.alone import Body
        from bigmodel.training.portable import noise, write_onnx

        body = Body(model)
        return write_onnx(body, [{"pictures": noise(1, 3, body.side, body.side)}], folder)


def _settings(params: Params) -> ImageParams:
    return ImageParams.model_validate(params.model_dump())


ENGINE: Engine = ImageClassification()
