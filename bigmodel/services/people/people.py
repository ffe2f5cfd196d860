"""Signing in and out, visitors and their codes, accounts; it must never answer faster for a name that is unknown."""

import time
from dataclasses import replace
from datetime import timedelta

from bigmodel.core import clock
from bigmodel.core.errors import NotFoundError, PeopleError
from bigmodel.core.ids import new_id
from bigmodel.core.people.person import Person
from bigmodel.services.people import hashes
from bigmodel.services.people.limiter import Limiter
from bigmodel.settings import Settings
from bigmodel.store.base import Store

WRONG_S = 300.0
WRONG_NAMES = 5  # for one name from one address
WRONG_ADDRESS = 10  # for all names from one address
MOST_VISITS = 60  # new visitors from one address
KINDS = {"open": "visitor", "accounts": "account", "hub": "hub"}  # who is let in, by the setting
SESSION = timedelta(hours=12)
VISIT = timedelta(days=365)
KNOWN_S = 5.0  # that a session is not looked up again
MOST_KNOWN = 10_000
LEAST_PASSWORD = 8
MOST_PASSWORD = 200
MOST_NAME = 64


class PeopleService:
    """Who may use this installation, by the setting `sign_in`."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._people = store.people
        self._by_name = Limiter(WRONG_NAMES, WRONG_S)
        self._by_address = Limiter(WRONG_ADDRESS, WRONG_S)
        self._visits = Limiter(MOST_VISITS, WRONG_S)
        self._known: dict[str, tuple[float, Person]] = {}

    def whose(self, token: str) -> Person | None:
        """Return whose session a token opens, None when it opens none."""
        if not token:
            return None
        key = hashes.hash_token(token)
        until, person = self._known.get(key, (0.0, None))
        if person is not None and until > time.monotonic():
            return person
        found = self._people.session(key, clock.now())
        if found is None or not self._fits(found):
            self._known.pop(key, None)
            return None
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key] = (time.monotonic() + KNOWN_S, found)
        return found

    def welcome(self, address: str) -> tuple[str, Person]:
        """Let somebody in whom nobody knows yet; return the token of the visit, and who they are.

        Raises:
            PeopleError: `tries_limited`.
        """
        if not self._visits.take(address):
            raise PeopleError("tries_limited", minutes=round(WRONG_S / 60))
        person = Person(new_id(), "visitor", clock.now())
        self._people.end(before=clock.now())
        self._people.add(person)
        return self._begun(person), person

    def new_code(self, person_id: str) -> str:
        """Return a code that opens a visitor's data on another device; the one before it is void."""
        code = hashes.new_code()
        self._people.set_secret(person_id, hashes.hash_code(code))
        return code

    def return_with(self, code: str, address: str) -> str:
        """Return the token of a new session of the visitor whose code this is.

        Raises:
            PeopleError: `code_wrong`, `tries_limited`.
        """
        self.begin_try(address)
        person = self._people.find(secret=hashes.hash_code(code))
        if person is None or person.kind != "visitor":
            raise PeopleError("code_wrong")
        self.was_right(address)
        return self._begun(person)

    def enter_from_hub(self, subject: str, username: str) -> str:
        """Return the token of a new session of somebody whom the hub vouches for, by its lasting id of them."""
        secret = hashes.hash_token(f"hub:{subject}")
        person = self._people.find(secret=secret)
        if person is None:
            name = f"@{_plain(username)[: MOST_NAME - 10]}"
            if self._people.find(name=name) is not None:  # a name that was somebody else's before
                name = f"{name} {secret[:6]}"
            is_admin = _plain(username) == _plain(self._settings.space_author) != ""
            person = Person(new_id(), "hub", clock.now(), name, secret, is_admin)
            self._people.add(person)
        self._people.end(before=clock.now())
        return self._begun(person)

    def begin_try(self, address: str, name: str = "") -> None:
        """Count a try before it is looked at.

        Raises:
            PeopleError: `tries_limited`.
        """
        if not (self._by_name.take((name, address)) and self._by_address.take(address)):
            raise PeopleError("tries_limited", minutes=round(WRONG_S / 60))

    def was_right(self, address: str, name: str = "") -> None:
        """Take back what was counted: somebody is who they say."""
        self._by_name.forget((name, address))
        self._by_address.give_back(address)

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Return the token of a new session.

        Raises:
            PeopleError: `password_wrong`, `tries_limited`.
        """
        name = _plain(name)
        self.begin_try(address, name)
        person = self._people.find(name=name)
        person = person if person is not None and person.kind == "account" else None
        stored = person.secret if person is not None else hashes.unknown()
        is_right = hashes.is_password(password[:MOST_PASSWORD], stored)
        if person is None or not is_right:
            raise PeopleError("password_wrong")
        self.was_right(address, name)
        self._people.end(before=clock.now())
        return self._begun(person)

    def sign_out(self, token: str) -> None:
        """End the session of a token."""
        key = hashes.hash_token(token)
        self._known.pop(key, None)
        self._people.end(token=key)

    def accounts(self) -> list[Person]:
        """Return all accounts, without what is stored of their passwords."""
        return [
            replace(person, secret="")
            for person in self._people.list_all()
            if person.kind == "account"
        ]

    def add(self, name: str, password: str, *, is_admin: bool = False) -> Person:
        """Make an account.

        Raises:
            PeopleError: `person_name_wrong`, `person_name_taken`, `password_short`.
        """
        name = _plain(name)
        if not name or len(name) > MOST_NAME or not name.isprintable():
            raise PeopleError("person_name_wrong", most=MOST_NAME)
        secret = _checked(password)
        person = Person(new_id(), "account", clock.now(), name, secret, is_admin)
        self._people.add(person)
        return person

    def reset(self, name: str, password: str) -> None:
        """Give an account another password and end its sessions.

        Raises:
            NotFoundError: `person_unknown`.
            PeopleError: `password_short`.
        """
        person = self.account(name)
        self._people.set_secret(person.id, _checked(password))
        self._people.end(person_id=person.id)

    def remove(self, name: str) -> None:
        """Remove an account; what it owned must be gone already."""
        self._people.remove(self.account(name).id)

    def account(self, name: str) -> Person:
        """Return the account of a name.

        Raises:
            NotFoundError: `person_unknown`.
        """
        person = self._people.find(name=_plain(name))
        if person is None:
            raise NotFoundError("person_unknown")
        return person

    def _begun(self, person: Person) -> str:
        token = hashes.new_token()
        lasts = VISIT if person.kind == "visitor" else SESSION
        self._people.begin(hashes.hash_token(token), person.id, clock.now() + lasts)
        return token

    def _fits(self, person: Person) -> bool:
        """Return whether people of this kind are let in now: the setting may have been changed."""
        return person.kind == KINDS.get(self._settings.sign_in)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _checked(password: str) -> str:
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise PeopleError("password_short", least=LEAST_PASSWORD, most=MOST_PASSWORD)
    return hashes.hash_password(password)
