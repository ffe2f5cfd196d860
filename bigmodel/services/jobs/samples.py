"""What a training makes while it runs, to look at: small pictures, sounds and texts; it makes and draws none."""

from dataclasses import dataclass
from pathlib import Path

from bigmodel.jobs.artifacts import Artifacts
from bigmodel.jobs.attempt_folder import SAMPLES

MOST_SHOWN = 6
MOST_CHARACTERS = 2_000


@dataclass(frozen=True)
class Sample:
    """A file that shows what the model made of something at a step."""

    step: int
    path: Path

    @property
    def name(self) -> str:
        """By which the page asks for it: attempt, step and file."""
        return "/".join((self.path.parents[2].name, self.path.parent.name, self.path.name))

    @property
    def text(self) -> str | None:
        """What it says, if it is a text."""
        if self.path.suffix != ".txt":
            return None
        return self.path.read_text("utf-8", errors="replace")[:MOST_CHARACTERS]


def samples_of(artifacts: Artifacts, job_id: str) -> list[Sample]:
    """Return the samples of a job that are shown, the newest first; of a step, those of the newest attempt."""
    found: dict[tuple[int, str], Path] = {}
    for path in sorted(artifacts.find(job_id, f"*/{SAMPLES}/[0-9]*/[a-z0-9]*"), key=_attempt):
        found[int(path.parent.name), path.name] = path
    newest = sorted(found.items(), reverse=True)
    return [Sample(step, path) for (step, _), path in newest[:MOST_SHOWN]]


def _attempt(path: Path) -> int:
    return int(path.parents[2].name)
