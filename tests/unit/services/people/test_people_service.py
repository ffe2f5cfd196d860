"""Accounts, visitors and their codes, over a real store; wrong tries are counted."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from bigmodel.core.errors import NotFoundError, PeopleError
from bigmodel.services.people import people as module
from bigmodel.services.people.limiter import MOST_KEYS, Limiter
from bigmodel.services.people.people import PeopleService
from bigmodel.settings import Settings
from bigmodel.store.open import open_store
from tests.patience import PATIENCE_S

WORD = "correct horse battery"


def house(home: Path, sign_in: str) -> PeopleService:
    settings = Settings.model_validate({"home": home, "offline": True, "sign_in": sign_in})
    settings.make_folders()
    return PeopleService(settings, open_store(settings))


@pytest.fixture
def accounts(tmp_path: Path) -> PeopleService:
    made = house(tmp_path, "accounts")
    made.add("Anna  Li", WORD)
    return made


def test_session_outlives_the_process(accounts: PeopleService, tmp_path: Path) -> None:
    token = accounts.sign_in("anna li", WORD, "1.1.1.1")
    again = house(tmp_path, "accounts").whose(token)
    assert again is not None
    assert again.name == "anna li"


def test_signed_out_is_out(accounts: PeopleService) -> None:
    token = accounts.sign_in("anna li", WORD, "1.1.1.1")
    assert accounts.whose(token)
    accounts.sign_out(token)
    assert accounts.whose(token) is None


def test_new_password_ends_all_sessions(
    accounts: PeopleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KNOWN_S", -1.0)
    token = accounts.sign_in("anna li", WORD, "1.1.1.1")
    accounts.reset("ANNA LI", "another password")
    assert accounts.whose(token) is None
    with pytest.raises(PeopleError, match="password_wrong"):
        accounts.sign_in("anna li", WORD, "1.1.1.1")
    assert accounts.sign_in("anna li", "another password", "1.1.1.1")


def test_no_password_is_stored(accounts: PeopleService, tmp_path: Path) -> None:
    token = accounts.sign_in("anna li", WORD, "1.1.1.1")
    stored = (tmp_path / "studio.db").read_bytes()
    assert b"anna li" in stored
    assert WORD.encode() not in stored
    assert token.encode() not in stored
    assert [person.secret for person in accounts.accounts()] == [""]


def test_two_hundred_wrong_tries_are_mostly_not_looked_at(
    accounts: PeopleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    compare = module.hashes.is_password
    monkeypatch.setattr(
        module.hashes, "is_password", lambda *given: looked.append(given[0]) or compare(*given)
    )
    keys = []
    for number in range(200):
        with pytest.raises(PeopleError) as refused:
            accounts.sign_in(f"name {number % 40}", f"wrong {number}", "6.6.6.6")
        keys.append(refused.value.key)
    assert len(looked) <= 10
    assert keys[-1] == "tries_limited"
    assert accounts.sign_in("anna li", WORD, "1.1.1.1")  # nobody else is kept out


def test_wrong_tries_at_once_are_not_all_looked_at(
    accounts: PeopleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, looked, refused, all_told = 40, [], [], Event()

    def tell(told: list[str], what: str) -> None:
        told.append(what)
        if len(looked) + len(refused) == tries:
            all_told.set()

    def compare(*_given: str) -> bool:
        tell(looked, "")
        return not all_told.wait(PATIENCE_S)  # as long as nobody was refused yet

    def wrong(number: int) -> None:
        with pytest.raises(PeopleError) as caught:
            accounts.sign_in(f"name {number}", "wrong", "6.6.6.6")
        if caught.value.key == "tries_limited":
            tell(refused, "")

    monkeypatch.setattr(module.hashes, "is_password", compare)
    with ThreadPoolExecutor(tries) as pool:
        list(pool.map(wrong, range(tries)))
    assert (len(looked), len(refused)) == (10, 30)


def test_right_tries_count_for_nothing(accounts: PeopleService) -> None:
    for _ in range(2 * module.WRONG_ADDRESS):
        assert accounts.sign_in("anna li", WORD, "1.1.1.1")


def test_name_of_somebody_is_not_told(accounts: PeopleService) -> None:
    keys = []
    for name in ("anna li", "nobody"):
        with pytest.raises(PeopleError) as refused:
            accounts.sign_in(name, "wrong password", name)
        keys.append(refused.value.key)
    assert keys == ["password_wrong"] * 2


@pytest.mark.parametrize(
    ("name", "password", "key"),
    [("anna LI", WORD, "person_name_taken"), (" ", WORD, "person_name_wrong"), ("bo", "short", "password_short")],
)  # fmt: skip
def test_account_that_cannot_be_made_says_why(
    accounts: PeopleService, name: str, password: str, key: str
) -> None:
    with pytest.raises(PeopleError, match=key):
        accounts.add(name, password)


def test_account_that_was_removed_is_nobodys(accounts: PeopleService) -> None:
    accounts.remove("anna li")
    with pytest.raises(NotFoundError, match="person_unknown"):
        accounts.account("anna li")


def test_visitor_comes_back_by_code(tmp_path: Path) -> None:
    visits = house(tmp_path, "open")
    token, person = visits.welcome("1.1.1.1")
    assert visits.whose(token) == person
    code = visits.new_code(person.id)
    other = visits.return_with(code.lower().replace("-", " "), "2.2.2.2")
    back = visits.whose(other)
    assert back is not None
    assert back.id == person.id
    visits.new_code(person.id)
    with pytest.raises(PeopleError, match="code_wrong"):
        visits.return_with(code, "2.2.2.2")


def test_visits_count_for_nothing_once_accounts_are_asked_for(tmp_path: Path) -> None:
    token, _ = house(tmp_path, "open").welcome("1.1.1.1")
    assert house(tmp_path, "accounts").whose(token) is None


def test_one_address_cannot_fill_the_house_with_visitors(tmp_path: Path) -> None:
    visits = house(tmp_path, "open")
    for _ in range(module.MOST_VISITS):
        visits.welcome("6.6.6.6")
    with pytest.raises(PeopleError, match="tries_limited"):
        visits.welcome("6.6.6.6")
    assert visits.welcome("1.1.1.1")


def test_limiter_forgets_after_its_window_and_holds_few_keys() -> None:
    at = [0.0]
    limiter = Limiter(2, 10.0, lambda: at[0])
    assert [limiter.take("a") for _ in range(3)] == [True, True, False]
    limiter.give_back("a")
    assert [limiter.take("a") for _ in range(2)] == [True, False]
    at[0] = 10.0
    assert limiter.take("a")
    for number in range(2 * MOST_KEYS):
        limiter.take(number)
    assert len(limiter._tried) == MOST_KEYS
