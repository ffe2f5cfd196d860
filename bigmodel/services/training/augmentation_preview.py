"""Has the variations of somebody's own pictures drawn by a short child, once for each setting; it keeps no picture for long."""

import hashlib
import json
import logging
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bigmodel.children import start
from bigmodel.core.datasets.dataset import Version
from bigmodel.core.ids import new_id
from bigmodel.core.task import Medium
from bigmodel.data.versions.versions import MEDIA, load_rows
from bigmodel.environment import environment
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

PICTURES = 4
WAIT_S = 60.0
MATTERS = ("augmentation", "augmentation_strength", "mixing", "seed")


def can_augment(version: Version, settings: Mapping[str, Any]) -> bool:
    """Tell whether a training varies pictures."""
    return version.summary.medium == Medium.IMAGE and "augmentation" in settings


def sheet(version: Version, values: Mapping[str, Any], settings: Settings) -> bytes | None:
    """Return a JPEG of some pictures as they are and as epochs will see them, or None where it cannot be drawn."""
    wanted = {name: values[name] for name in MATTERS if values.get(name) is not None}
    said = json.dumps([version.digest, wanted], sort_keys=True)
    folder = settings.scratch / "sheets"
    folder.mkdir(exist_ok=True)
    path = folder / f"{hashlib.sha256(said.encode()).hexdigest()[:32]}.jpg"
    if not path.is_file():
        _draw(_pictures(version, settings), wanted, path, settings)
    return path.read_bytes() if path.is_file() else None


def _pictures(version: Version, settings: Settings) -> list[str]:
    """Return pictures spread over the rows, so that several classes are among them."""
    folder = settings.home / version.folder
    files = load_rows(folder)["input"]
    chosen = [files[place * len(files) // PICTURES] for place in range(min(PICTURES, len(files)))]
    return [str(folder.with_name(MEDIA) / file) for file in chosen]


def _draw(paths: list[str], wanted: Mapping[str, Any], path: Path, settings: Settings) -> None:
    draft = path.with_suffix(f".{new_id()}")
    request = draft.with_suffix(".json")
    try:
        request.write_text(json.dumps({"paths": paths, "params": dict(wanted)}), "utf-8")
        child = start(
            "bigmodel.training.images.preview", str(request), str(draft),
            env=environment(settings, 1), stdout=subprocess.PIPE, outlives=False,
        )  # fmt: skip
        said, _ = child.communicate(timeout=WAIT_S)
        if child.returncode:
            text = said[-1_000:].decode("utf-8", "replace")
            log.warning("a sheet could not be drawn: %s", text)
            return
        draft.replace(path)
    except subprocess.TimeoutExpired:
        log.warning("a sheet took too long")
        child.kill()
        child.communicate()
    finally:
        request.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
