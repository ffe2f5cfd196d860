"""Turns the name of a base into a checked local folder for a worker; it must never reach the network."""

from bigmodel.base_models import shelf, wheels
from bigmodel.base_models.catalogue import read_models
from bigmodel.base_models.package import PREFIX, package_folder
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Task
from bigmodel.settings import Settings


def locate(name: str, task: Task, settings: Settings) -> BaseFiles:
    """Return the files of a base, for `attempt.json`; bases that need none have no folder.

    Raises:
        ModelError: `base_missing` when its files are not here, `base_needs_gpu`, `package_missing` or
            `package_changed` when those of an installed package are not as they should be.
    """
    base = {base.name: base for base in read_models(task.folder)}.get(name)
    if base is not None and base.encoder:
        if folder := wheels.find(settings.bases, base.encoder):
            return BaseFiles(name, base.kind, folder)
        raise ModelError("base_missing", base=base.encoder)
    imported = shelf.read(settings.bases, name)
    if base is not None and (base.kind != "wheel" or imported is None):
        if base.source.startswith(PREFIX):
            return BaseFiles(name, base.kind, package_folder(base, settings.bases))
        if base.kind != "wheel":
            return BaseFiles(name, base.kind)
        if folder := wheels.find(settings.bases, name):
            return BaseFiles(name, base.kind, folder)
    folder = shelf.find(settings.bases, name)
    if imported is None or folder is None:
        raise ModelError("base_missing", base=name)
    if imported.needs_gpu and not settings.gpu:
        raise ModelError("base_needs_gpu")
    return BaseFiles(name, imported.kind, folder)
