"""Making pictures, the heavy half: trains and loads; only workers and serving children import it."""

from pathlib import Path

import numpy as np

from bigmodel.base_models.catalogue import read_models
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Engine, Params, Predictor, Reporter
from bigmodel.training.generation import instant
from bigmodel.training.generation.latent.names import is_latent
from bigmodel.training.generation.maker import measured_side
from bigmodel.training.generation.recipe import GenerationParams


class ImageGeneration:
    """More pictures of a kind. Torch is imported only when a network is asked for."""

    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        settings = _settings(params)
        if settings.base not in {base.name for base in read_models(Path(__file__).parent)}:
            # Measured beside pictures of a base: so it makes some of the size at which those are.
            side = measured_side(settings.tuned_pixels)
            settings = settings.model_copy(update={"pixels": side})
        instant.train(data, settings, folder, report)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        if base.folder is not None:
            from bigmodel.training.generation.latent import tune

            return tune.train(data, _settings(params), base, folder, report)
        if base.name == "pair":
            from bigmodel.training.generation import adversarial

            return adversarial.train(data, _settings(params), base, folder, report)
        from bigmodel.training.generation import flow

        return flow.train(data, _settings(params), base, folder, report)

    def load(self, folder: Path) -> Predictor:
        if instant.is_instant(folder):
            return instant.load(folder)
        from bigmodel.training.generation import adversarial, flow

        if is_latent(folder):
            from bigmodel.training.generation.latent import tune

            return tune.load(folder)
        return adversarial.load(folder) if adversarial.is_pair(folder) else flow.load(folder)

    def write_onnx(self, model: Path, folder: Path) -> float:
        from bigmodel.training.generation import adversarial, net, pair_net
        from bigmodel.training.portable import noise, write_onnx

        if is_latent(model):
            raise ModelError("onnx_not_offered")
        is_pair = adversarial.is_pair(model)
        body = (pair_net if is_pair else net).Body(model)
        known = body.net.classes.num_embeddings  # with that for none
        asked = []
        for rows in (2, 5):
            told = {"classes": np.arange(rows) % known}
            if is_pair:
                asked.append({"noise": noise(rows, pair_net.NOISE)} | told)
            else:
                seen = noise(rows, 3, body.side, body.side)
                asked.append({"pictures": seen, "moments": noise(rows)} | told)
        return write_onnx(body, asked, folder)


def _settings(params: Params) -> GenerationParams:
    return GenerationParams.model_validate(params.model_dump())


ENGINE: Engine = ImageGeneration()
