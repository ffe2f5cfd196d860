"""The contract of a store, in prose and types: what every implementation promises. It holds no code of its own.

Promises, tested by `tests/contracts/` over every implementation:

- A call that returned is durable: it survives kill -9 of every process. (A store in memory lives as long as its process.)
- Any thread and any process may call. A call never waits longer than the patience its store was opened with and
  holds no lock when it returns. One that cannot be answered (locked for longer, disk full, damage)
  raises `StoreError` and has written nothing.
- Every method that takes an owner answers for that owner only; a thing of somebody else raises
  `NotFoundError`, exactly like a thing that does not exist.
- Job states change in `jobs.claim`, `move` and `wish` (which only cancels or pauses a job that no worker
  holds) and nowhere else, along `core.job.MOVES`. A move is one compare-and-set on (state, token), in one
  transaction with its history row, and returns whether it won. Final states never change.
- `token` grows by one at every claim. Nothing written with an older token is ever accepted.
- A label given by hand is a row of its own, written before `labels.put` returns. Undo takes the newest away, as
  often as there is one. Labels name row ids, so they outlive every version; they go with their dataset.
- Points are exactly-once per (job, name, step): `ingest` commits points and file offset together.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.events import Event
from bigmodel.core.job import Job, JobEvent, State, Wish
from bigmodel.core.labelling.labels import LabelEvent, Labelling
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.core.people.person import Person, Share
from bigmodel.store.values import Curve, Deleted, Inventory, Order, Point, Records


class DatasetStore(Protocol):
    """Datasets with their versions."""

    def add(self, dataset: Dataset) -> None:
        """Store a dataset with its first version."""

    def add_version(self, owner: str, version: Version) -> None:
        """Store the next version of a dataset.

        Raises:
            DatasetError: `dataset_changed`, when its number is not the newest plus one.
        """

    def get(self, owner: str, dataset_id: str) -> Dataset:
        """Return a dataset with its newest version."""

    def version(self, owner: str, dataset_id: str, number: int) -> Version:
        """Return one version of a dataset."""

    def rewrite(self, owner: str, version: Version) -> None:
        """Put another summary, recipe and digest in the place of a version's, whose rows somebody took out for good."""

    def list_all(self, owner: str) -> list[Dataset]:
        """Return all datasets, newest first."""

    def rename(self, owner: str, dataset_id: str, name: str) -> None:
        """Change the name people see."""

    def delete(self, owner: str, dataset_id: str) -> Deleted:
        """Delete a dataset with all that came from it.

        Raises:
            JobError: `dataset_in_use`, with `jobs` counting those that are not final.
        """


class BaseModelStore(Protocol):
    """Imported and fetched base models."""

    def put(self, owner: str, name: str, record: Mapping[str, object]) -> None:
        """Remember an imported or fetched base model under its name."""

    def list_all(self, owner: str) -> dict[str, dict[str, object]]:
        """Return the imported and fetched base models by name."""

    def delete(self, owner: str, name: str) -> None:
        """Forget a base model, if it is known."""


class LabelStore(Protocol):
    """Labels given by hand, and the classes of a dataset."""

    def get(self, owner: str, dataset_id: str) -> Labelling:
        """Return classes and labels given by hand, empty where nobody began."""

    def put(
        self,
        owner: str,
        dataset_id: str,
        row_id: str,
        label: str,
        *,
        is_even: bool = True,
        classes: Sequence[str] | None = None,
    ) -> int:
        """Say which class a row is, or `SKIPPED`, and return the number of that mark.

        `classes` are those that the label names, where it is more than one class itself, as boxes are.
        What was said of the row before stays below it, and comes back when this is taken back.

        Raises:
            DatasetError: `class_unknown`, when nobody made that class or it was merged meanwhile.
        """

    def take_back(self, owner: str, dataset_id: str) -> LabelEvent | None:
        """Take the newest mark away and return it, None where there is none left."""

    def set_classes(
        self,
        owner: str,
        dataset_id: str,
        classes: Sequence[str],
        *,
        known: Labelling | None = None,
        moved: Mapping[str, str] | None = None,
        relabel: Mapping[str, str] | None = None,
    ) -> bool:
        """Set the classes in order; every mark of a class in `moved` follows, in the same transaction.

        `relabel` is what becomes of the labels that came with the file. Returns False, and writes nothing, when
        classes or `relabel` are no longer those of `known`, from which the caller worked out the new ones.
        """

    def set_written(self, owner: str, dataset_id: str, change: int) -> None:
        """Note that a version holds the labels as they were at this change, and what became of the file's own."""

    def replace(self, owner: str, dataset_id: str, sorting: Labelling) -> None:
        """Put a sorting as a whole in the place of another, as when a project comes back from elsewhere."""


