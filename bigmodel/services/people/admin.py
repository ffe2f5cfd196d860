"""What whoever runs a shared installation sees and may do: who is there and how much they use; never what is in their data."""

from dataclasses import dataclass
from typing import Protocol

from bigmodel.core.errors import NotFoundError, PeopleError
from bigmodel.core.job import Job
from bigmodel.core.people.person import Person, Share
from bigmodel.services.people.limits import LOOKED_AT, MB, Limits
from bigmodel.store.base import Store

MOST_SHARE = 10**9
MOST_SHOWN = 200  # people, those with the most on disk first


class Jobs(Protocol):
    """What cancels a job."""

    def cancel(self, owner: str, job_id: str, /, *, by_admin: bool) -> Job:
        """Ask a job to end."""


@dataclass(frozen=True)
class Usage:
    """What one person takes up, and what they may."""

    person: Person
    datasets: int
    jobs: int  # that wait or run
    minutes: int  # of training within a day
    disk_mb: int
    share: Share


class AdminService:
    """Answers accounts with the role of an administrator, and for all others as if it were not there."""

    def __init__(self, store: Store, jobs: Jobs, limits: Limits) -> None:
        self._store, self._jobs, self._limits = store, jobs, limits

    def is_admin(self, person_id: str) -> bool:
        """Return whether somebody runs this installation."""
        try:
            return self._store.people.get(person_id).is_admin
        except NotFoundError:
            return False

    def usage(self, admin: str) -> list[Usage]:
        """Return what everybody takes up, the most on disk first.

        Raises:
            NotFoundError: `person_unknown`, where who asks is no administrator.
        """
        self._check(admin)
        found = map(self.of, self._store.people.list_all())
        return sorted(found, key=lambda each: -each.disk_mb)[:MOST_SHOWN]

    def cancel(self, admin: str, person_id: str) -> int:
        """Cancel all trainings of a person that wait or run; return how many.

        Raises:
            NotFoundError: `person_unknown`.
        """
        self._check(admin)
        self._store.people.get(person_id)
        jobs = [j for j in self._store.jobs.list_all(person_id, LOOKED_AT) if not j.is_final]
        for job in jobs:
            self._jobs.cancel(person_id, job.id, by_admin=True)
        return len(jobs)

    def set_share(self, admin: str, person_id: str, share: Share) -> None:
        """Give a person another share; 0 is that of the settings.

        Raises:
            NotFoundError: `person_unknown`.
            PeopleError: `share_wrong`.
        """
        self._check(admin)
        if not all(0 <= value <= MOST_SHARE for value in vars(share).values()):
            raise PeopleError("share_wrong", most=MOST_SHARE)
        self._store.people.set_share(person_id, share)

    def _check(self, admin: str) -> None:
        if not self.is_admin(admin):
            raise NotFoundError("person_unknown")

    def of(self, person: Person) -> Usage:
        """Return what one person takes up, for the person or for whoever runs this installation."""
        jobs = self._store.jobs.list_all(person.id, LOOKED_AT)
        return Usage(
            person=person,
            datasets=len(self._store.datasets.list_all(person.id)),
            jobs=sum(not job.is_final for job in jobs),
            minutes=round(self._limits.trained_s(person.id) / 60),
            disk_mb=round(self._limits.used(person.id) / MB),
            share=self._limits.share(person.id),
        )
