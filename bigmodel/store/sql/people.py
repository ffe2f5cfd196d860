"""People and their sessions in SQL; it must never see a password, a token or a code, only their hashes."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from bigmodel.core.errors import NotFoundError, PeopleError
from bigmodel.core.people.person import Person, Share
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.tables import people, sessions


class SqlPeople:
    """People of a shared installation and their sessions, by hashes alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: Person) -> None:
        """Store a person.

        Raises:
            PeopleError: `person_name_taken`.
        """
        with self._database.write() as connection:
            same = select(people.c.id).where(people.c.name == person.name, people.c.name != "")
            if connection.scalar(same) is not None:
                raise PeopleError("person_name_taken", name=person.name)
            connection.execute(insert(people).values(person.__dict__))

    def get(self, person_id: str) -> Person:
        """Return a person.

        Raises:
            NotFoundError: `person_unknown`.
        """
        if (found := self._find(people.c.id == person_id)) is None:
            raise NotFoundError("person_unknown")
        return found

    def find(self, *, name: str = "", secret: str = "") -> Person | None:
        """Return the account of that name, or else the person whose hash this is."""
        wanted = people.c.name == name if name else people.c.secret == secret
        return self._find(wanted) if name or secret else None

    def list_all(self) -> list[Person]:
        """Return all people, the first one first."""
        query = select(people).order_by(people.c.created_at, people.c.id)
        with self._database.read() as connection:
            return [Person(**row) for row in connection.execute(query).mappings()]

    def set_secret(self, person_id: str, secret: str) -> None:
        """Put another hash in the place of a person's."""
        with self._database.write() as connection:
            self.get(person_id)
            query = update(people).where(people.c.id == person_id)
            connection.execute(query.values(secret=secret))

    def set_share(self, person_id: str, share: Share) -> None:
        """Give a person another share."""
        values = {f"most_{name}": value for name, value in vars(share).items()}
        with self._database.write() as connection:
            self.get(person_id)
            connection.execute(update(people).where(people.c.id == person_id).values(values))

    def remove(self, person_id: str) -> None:
        """Remove a person with their sessions; what they own is the caller's care."""
        with self._database.write() as connection:
            self.get(person_id)
            connection.execute(delete(people).where(people.c.id == person_id))

    def begin(self, token: str, person_id: str, until: datetime) -> None:
        """Store a session under the hash of its token."""
        with self._database.write() as connection:
            self.get(person_id)
            values = {"token": token, "person_id": person_id, "until": until}
            connection.execute(insert(sessions).values(values))

    def session(self, token: str, at: datetime) -> Person | None:
        """Return whose session this is, None when it is unknown or over."""
        ids = select(sessions.c.person_id).where(sessions.c.token == token, sessions.c.until > at)
        return self._find(people.c.id == ids.scalar_subquery())

    def end(self, *, token: str = "", person_id: str = "", before: datetime | None = None) -> None:
        """End the session of that token, those of a person, or those that were over before a time."""
        query = delete(sessions)
        if token:
            query = query.where(sessions.c.token == token)
        if person_id:
            query = query.where(sessions.c.person_id == person_id)
        if before is not None:
            query = query.where(sessions.c.until <= before)
        with self._database.write() as connection:
            connection.execute(query)

    def _find(self, wanted: ColumnElement[bool]) -> Person | None:
        with self._database.read() as connection:
            row = connection.execute(select(people).where(wanted)).mappings().one_or_none()
        return None if row is None else Person(**row)
