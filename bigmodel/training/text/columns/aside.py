"""The reporter of a training beside the one that counts: it can be stopped as that one, and leaves no curve and no checkpoint."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bigmodel.core.message import Arg, Level
from bigmodel.core.task import Checkpoint, Reporter


@dataclass
class Aside:
    """Passes steps on as those of a phase of their own; `spent_s` counts from its beginning."""

    report: Reporter
    folder: Path
    began: float = field(default_factory=time.monotonic)

    @classmethod
    @contextmanager
    def begun(cls, report: Reporter, name: str) -> "Iterator[Aside]":
        """Yield a reporter whose checkpoints are gone when the training is over; the log says what it is of."""
        report.note("training.note.apart", column=name)
        with tempfile.TemporaryDirectory() as folder:
            yield cls(report, Path(folder))

    def step(
        self,
        *,
        phase: str,  # noqa: ARG002 - all of it is one phase
        step: int,
        steps: int,
        epoch: float = 0.0,
        epochs: int = 0,
        examples_per_s: float = 0.0,
        left_s: float | None = None,
    ) -> None:
        self.report.step(
            phase="apart",
            step=step,
            steps=steps,
            epoch=epoch,
            epochs=epochs,
            examples_per_s=examples_per_s,
            left_s=left_s,
        )

    def points(self, step: int, values: Mapping[str, float]) -> None:
        """Curves are those of the model that is kept."""

    def sample(self, step: int, name: str, content: bytes) -> None:
        """Samples likewise."""

    def note(self, key: str, level: Level = "info", **args: Arg) -> None:
        """What is said of one training would be read as said of the other."""

    def is_checkpoint_due(self) -> bool:
        return False

    def checkpoint_folder(self, step: int) -> Path:
        place = self.folder / str(step)
        place.mkdir(exist_ok=True)
        return place

    def checkpoint(self, step: int) -> None:
        """It is never gone on from."""

    @property
    def spent_s(self) -> float:
        return time.monotonic() - self.began

    @property
    def measured_s(self) -> float:
        return 0.0

    @property
    def resume(self) -> Checkpoint | None:
        return None
