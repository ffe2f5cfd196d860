"""A reporter that times what an engine does; it announces nothing, keeps no checkpoint, and stops at a limit."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bigmodel.core.job import Wish
from bigmodel.core.message import Arg, Level
from bigmodel.core.task import Checkpoint, StopRequested

SLOW_FIRST = 2  # steps that are slower than the rest: memory is found, kernels are chosen


class Stopwatch:
    """Times the steps of one training. `until` is a reading of `time.monotonic`."""

    resume: Checkpoint | None = None
    spent_s = measured_s = 0.0  # what comes before and after is timed apart

    def __init__(self, until: float) -> None:
        self.steps, self.epochs = 0, 0
        self.looks: list[float] = []  # seconds of each look at the held-out rows
        self.first_step_at = 0.0
        self.last_step_at = 0.0
        self._until = until
        self._said: tuple[str, float] = ("", time.monotonic())
        self._spans: list[float] = []
        self._look_began = 0.0
        self._drafts: list[Path] = []

    @property
    def spans(self) -> list[float]:
        """Seconds of each step, without the first ones where there are enough."""
        return self._spans[SLOW_FIRST:] if len(self._spans) > 2 * SLOW_FIRST else self._spans

    @property
    def spread(self) -> float:
        """How much one step differs from another, as a share of their mean."""
        if len(self.spans) < 2:
            return 1.0
        return statistics.stdev(self.spans) / max(1e-9, statistics.fmean(self.spans))

    def step(
        self,
        *,
        phase: str,
        step: int,
        steps: int,
        epoch: float = 0.0,  # noqa: ARG002 - part of the contract
        epochs: int = 0,
        examples_per_s: float = 0.0,  # noqa: ARG002
        left_s: float | None = None,  # noqa: ARG002
    ) -> None:
        now = time.monotonic()
        before, at = self._said
        if phase == "train" and step:
            self.first_step_at = self.first_step_at or now
            self.last_step_at = now
            self.steps, self.epochs = steps, epochs
            if before == "train":
                self._spans.append(now - at)
        if phase == "evaluate" and before != "evaluate":
            self._look_began = now
        self._said = phase, now
        if now > self._until:
            raise StopRequested(Wish.CANCEL)

    def sample(self, step: int, name: str, content: bytes) -> None:  # noqa: ARG002
        return None

    def points(self, step: int, values: Mapping[str, float]) -> None:  # noqa: ARG002
        """Note the end of a look; points come right after it."""
        if self._said[0] == "evaluate" and any(name.startswith("validation/") for name in values):
            self.looks.append(time.monotonic() - self._look_began)
            self._said = "looked", time.monotonic()

    def note(self, key: str, level: Level = "info", **args: Arg) -> None: ...

    def is_checkpoint_due(self) -> bool:
        return False

    def checkpoint_folder(self, step: int) -> Path:  # noqa: ARG002
        self._drafts.append(Path(tempfile.mkdtemp(prefix="forecast-")))
        return self._drafts[-1]

    def checkpoint(self, step: int) -> None:  # noqa: ARG002
        while self._drafts:
            shutil.rmtree(self._drafts.pop(), ignore_errors=True)
