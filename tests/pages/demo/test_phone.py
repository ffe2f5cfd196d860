"""A demo opened to phones: a real small server, its code, and the sentences where it cannot be."""

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.core.errors import ModelError
from bigmodel.core.message import Message
from bigmodel.words import load_words
from pages.shared.demo import connection
from pages.shared.demo.phone import COOKIE, Phone
from pages.shared.web.page import LOCAL_OWNER
from tests.fakes.demo import Studio, open_studio
from tests.patience import PATIENCE_S

HOST = "127.0.0.2"  # this machine again, under another address than the dashboard's


class Visit:
    """One phone: asks the open demo, and keeps its cookie."""

    def __init__(self, address: str) -> None:
        self.host, port = address.removeprefix("http://").rstrip("/").split(":")
        self.port, self.cookie = int(port), ""

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        line = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        sent = json.dumps(body) if body is not None else None
        line.request(method, path, sent, {"Cookie": self.cookie, **headers})
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, text, {name.lower(): value for name, value in answer.getheaders()}

    def enter(self, code: str) -> int:
        status, _, headers = self.ask("POST", "/enter", {"code": code})
        self.cookie = headers.get("set-cookie", "").split(";")[0]
        return status


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with open_studio(tmp_path_factory.mktemp("phone") / "home", LOCAL_OWNER) as opened:
        yield opened


@pytest.fixture(scope="module")
def job(studio: Studio) -> str:
    return studio.job()


def phone_of(studio: Studio, **parts: Any) -> Phone:
    def results(*_: object) -> object:
        return SimpleNamespace(sentence=Message("results.remarks.few_rows", {"rows": 7}))

    services: Any = SimpleNamespace(
        settings=studio.settings.model_copy(update={"phone_host": parts.pop("host", HOST)}),
        words=load_words(),
        inference=studio.demo,
        results=SimpleNamespace(results=results),
    )
    return Phone(services, **parts)


@pytest.fixture
def phone(studio: Studio) -> Iterator[Phone]:
    made = phone_of(studio)
    yield made
    made.close()


def test_code_opens_the_demo_and_nothing_else(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    visit = Visit(opened.address)
    assert "reviews" not in visit.ask("GET", "/")[1]
    assert visit.ask("POST", "/answer", {"text": "good"})[0] == 403
    assert visit.enter(opened.code) == 200
    assert "reviews" in visit.ask("GET", "/")[1]
    status, told, _ = visit.ask("POST", "/answer", {"text": "good"})
    assert (status, json.loads(told)["html"].count('class="bm-bar"')) == (200, 2)
    for path in ("/config", "/gradio_api/info", "/bm/pulse", "/demo/", f"/demo/{job}/", "/healthz"):
        assert visit.ask("GET", path)[0] == 404
    assert opened.door.state.devices == 1


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    visit = Visit(opened.address)
    cookie = visit.ask("POST", "/enter", {"code": opened.code})[2]["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_spent_code_lets_no_second_phone_in(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    first, second = Visit(opened.address), Visit(opened.address)
    assert [first.enter(opened.code), second.enter(opened.code)] == [200, 403]
    assert second.enter(phone.new_code().code) == 200


def test_wrong_codes_end_in_a_refusal(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    assert [Visit(opened.address).enter("guess") for _ in range(6)] == [403] * 5 + [429]
    assert Visit(opened.address).enter(opened.code) == 429


def test_foreign_host_and_foreign_origin_are_refused(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    visit = Visit(opened.address)
    assert visit.ask("GET", "/", Host="evil.test")[0] == 400
    body = {"code": opened.code}
    assert visit.ask("POST", "/enter", body, Origin="http://evil.test")[0] == 403
    assert visit.enter(opened.code) == 200


def test_silent_connections_of_one_address_shut_nobody_out(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    visit = Visit(opened.address)
    assert visit.enter(opened.code) == 200
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            line = socket.create_connection((visit.host, visit.port), PATIENCE_S, ("127.0.0.3", 0))
            stack.enter_context(line).sendall(b"GET / HT")
        assert visit.ask("GET", "/")[0] == 200


def test_silent_connection_ends(phone: Phone, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SILENT_S", 0.1)
    visit = Visit(phone.open(LOCAL_OWNER, job).address)
    with socket.create_connection((visit.host, visit.port), PATIENCE_S) as line:
        line.sendall(b"GET / HT")
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(1) == b""


def test_code_with_half_a_character_is_a_wrong_code(phone: Phone, job: str) -> None:
    visit = Visit(phone.open(LOCAL_OWNER, job).address)
    answers = [visit.ask("POST", "/enter", {"code": "\ud800"})[0] for _ in range(6)]
    assert answers == [403] * 5 + [429]


def test_text_that_is_too_long_is_a_sentence(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    visit = Visit(opened.address)
    visit.enter(opened.code)
    status, told, _ = visit.ask("POST", "/answer", {"text": "a" * 200_000})
    assert status < 500
    assert json.loads(told)["key"] == "question_long"


def test_closed_demo_cannot_be_reached(phone: Phone, job: str) -> None:
    opened = phone.open(LOCAL_OWNER, job)
    phone.close()
    assert phone.opened is None
    with pytest.raises(ConnectionRefusedError):
        Visit(opened.address).ask("GET", "/")
    with pytest.raises(ModelError, match="phone_is_closed"):
        phone.new_code()


def test_second_demo_closes_the_first(phone: Phone, studio: Studio, job: str) -> None:
    first = phone.open(LOCAL_OWNER, job)
    phone.open(LOCAL_OWNER, studio.job())
    assert not first.thread.is_alive()
    assert not first.door.admits("anything")


def test_address_that_does_not_lead_here_shows_no_code(studio: Studio, job: str) -> None:
    def lost(_address: str) -> str:
        raise OSError("timed out")

    for check, reason in ((lost, "timed out"), (lambda _: "other", "another program")):
        phone = phone_of(studio, check=check)
        with pytest.raises(ModelError, match=reason):
            phone.open(LOCAL_OWNER, job)
        assert phone.opened is None


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("10.255.255.1", "phone_no_port"),
        ("0.0.0.0", "phone_no_network"),  # noqa: S104
        ("8.8.8.8", "phone_no_network"),
    ],
)
def test_address_that_cannot_be_opened_is_named(
    studio: Studio, job: str, host: str, key: str
) -> None:
    phone = phone_of(studio, host=host)
    with pytest.raises(ModelError, match=key):
        phone.open(LOCAL_OWNER, job)
    assert phone.opened is None
