"""The card On my phone: what is open, the code as a picture, and refusals as sentences."""

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.ids import new_id
from bigmodel.services.sharing.lan_access import Door
from bigmodel.words import load_words
from pages.shared.demo import phone_route
from tests.pages.owned import owned

MODEL, OTHER = new_id(), new_id()
WORDS = load_words()


class FakePhone:
    """Opens without a network; refuses what it is told to refuse."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.opened: Any = None

    def open(self, _owner: str, model: str) -> None:
        if self.refusal:
            raise ModelError(self.refusal)
        door = Door(900.0)
        self.opened = SimpleNamespace(
            model_id=model, name="<b>mine</b>", address="http://10.0.0.1:1/", door=door,
            code=door.new_code(),
        )  # fmt: skip

    def new_code(self) -> None:
        self.opened.code = self.opened.door.new_code()

    def close(self) -> None:
        self.opened = None


def resolve(_owner: str, model: str) -> Any:
    if model not in (MODEL, OTHER):
        raise NotFoundError("model_unknown")
    return SimpleNamespace(id=model)


def client(phone: FakePhone) -> TestClient:
    services: Any = SimpleNamespace(
        settings=SimpleNamespace(language=None, phone_idle_s=900.0),
        words=WORDS,
        inference=SimpleNamespace(resolve=resolve),
    )
    routes = phone_route.routes(services, phone)  # type: ignore[arg-type]
    return TestClient(owned(routes))


def change(asked: TestClient, do: str, model: str = MODEL, **headers: str) -> Any:
    return asked.post(phone_route.PATH, json={"do": do, "model": model}, headers=headers)


def test_open_demo_shows_its_code_as_a_picture() -> None:
    told = change(client(FakePhone()), "open").json()
    assert told["link"].startswith("http://10.0.0.1:1/#")
    assert told["qr"].startswith("data:image/svg+xml")
    assert told["mine"]
    assert "No phone has come in yet." in told["lines"]


def test_spent_code_is_not_shown_again() -> None:
    phone = FakePhone()
    asked = client(phone)
    change(asked, "open")
    phone.opened.door.enter(phone.opened.code, "10.0.0.9")
    told = asked.get(phone_route.PATH, params={"model": MODEL}).json()
    assert (told["link"], told["qr"]) == ("", "")
    assert "1 let in, 1 of them in the last two minutes." in told["lines"]
    assert change(asked, "code").json()["link"]


def test_other_model_is_named_without_its_code() -> None:
    asked = client(FakePhone())
    change(asked, "open")
    told = asked.get(phone_route.PATH, params={"model": OTHER}).json()
    assert (told["open"], told["mine"]) == (True, False)
    assert "link" not in told


def test_closing_leaves_nothing_to_show() -> None:
    asked = client(FakePhone())
    change(asked, "open")
    assert change(asked, "close").json() == {"open": False, "mine": False, "lines": []}


@pytest.mark.parametrize("key", ["phone_no_network", "phone_in_container", "phone_hosted"])
def test_impossible_is_said_in_the_language_and_shows_no_code(key: str) -> None:
    refused = change(client(FakePhone(key)), "open", **{"accept-language": "zh-CN"})
    assert refused.status_code == 409
    assert refused.json()["error"] == WORDS.say("zh", ModelError(key).message)
    assert "qr" not in refused.json()


@pytest.mark.parametrize("do", ["", "delete", "open; close"])
def test_unknown_wish_is_none(do: str) -> None:
    assert change(client(FakePhone()), do).status_code == 400
