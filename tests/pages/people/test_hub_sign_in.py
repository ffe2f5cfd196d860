"""Signing in with an account of the hub, against a stand-in of its OAuth server on this machine."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bigmodel.core.errors import SettingsError
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from pages.shared.people import gate, sign_in_page
from pages.shared.web.page import owner_of
from tests.fakes.services import real_services

CLIENT, SECRET, HOST = "app-id", "app-secret", "space.hf.space"
PAGE = {"accept": "text/html"}


@dataclass
class Hub:
    """Knows who is signed in there, and the codes that it gave out."""

    username: str = "Anna"
    subject: str = "sub-1"
    codes: dict[str, str] = field(default_factory=dict)  # code → challenge
    tokens: set[str] = field(default_factory=set)
    url: str = ""

    def allow(self, address: str) -> str:
        """Return where the hub sends a browser whose person presses *Authorize*."""
        asked = {key: found[0] for key, found in parse_qs(urlsplit(address).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, form: dict[str, str], allowed: str) -> str | None:
        challenge = self.codes.pop(form["code"], "")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        is_begun_here = base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if not is_begun_here or allowed != f"Basic {basic}":
            return None
        token = f"hf_oauth_{len(self.tokens)}"
        self.tokens.add(token)
        return token


@pytest.fixture
def hub() -> Iterator[Hub]:
    known = Hub()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {key: found[0] for key, found in parse_qs(sent).items()}
            token = known.token(form, self.headers["authorization"])
            self._answer({"access_token": token} if token else None)

        def do_GET(self) -> None:
            token = self.headers["authorization"].removeprefix("Bearer ")
            told = {"sub": known.subject, "preferred_username": known.username}
            self._answer(told if token in known.tokens else None)

        def _answer(self, told: object) -> None:
            body = json.dumps(told or {}).encode()
            self.send_response(200 if told else 401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    known.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def settings_of(home: Path, hub: Hub, **more: object) -> Settings:
    values = {
        "home": home, "offline": True, "sign_in": "hub", "oauth_client_id": CLIENT, "space_id": "anna/space",
        "oauth_client_secret": SECRET, "openid_provider_url": hub.url, "space_author": "anna",
    }  # fmt: skip
    made = Settings.model_validate({**values, **more})
    made.make_folders()
    return made


@pytest.fixture
def services(tmp_path: Path, hub: Hub) -> Services:
    return real_services(settings_of(tmp_path / "home", hub))


@pytest.fixture
def space(services: Services) -> Starlette:
    def who(request: Request) -> PlainTextResponse:
        return PlainTextResponse(owner_of(request))

    routes = [*sign_in_page.routes(services), Route("/", who)]
    return Starlette(routes=routes, middleware=gate.doors(services))


def browser(space: Starlette) -> TestClient:
    return TestClient(space, base_url=f"https://{HOST}", follow_redirects=False)


def enter(person: TestClient, hub: Hub) -> str:
    """Sign in, and return whom the app takes the browser for."""
    sent = person.get("/sign-in/hub", params={"next": "/?tab=jobs"})
    answer = person.get(hub.allow(sent.headers["location"]))
    assert (answer.status_code, answer.headers["location"]) == (303, "/?tab=jobs")
    return person.get("/").text


def test_page_leads_to_the_hub_and_back(space: Starlette, hub: Hub, services: Services) -> None:
    with browser(space) as anna, browser(space) as bo:
        led = anna.get("/", headers=PAGE)
        assert led.headers["location"].startswith("/sign-in?next=")
        assert 'href="sign-in/hub?next=%2F"' in anna.get("/sign-in").text
        hers = enter(anna, hub)
        hub.username, hub.subject = "Bo", "sub-2"
        assert enter(bo, hub) != hers
        assert services.admin.is_admin(hers)  # she made the Space
        assert [each.person.name for each in services.admin.usage(hers)] == ["@anna", "@bo"]


def test_one_person_of_the_hub_is_one_owner_in_every_browser(space: Starlette, hub: Hub) -> None:
    with browser(space) as first, browser(space) as second:
        hers = enter(first, hub)
        hub.username = "anna-with-a-new-name"
        assert enter(second, hub) == hers


def test_sign_in_of_somebody_else_is_not_finished_here(space: Starlette, hub: Hub) -> None:
    with browser(space) as anna, browser(space) as evil:
        begun = evil.get("/sign-in/hub")
        link = hub.allow(begun.headers["location"])
        assert anna.get(link).status_code == 403  # her browser did not begin it
        assert evil.get(link).status_code == 403  # and a link works once
        assert anna.get("/").status_code == 401


def test_code_that_the_hub_does_not_know_is_refused(space: Starlette, hub: Hub) -> None:
    with browser(space) as anna:
        sent = anna.get("/sign-in/hub")
        link = hub.allow(sent.headers["location"]).replace("code=code-0", "code=guessed")
        refused = anna.get(link, headers={"accept-language": "en"})
        assert refused.status_code == 403
        assert "Hugging Face" in refused.json()["error"]
        assert SECRET not in refused.text


def test_failures_are_limited_by_address(space: Starlette) -> None:
    with browser(space) as evil:
        statuses = [evil.get(f"/sign-in/hub/back?code=x&state={n}").status_code for n in range(12)]
    assert statuses[0] == 403
    assert statuses[-1] == 429


def test_password_of_an_account_is_not_asked(services: Services, space: Starlette) -> None:
    with browser(space) as evil:
        asked = {"do": "in", "name": "@anna", "password": "a long enough password"}
        assert evil.post("/bm/sign-in", json=asked).status_code == 400


@pytest.mark.parametrize(
    "change", [{"oauth_client_id": ""}, {"openid_provider_url": "http://hub.example"}]
)
def test_setting_that_cannot_work_is_refused(
    tmp_path: Path, hub: Hub, change: dict[str, str]
) -> None:
    services = real_services(settings_of(tmp_path / "home", hub, **change))
    with pytest.raises(SettingsError, match="oauth_missing"):
        services.hub_sign_in.check()
