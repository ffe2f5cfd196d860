"""People and their sessions in memory."""

from dataclasses import replace
from datetime import datetime

from bigmodel.core.errors import NotFoundError, PeopleError
from bigmodel.core.people.person import Person
from bigmodel.store.memory_record import Part, locked


class MemoryPeople(Part):
    """`base.PeopleStore` in memory."""

    @locked
    def add(self, person: Person) -> None:
        if person.name and self.find(name=person.name) is not None:
            raise PeopleError("person_name_taken", name=person.name)
        self._memory.people[person.id] = person

    @locked
    def get(self, person_id: str) -> Person:
        if person_id not in self._memory.people:
            raise NotFoundError("person_unknown")
        return self._memory.people[person_id]

    @locked
    def find(self, *, name: str = "", secret: str = "") -> Person | None:
        known = self._memory.people.values()
        if name:
            return next((person for person in known if person.name == name), None)
        return next((person for person in known if secret and person.secret == secret), None)

    @locked
    def list_all(self) -> list[Person]:
        return sorted(self._memory.people.values(), key=lambda who: (who.created_at, who.id))

    @locked
    def set_secret(self, person_id: str, secret: str) -> None:
        self._memory.people[person_id] = replace(self.get(person_id), secret=secret)

    @locked
    def remove(self, person_id: str) -> None:
        self.get(person_id)
        self.end(person_id=person_id)
        del self._memory.people[person_id]

    @locked
    def begin(self, token: str, person_id: str, until: datetime) -> None:
        self.get(person_id)
        self._memory.sessions[token] = (person_id, until)

    @locked
    def session(self, token: str, at: datetime) -> Person | None:
        person_id, until = self._memory.sessions.get(token, ("", at))
        return self._memory.people.get(person_id) if until > at else None

    @locked
    def end(self, *, token: str = "", person_id: str = "", before: datetime | None = None) -> None:
        for key, (whose, until) in list(self._memory.sessions.items()):
            is_over = before is None or until <= before
            if (token or key) == key and (person_id or whose) == whose and is_over:
                del self._memory.sessions[key]