class JobStore(Protocol):
    """Jobs with their history. Methods without an owner are the supervisor's, which serves all of them."""

    def submit(self, job: Job) -> Job:
        """Store a queued job, or return the one already stored for the same owner and key.

        An empty key is never the same as another. The dataset's version must be the owner's. A job that
        continues another one of the owner begins with its points, up to the checkpoint it goes on from.
        """

    def get(self, owner: str, job_id: str) -> Job:
        """Return a job."""

    def list_all(self, owner: str, limit: int = 200, offset: int = 0) -> list[Job]:
        """Return jobs, newest first."""

    def find(
        self,
        owner: str,
        *,
        text: str = "",
        states: Sequence[State] = (),
        dataset_id: str = "",
        order: Order = "newest",
        limit: int = 200,
        offset: int = 0,
    ) -> tuple[list[Job], int]:
        """Return jobs, and how many there are in all, whose name holds the text (A and a are the same).

        `longest` orders by running time so far, `name` as A and a were the same.
        """

    def rename(self, owner: str, job_id: str, name: str) -> None:
        """Change the name people see."""

    def delete(self, owner: str, job_id: str) -> Deleted:
        """Delete a final job with its models and points.

        Raises:
            JobError: `job_not_final`.
        """

    def place(self, owner: str, job_id: str) -> int:
        """Return the place in line of a queued job (1 is next), 0 for any other."""

    def line(self, owner: str, workers: int, at: datetime) -> dict[str, tuple[int, float | None]]:
        """Return, of each queued job, its place in line and the seconds until it is expected to start.

        None stands for a start that hangs on a job of which nobody knows how long it takes.
        """

    def set_priority(self, owner: str, job_id: str, priority: int) -> Job:
        """Let a queued or paused job go before (or after) the owner's others.

        Raises:
            JobError: `job_not_waiting`.
        """

    def wish(self, owner: str, job_id: str, wish: Wish) -> Job:
        """Ask for a cancel or a pause, which come true at once where no worker holds the job.

        Asking again, or of a final job, changes nothing; a pause never replaces a cancel. Returns the
        job as it then is.
        """

    def history(self, owner: str, job_id: str, after: int = 0) -> list[JobEvent]:
        """Return moves, wishes and notes of a job with a sequence number above `after`, oldest first.

        Kinds are `move` (`history.<state>`), `wish` (`history.wish_<wish>`) and `note`: what a worker
        noted, or the message that came with a move, after its line.
        """

    def claim(self, at: datetime) -> Job | None:
        """Take the next queued job into `starting` with a new token and attempt, or return None.

        Points above the job's checkpoint are deleted in the same transaction. Owners take turns, as
        `line.in_line` says. `not_before` is respected, unless it is so far ahead that the clock was set back.
        """

    def move(
        self,
        job_id: str,
        token: int,
        origin: State,
        to: State,
        *,
        message: Message | None = None,
        traceback: str = "",
        at: datetime,
        not_before: datetime | None = None,
    ) -> bool:
        """Move a job from `origin` to `to` if its state and token still are these; tell whether it won.

        Entering `running` sets `started_at` once; entering a final state sets `ended_at`; entering
        `paused` forgets the wish for a pause, and allows one more attempt. A job that enters `queued` or
        `paused` while it is to be cancelled (or paused) is so in the same transaction.

        Raises:
            ValueError: the table of moves has no such move, or it leads to `starting`, as only a claim does.
        """

    def live(self) -> list[Job]:
        """Return all jobs in `starting`, `running` or `lost`."""

    def queued(self) -> int:
        """Return how many jobs are queued."""

    def offset(self, job_id: str, token: int) -> int:
        """Return how many bytes of the attempt's event file are ingested."""

    def ingest(
        self, job_id: str, token: int, start: int, end: int, events: Sequence[Event], at: datetime
    ) -> bool:
        """Write what the bytes [start, end) of an attempt's event file said, all of it or nothing.

        Beats and steps refresh `beat_at` and `progress`; notes go to the history; points to the
        curves and their roll-ups; a checkpoint to the job (one that the attempt went back to deletes the
        points above it); a result to the models, in place of the
        job's earlier one of its kind (exactly one of a job's models is kept). Errors and ends are not applied here: the supervisor turns them into moves.
        Returns False, and writes nothing, when the token is not the job's, the job is final, or
        `start` is not the stored offset.
        """


