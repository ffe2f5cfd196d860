"""The folder of bases that people fetched or imported: one folder each, complete or absent; nothing is checked here.

bases/<slug>/base.json      what it is, and the sha256 and size of each file
bases/<slug>/model/…        only files that passed the check
"""

import json
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bigmodel.base_models.package import sha256_of, write_json
from bigmodel.core.model import Base

RECORD = "base.json"
MODEL = "model"


def slug_of(name: str) -> str:
    """Return the folder name of a base: `google-bert/bert-base-chinese` is `google-bert--bert-base-chinese`."""
    slug = re.sub(r"[^\w.-]+", "-", name.replace("/", "--")).strip(".-")
    return slug[:100] or "base"


def place(bases: Path, name: str) -> Path:
    """Return where a base lies, or would lie."""
    return bases / slug_of(name)


def remove(bases: Path, name: str) -> None:
    """Delete a base: it is gone in one step, its files a moment later."""
    gone = bases / f".gone-{slug_of(name)}"
    shutil.rmtree(gone, ignore_errors=True)
    with suppress(FileNotFoundError):
        place(bases, name).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def seal(folder: Path, base: Base) -> None:
    """Write what a base is, and the digests of its files, beside its files."""
    files = {
        path.relative_to(folder / MODEL).as_posix(): {
            "sha256": sha256_of(path),
            "size": path.stat().st_size,
        }
        for path in sorted((folder / MODEL).rglob("*"))
        if path.is_file()
    }
    write_json(folder / RECORD, {"v": 1, "base": to_record(base), "files": files})


def find(bases: Path, name: str) -> Path | None:
    """Return the folder of a base's files if all of them are here with the size they had."""
    folder = place(bases, name)
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if record["base"]["name"] != name:
        return None
    sizes = {file: about["size"] for file, about in record["files"].items()}
    model = folder / MODEL
    is_whole = all(
        (model / file).is_file() and (model / file).stat().st_size == size
        for file, size in sizes.items()
    )
    return model if is_whole else None


def digests(bases: Path, name: str) -> dict[str, str] | None:
    """Return the digests of a base's files as they were when they came, or None when it is not there."""
    if find(bases, name) is None:
        return None
    record = json.loads((place(bases, name) / RECORD).read_text("utf-8"))
    return {file: str(about["sha256"]) for file, about in record["files"].items()}


def read(bases: Path, name: str) -> Base | None:
    """Return what a base on the shelf is, or None when it is not there."""
    try:
        record = json.loads((place(bases, name) / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    base = from_record(record["base"])
    return base if base.name == name else None


def to_record(base: Base) -> dict[str, Any]:
    """Return a base as plain JSON values."""
    return {**asdict(base), "languages": list(base.languages), "presets": {}}


def from_record(record: Mapping[str, Any]) -> Base:
    """Return the base of a record."""
    known = {key: record[key] for key in Base.__dataclass_fields__ if key in record}
    lists = {name: tuple(known.get(name, ())) for name in ("languages", "idle")}
    return Base(**{**known, **lists})
