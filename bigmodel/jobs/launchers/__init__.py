"""Ways to start a worker, one a module, found by looking: a module with a function `create` is a launcher."""

import importlib
from pathlib import Path

from bigmodel.jobs.launchers.base import Launcher
from bigmodel.settings import Settings


def find_launchers(settings: Settings) -> list[Launcher]:
    """Return the launchers of this package and of further folders, the one to ask first at the beginning."""
    folders = (Path(__file__).parent, *settings.launcher_folders)
    __path__.extend(str(folder) for folder in folders if str(folder) not in __path__)
    names = sorted({path.stem for folder in folders for path in folder.glob("[a-z]*.py")})
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found: list[Launcher] = [m.create(settings) for m in modules if hasattr(m, "create")]
    return sorted(found, key=lambda launcher: launcher.order)
