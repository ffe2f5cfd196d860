"""Target kinds, one module each, found by name: nothing outside a kind's module may tell it from the others.

A module with two of one sort holds them as `KINDS`. They lie here, not beside the tasks: an upload is surveyed before anybody has chosen a task.
"""

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bigmodel.core.datasets.dataset import Recipe
from bigmodel.core.errors import NotFoundError
from bigmodel.core.target import TargetKind

HERE = Path(__file__).parent
SHARED = {"__init__", "survey", "twin"}


@cache
def target_kinds() -> Mapping[str, TargetKind]:
    """Return every target kind by name."""
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in SHARED)
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    kinds = [kind for module in modules for kind in getattr(module, "KINDS", (module.KIND,))]
    return {kind.name: kind for kind in kinds}


def target_kind(name: str) -> TargetKind:
    """Return a target kind by name.

    Raises:
        NotFoundError: `target_unknown`, with the known names.
    """
    kinds = target_kinds()
    if name not in kinds:
        raise NotFoundError("target_unknown", target=name, known=", ".join(kinds))
    return kinds[name]


def asked_kind(recipe: Recipe) -> TargetKind | None:
    """Return the kind that a person or the layout of the upload names, None where the values have to tell."""
    if recipe.kind:
        return target_kind(recipe.kind)
    return next((kind for kind in target_kinds().values() if recipe.form in kind.forms), None)
