"""The samples that come with the app: their catalogue, where they lie, and in which of them nobody speaks; it imports none."""

import base64
import tomllib
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from bigmodel.core import clock
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import NotFoundError
from bigmodel.core.people.consent import MADE_UP, Consent
from bigmodel.data import consents
from bigmodel.settings import Settings
from bigmodel.tasks import get_task

SAMPLES = Path(__file__).parents[3] / "assets" / "samples"


@dataclass(frozen=True)
class Sample:
    """Data of ours to try things with; its words are `samples.<name>.title` and `.about`. `is_made_up`: our generator speaks, nobody else."""

    name: str
    language: str
    task_hint: str
    rows: int
    is_made_up: bool = False
    shows: tuple[str, ...] = ()  # an example and its answer, of a sample without a picture

    @property
    def demo(self) -> str:
        """The kind of demo (text, image, voice, mixed) that its models are tried in."""
        return get_task(self.task_hint).demo

    @property
    def face(self) -> str:
        """The picture of what it holds, as a `data:` address; empty where words show it."""
        path = SAMPLES / "faces" / f"{self.name}.webp"
        if not path.is_file():
            return ""
        return f"data:image/webp;base64,{base64.b64encode(path.read_bytes()).decode()}"


def read_samples() -> list[Sample]:
    """Return the samples in the order in which Home shows them."""
    catalogue = tomllib.loads((SAMPLES / "samples.toml").read_text("utf-8"))
    return [Sample(name=name, **fields) for name, fields in catalogue.items()]


def sample_path(name: str) -> Path:
    """Return the file of a sample.

    Raises:
        NotFoundError: `sample_unknown`.
    """
    known = [sample.name for sample in read_samples()]
    if name not in known:
        raise NotFoundError("sample_unknown", sample=name, known=", ".join(known))
    return next(SAMPLES.glob(f"{name}.*"))


def keep_made_up(settings: Settings, dataset: Dataset, path: Path) -> None:
    """Keep with a dataset that nobody speaks in it, where its file is byte for byte a sample of ours that says so.

    It is kept of these recordings alone, so that any other one added later needs a consent.
    """
    ours = [sample_path(sample.name) for sample in read_samples() if sample.is_made_up]
    if not any(path.is_file() and cmp(path, mine, shallow=False) for mine in ours):
        return
    covered = consents.recordings_of(settings.home / dataset.version.folder)
    digest = consents.digest_of(covered)
    consent = Consent(MADE_UP, clock.now(), digest, recordings=len(covered))
    consents.keep(settings.datasets / dataset.id, consent, covered)
