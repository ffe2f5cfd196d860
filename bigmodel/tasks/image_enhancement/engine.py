"""Image enhancement, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.enhancement import instant
from bigmodel.training.enhancement.recipe import EnhanceParams


class ImageEnhancement:
    """Sharper and cleaner pictures. Torch is imported only when a trained network is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        instant.train(data, EnhanceParams.model_validate(params.model_dump()), folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.enhancement import finetune

        settings = EnhanceParams.model_validate(params.model_dump())
        finetune.train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load(folder)
        from bigmodel.training.enhancement.predictor import load

        return load(folder)

    def write_onnx(self, model: Path, folder: Path) -> float:
        from bigmodel.training.enhancement.alone import Body
        from bigmodel.training.portable import noise, write_onnx

        body = Body(model)
        sides = ((20, 24), (33, 27))
        pairs = [[(1, 3, high * n, wide * n) for n in (1, body.scale)] for high, wide in sides]
        examples = [{"given": noise(*given), "plain": noise(*plain)} for given, plain in pairs]
        return write_onnx(body, examples, folder)


ENGINE: Engine = ImageEnhancement()
