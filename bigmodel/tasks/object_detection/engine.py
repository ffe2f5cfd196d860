"""Object detection, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.detection import instant
from bigmodel.training.detection.recipe import DetectionParams


class ObjectDetection:
    """Boxes with kinds in pictures. Torch is imported only when a trained detector is asked for."""

    def train_instant(
        self,
        data: TaskData,
        params: Params,  # noqa: ARG002 - it has no settings
        folder: Path,
        report: Reporter,
    ) -> None:
        instant.train(data, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        from bigmodel.training.detection import finetune

        settings = DetectionParams.model_validate(params.model_dump())
        finetune.train(data, settings, base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load(folder)
        from bigmodel.training.detection.predictor import load

        return load(folder)

    def write_onnx(self, model: Path, folder: Path) -> float:
        from bigmodel.training.detection import alone
        from bigmodel.training.detection.predictor import has_anchors, has_queries
        from bigmodel.training.detection.queries import alone as queries
        from bigmodel.training.portable import noise, write_onnx

        if has_anchors(
            model
        ):  # it draws boxes over each other until the end, which ONNX would have to do as well
            raise ModelError("onnx_not_offered")
        body = queries.Body(model) if has_queries(model) else alone.Body(model)
        return write_onnx(body, [{"pictures": noise(1, 3, body.side, body.side)}], folder)


ENGINE: Engine = ObjectDetection()