class CurveStore(Protocol):
    """Points of the jobs' curves."""

    def read(self, owner: str, job_id: str, max_points: int = 1_000) -> list[Curve]:
        """Return all curves of a job, each with at most `max_points` points, in constant time."""

    def mark(self, owner: str, job_id: str) -> int:
        """Return a number that grows whenever points of the job change."""

    def points(
        self, owner: str, job_id: str, *, after: tuple[str, int] = ("", -1), limit: int = 5_000
    ) -> list[Point]:
        """Return points of a job behind (curve, step), in that order."""


class ModelStore(Protocol):
    """Trained models."""

    def relabel(self, owner: str, model_id: str, labels: Sequence[str], digest: str) -> None:
        """Give a model whose files were changed its labels and digest."""

    def get(self, owner: str, model_id: str) -> TrainedModel:
        """Return a model."""

    def list_all(self, owner: str, job_id: str = "") -> list[TrainedModel]:
        """Return models, newest first; of one job, if given."""


class RecordStore(Protocol):
    """Datasets with all that hangs on them, as they travel between stores."""

    def export(self, owner: str, dataset_ids: Sequence[str]) -> Records:
        """Return datasets with all versions and labels by hand, and their jobs with history and models, oldest first.

        Points of the jobs come from `curves.points`.

        Jobs that are not final are among them: whoever writes them down decides.
        """

    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these ids a dataset, a job or a model of anybody has."""

    def add(self, owner: str, records: Records) -> None:
        """Store what came from elsewhere as the owner's, all of it or nothing; roll-ups are computed anew.

        Owners and keys that the records name do not count. History is numbered anew.

        Raises:
            ValueError: a job that is not final.
            DatasetError: `project_taken`, an id is in use; `dataset_changed`, a version does not follow
                the newest one.
            NotFoundError: a version or job belongs to a dataset that is not the owner's.
        """


class PeopleStore(Protocol):
    """People of a shared installation and their sessions, by hashes alone."""

    def add(self, person: Person) -> None:
        """Store a person.

        Raises:
            PeopleError: `person_name_taken`.
        """

    def get(self, person_id: str) -> Person:
        """Return a person.

        Raises:
            NotFoundError: `person_unknown`.
        """

    def find(self, *, name: str = "", secret: str = "") -> Person | None:
        """Return the account of that name, or else the person whose hash this is."""

    def list_all(self) -> list[Person]:
        """Return all people, the first one first."""

    def set_secret(self, person_id: str, secret: str) -> None:
        """Put another hash in the place of a person's."""

    def set_share(self, person_id: str, share: Share) -> None:
        """Give a person another share."""

    def remove(self, person_id: str) -> None:
        """Remove a person with their sessions; what they own is the caller's care."""

    def begin(self, token: str, person_id: str, until: datetime) -> None:
        """Store a session under the hash of its token."""

    def session(self, token: str, at: datetime) -> Person | None:
        """Return whose session this is, None when it is unknown or over."""

    def end(self, *, token: str = "", person_id: str = "", before: datetime | None = None) -> None:
        """End the session of that token, those of a person, or those that were over before a time."""


class Store(Protocol):
    """Everything of all owners, by aggregate."""

    @property
    def datasets(self) -> DatasetStore: ...

    @property
    def base_models(self) -> BaseModelStore: ...

    @property
    def labels(self) -> LabelStore: ...

    @property
    def jobs(self) -> JobStore: ...

    @property
    def curves(self) -> CurveStore: ...

    @property
    def models(self) -> ModelStore: ...

    @property
    def records(self) -> RecordStore: ...

    @property
    def people(self) -> PeopleStore: ...

    def inventory(self) -> Inventory:
        """Return what is stored, for a sweep of the data folder."""

    def check(self) -> list[Message]:
        """Return what is wrong with the store, an empty list when nothing is."""
