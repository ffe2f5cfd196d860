"""Finds the model files inside an installed package, and checks them; it must never import that package."""

import hashlib
import importlib.util
import json
from pathlib import Path

from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.model import Base

PREFIX = "package:"
WEIGHTS = "model.safetensors"
INSIDE = "model"  # where the files lie when the source names the package alone


def is_installed(base: Base) -> bool:
    """Tell whether the package of the base is here; its weights are not read."""
    folder = find_folder(base.source)
    return folder is not None and (folder / WEIGHTS).is_file()


def package_folder(base: Base, notes: Path) -> Path:
    """Return the folder of the base's files, its weights checked against their sha256.

    The check reads the whole file, so it is remembered in the folder `notes` until the file changes.

    Raises:
        ModelError: `package_missing` or `package_changed`.
    """
    folder = find_folder(base.source)
    if folder is None or not (folder / WEIGHTS).is_file():
        raise ModelError("package_missing", base=base.name, package=_parts(base.source)[0])
    weights = folder / WEIGHTS
    note = notes / f"checked-{base.name}.json"
    if base.sha256 and not _is_noted(note, weights, base.sha256):
        if sha256_of(weights) != base.sha256:
            raise ModelError("package_changed", base=base.name, package=_parts(base.source)[0])
        write_json(note, _facts(weights, base.sha256))
    return folder


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write JSON so that the file is either the old one or the whole new one."""
    beside = path.with_name(f".{path.name}.{new_id()}")
    beside.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
    beside.replace(path)


def _parts(source: str) -> tuple[str, str]:
    package, _, inside = source.removeprefix(PREFIX).partition("/")
    return package.replace("-", "_"), inside


def find_folder(source: str) -> Path | None:
    """Return where an installed package keeps its model, not checked, or None when it is not installed."""
    package, inside = _parts(source)
    if not package.isidentifier() or ".." in inside:
        return None  # a dotted name would import its parents
    spec = importlib.util.find_spec(package)  # of a top-level package: finds it, runs nothing
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / (inside or INSIDE)


def _facts(weights: Path, sha256: str) -> dict[str, object]:
    about = weights.stat()
    return {
        "path": str(weights),
        "size": about.st_size,
        "mtime_ns": about.st_mtime_ns,
        "sha256": sha256,
    }


def _is_noted(note: Path, weights: Path, sha256: str) -> bool:
    try:
        noted = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(noted == _facts(weights, sha256))
