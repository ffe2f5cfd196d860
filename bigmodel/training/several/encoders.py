"""A frozen encoder of one medium in the place of its fixed features, or beside those of texts; nothing of it is ever trained.

EfficientNet-Lite0 sees pictures, a Whisper hears recordings, MiniLM or E5 reads texts. The files of the encoder go along
with the model.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bigmodel.base_models.package import WEIGHTS, sha256_of
from bigmodel.core.datasets.dataset import COLUMNS, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.audio import frozen as sounds
from bigmodel.training.audio.whisper_encoder import POOLED, load_encoder
from bigmodel.training.frozen.cache import say_to
from bigmodel.training.images import frozen as pictures
from bigmodel.training.several.blocks import PICTURE, SOUND, TEXT
from bigmodel.training.several.columns import cells_of, columns_of
from bigmodel.training.several.model import fit_lines, save, see
from bigmodel.training.several.recipe import FusionParams
from bigmodel.training.several.senses import Sense, plain_senses
from bigmodel.training.text.meaning import TextEncoder

PIXELS = 224
RATE_HZ = 16_000
CONFIG = "config.json"


def train(
    data: TaskData, params: FusionParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fit linear heads on what a frozen encoder makes of its medium beside the fixed features of the others.

    Raises:
        TrainingError: `fusion_without_medium`, no column holds what the encoder takes in.
        ModelError: the files are no encoder of any medium.
    """
    report.step(phase="load", step=0, steps=0)
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    medium = medium_of(base)
    columns = columns_of(data.train.inputs, data.extra.get(COLUMNS, ()))
    if medium not in {column.medium for column in columns}:
        raise TrainingError("fusion_without_medium", base=base.name)
    told: dict[str, Any] = {"medium": medium}
    if medium == SOUND:
        places = [at for at, column in enumerate(columns) if column.medium == SOUND]
        rows = cells_of(data.train.inputs, columns)
        paths = [row[at] for row in rows for at in places if row[at]]
        told["steps"] = round(sounds.window_s(paths, 0.0) * RATE_HZ)
    senses = senses_of(base, told)
    told |= _described(base, told)
    seen = see(data, senses, report, say_to(report))
    report.step(phase="evaluate", step=0, steps=0)
    lines, weights = fit_lines(seen, data, params)
    report.note("training.note.fusion_weights", weights=weights)
    for file in base.folder.iterdir():
        if file.is_file():
            shutil.copyfile(file, folder / file.name)
    save(folder, lines, told)


def senses_of(base: BaseFiles, told: Mapping[str, Any]) -> dict[str, Sense]:
    """Return how files and texts become vectors with an encoder whose files lie in the folder of the base."""
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    return {**plain_senses(), told["medium"]: _sense(base, base.folder, told)}


def _sense(base: BaseFiles, folder: Path, told: Mapping[str, Any]) -> Sense:
    mark = sha256_of(folder / WEIGHTS)[:16]
    if told["medium"] == PICTURE:
        body, side = pictures.load_frozen(base, 2, PIXELS)
        width = int(body.net.num_features)
        return Sense(
            pictures.cache_key(base, side), pictures.FrozenBody(body, side).encode, (width,)
        )
    if told["medium"] == SOUND:
        steps = told["steps"]
        encoder = load_encoder(base, steps)
        key = f"{mark}-{steps}-{sounds.READING}"
        return Sense(key, sounds.encoding(encoder, steps), (POOLED * encoder.size.width,))
    reader = TextEncoder(folder)
    return Sense("", reader.encode, (reader.width,))


def _described(base: BaseFiles, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program without this app must know to build the encoder again."""
    if told["medium"] == PICTURE:
        body, side = pictures.load_frozen(base, 2, PIXELS)
        return {"body": body.about, "side": side}
    if told["medium"] == SOUND:
        return {"encoder": load_encoder(base, told["steps"]).size.to_json()}
    return {}


def medium_of(base: BaseFiles) -> str:
    """Return what an encoder takes in, as its configuration tells.

    Raises:
        ModelError: `base_cannot_be_loaded`.
    """
    try:
        record = json.loads(((base.folder or Path()) / CONFIG).read_text("utf-8"))
    except (OSError, ValueError) as error:
        reason = str(error)[:300]
        raise ModelError("base_cannot_be_loaded", base=base.name, reason=reason) from error
    if "architecture" in record:
        return PICTURE
    return SOUND if record.get("model_type") == "whisper" else TEXT
