"""The promises of `bigmodel/store/base.py` about people and sessions, kept on every database."""

from dataclasses import replace

import pytest

from bigmodel.core.errors import NotFoundError, PeopleError
from bigmodel.core.people.person import Person, Share
from bigmodel.store.base import Store
from tests.fakes.things import at

ANNA = Person("anna", "account", at(0), name="Anna", secret="a hash", is_admin=True)
VISITOR = Person("guest", "visitor", at(1), secret="another hash")


def test_people_come_back_as_they_were_added(store: Store) -> None:
    for person in (VISITOR, ANNA):
        store.people.add(person)
    assert store.people.list_all() == [ANNA, VISITOR]
    assert store.people.find(name="Anna") == store.people.get("anna") == ANNA
    assert store.people.find(secret="another hash") == VISITOR
    assert store.people.find() is None
    store.people.set_secret("anna", "new")
    assert store.people.get("anna") == replace(ANNA, secret="new")
    store.people.set_share("anna", Share(jobs=3, minutes=4, disk_mb=5))
    assert store.people.get("anna").share == Share(3, 4, 5)


def test_name_of_an_account_is_given_once(store: Store) -> None:
    store.people.add(ANNA)
    with pytest.raises(PeopleError, match="person_name_taken"):
        store.people.add(replace(ANNA, id="other"))
    for number in range(2):  # who has no name is no namesake
        store.people.add(replace(VISITOR, id=f"guest {number}"))


def test_session_lasts_until_its_time(store: Store) -> None:
    store.people.add(ANNA)
    store.people.begin("token", "anna", at(60))
    assert store.people.session("token", at(59)) == ANNA
    assert store.people.session("token", at(60)) is None
    assert store.people.session("no token", at(0)) is None


def test_sessions_end_by_token_by_person_and_by_time(store: Store) -> None:
    for person in (ANNA, VISITOR):
        store.people.add(person)
    for token, who, until in (("a", "anna", 9), ("b", "anna", 90), ("c", "guest", 90)):
        store.people.begin(token, who, at(until))
    store.people.end(before=at(10))
    store.people.end(token="b")
    assert [store.people.session(token, at(0)) for token in "abc"] == [None, None, VISITOR]
    store.people.end(person_id="guest")
    assert store.people.session("c", at(0)) is None


def test_person_who_was_removed_has_no_session(store: Store) -> None:
    store.people.add(ANNA)
    store.people.begin("token", "anna", at(60))
    store.people.remove("anna")
    assert store.people.session("token", at(0)) is None
    for gone in (store.people.get, store.people.remove):
        with pytest.raises(NotFoundError, match="person_unknown"):
            gone("anna")
    with pytest.raises(NotFoundError, match="person_unknown"):
        store.people.begin("token", "anna", at(60))
