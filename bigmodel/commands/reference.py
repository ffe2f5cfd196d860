"""Finding what a person named on the command line, by identifier or by name; it never guesses between two."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.core.ids import is_id
from bigmodel.core.job import Job
from bigmodel.services.studio import Services

OWNER = "local"  # everybody at this computer is one owner, in the browser as here
MANY_JOBS = 10_000


class Named(Protocol):
    """Something with an identifier and a name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


Thing = TypeVar("Thing", bound=Named)


def find_dataset(services: Services, text: str) -> Dataset:
    """Return the dataset with this identifier or name.

    Raises:
        NotFoundError: `dataset_unnamed`.
        DatasetError: `name_of_several`.
    """
    if is_id(text):
        return services.datasets.get(OWNER, text)
    found = _named(services.datasets.all(OWNER), text)
    if not found:
        raise NotFoundError("dataset_unnamed", name=text)
    if len(found) > 1:
        raise DatasetError("name_of_several", name=text, count=len(found))
    return found[0]


def find_job(services: Services, text: str) -> Job:
    """Return the job with this identifier or name.

    Raises:
        NotFoundError: `job_unnamed`.
        JobError: `name_of_several`.
    """
    if is_id(text):
        return services.jobs.get(OWNER, text)
    found = _named(services.jobs.all(OWNER, MANY_JOBS, 0), text)
    if not found:
        raise NotFoundError("job_unnamed", name=text)
    if len(found) > 1:
        raise JobError("name_of_several", name=text, count=len(found))
    return found[0]


def as_file(text: str) -> Path | None:
    """Return the file or folder that a text names, if there is one or it can only be one."""
    path = Path(text)
    if path.is_file() or (path.name != text and (path.suffix or path.is_dir())):
        return path
    return None


def _named(things: Sequence[Thing], name: str) -> list[Thing]:
    return [thing for thing in things if thing.name == name]


def find_model(services: Services, text: str) -> str:
    """Return the identifier of the model, or of the kept model of the training, with this identifier or name.

    Raises:
        NotFoundError: `model_unknown`, `job_unnamed`.
        JobError: `name_of_several`.
    """
    named = text if is_id(text) else find_job(services, text).id
    return services.inference.resolve(OWNER, named).id
