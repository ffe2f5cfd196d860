"""The network of a trained model as ONNX, made and compared with torch in a child; it must never import either here."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import Task
from bigmodel.services.datasets.checkup import Run
from bigmodel.services.labelling.child import found_by
from bigmodel.settings import Settings

CHILD = "bigmodel.jobs.portable"
NETWORKS = "bigmodel.training.standalone.networks."
# What stands in a program for the network and the tokenizer that need torch, by name.
WITHOUT_TORCH = {"Body": f"{NETWORKS}session", "tokenizer_of": f"{NETWORKS}plain_tokens"}
BROKEN = "errors.reader_broken"  # of any child that ends without a word
WEIGHTS = "model.safetensors"  # which the network holds


def has_onnx(task: Task, model: TrainedModel) -> bool:
    """Tell whether a model is a network that can leave torch."""
    return task.has_onnx and model.kind == "tuned"


@contextmanager
def written(settings: Settings, task: Task, model: TrainedModel) -> Iterator[tuple[Path, float]]:
    """Lend the network as a file, and how far its answers differ from torch at most, as a share of the largest number.

    Raises:
        ModelError: `onnx_not_offered`, `onnx_no_network`, `onnx_not_written`, `onnx_differs`.
    """
    if model.kind != "tuned":
        raise ModelError("onnx_no_network")
    if not task.has_onnx:
        raise ModelError("onnx_not_offered")
    place = settings.scratch / f"onnx-{new_id()}"
    place.mkdir(mode=0o700, parents=True)
    try:
        run = Run(0)
        asked = {"task": task.name, "model": model.folder, "into": str(place)}
        found = found_by(settings, CHILD, asked, run)
        if found is None:
            said = run.error
            if said is None or said.key == BROKEN:
                raise ModelError("onnx_not_written", reason="–")
            raise ModelError(said.key.removeprefix("errors."), **said.args)
        yield place / "model.onnx", float(found["difference"])
    finally:
        shutil.rmtree(place, ignore_errors=True)
