"""A reporter that remembers what an engine said, and stops it where a test wants; checkpoints are sealed for real."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bigmodel.core.job import Wish
from bigmodel.core.message import Arg, Level
from bigmodel.core.task import Checkpoint, StopRequested
from bigmodel.jobs.worker.seal import seal_with_manifest


@dataclass
class FakeReporter:
    """`stop_at` is an optimiser step; `folder` is where checkpoints go."""

    folder: Path
    stop_at: int | None = None
    wish: Wish = Wish.PAUSE
    resume: Checkpoint | None = None
    spent_s: float = 0.0
    measured_s: float = 0.0
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    steps: list[int] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: list[tuple[int, str]] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def step(
        self,
        *,
        phase: str,
        step: int,
        steps: int,
        epoch: float = 0.0,
        epochs: int = 0,
        examples_per_s: float = 0.0,
        left_s: float | None = None,
    ) -> None:
        self.phases.append(phase)
        self.steps.append(step)
        if self.stop_at is not None and step >= self.stop_at:
            raise StopRequested(self.wish)

    def points(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self.curves.setdefault(name, []).append((step, value))

    def sample(self, step: int, name: str, content: bytes) -> None:
        self.samples.append((step, name))

    def note(self, key: str, level: Level = "info", **args: Arg) -> None:
        self.notes.append(key)

    def is_checkpoint_due(self) -> bool:
        return False

    def checkpoint_folder(self, step: int) -> Path:
        draft = self.folder / f".tmp-{step}"
        draft.mkdir(parents=True)
        return draft

    def checkpoint(self, step: int) -> None:
        final = self.folder / str(step)
        seal_with_manifest(self.folder / f".tmp-{step}", final)
        self.checkpoints.append(Checkpoint(final, step))
