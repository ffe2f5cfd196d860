"""Weights that come without a configuration: a limited child tells what they are, and writes them as safetensors with one."""

from collections.abc import Collection
from pathlib import Path

from bigmodel.base_models.child import records
from bigmodel.core.errors import ModelError
from bigmodel.environment import bare_environment
from bigmodel.settings import Settings

CONVERTER, LAYOUT = "bigmodel.training.conversion", "detection.anchors.bare"
CONVERT_S = 300.0
ENDING = ".safetensors"
SETTINGS = (".json", "vocab.txt", "merges.txt")  # of a model of Transformers
CAP = 1_000_000_000  # bytes


def bare_weights(names: Collection[str]) -> str | None:
    """Return the one file of weights that no other file of a model lies beside, or None."""
    found = [name for name in names if name.lower().endswith(ENDING)]
    is_alone = len(found) == 1 and not any(name.endswith(SETTINGS) for name in names)
    return found[0] if is_alone else None


def convert_bare(path: Path, model: Path, settings: Settings) -> None:
    """Write the weights of a file into the folder of a model, with what they are of.

    Raises:
        ModelError: `model_bare_unknown` or `model_files_big`.
    """
    size = path.stat().st_size
    if size > CAP:
        raise ModelError("model_files_big", gb=round(size / 1e9, 1), limit_gb=CAP // 10**9)
    request = {
        "name": path.name[:80], "converter": LAYOUT, "file": str(path.resolve()), "folder": str(model.resolve()),
    }  # fmt: skip
    log = settings.run / "conversion.log"
    try:
        said = records(CONVERTER, request, log, environment=bare_environment(), limit_s=CONVERT_S)
        is_done = any("result" in record for record in said)
    except ModelError as error:
        raise ModelError("model_bare_unknown", file=path.name[:80]) from error
    if not is_done:
        raise ModelError("model_bare_unknown", file=path.name[:80])
