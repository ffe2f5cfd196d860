"""The real app with several people: nobody gets in without a way in, and nobody reaches what is somebody else's."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.patience import PATIENCE_S
from tests.server import ROOT, Studio

HTML = {"accept": "text/html"}
SHARE_MB = 20
PASSWORD = "a long enough password"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    environment = {"BIGMODEL_SIGN_IN": "open", "BIGMODEL_PERSON_DISK_MB": str(SHARE_MB)}
    app = Studio(tmp_path_factory.mktemp("open"), environment, trains=False)
    app.start()
    yield app
    app.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    app = Studio(
        tmp_path_factory.mktemp("accounts"), {"BIGMODEL_SIGN_IN": "accounts"}, trains=False
    )
    run_users(app.home, "add", "anna", "--admin")
    run_users(app.home, "add", "bo")
    app.start()
    yield app
    app.stop()


def run_users(home: Path, *args: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bigmodel", "--json", "users", *args]
    environment = {"BIGMODEL_HOME": str(home), "PATH": "/usr/bin:/bin", "BIGMODEL_OFFLINE": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=f"{PASSWORD}\n", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@contextmanager
def visitor(app: Studio) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=app.url, timeout=PATIENCE_S) as client:
        assert client.get("", headers=HTML).status_code == 200
        yield client


def upload(client: httpx.Client, name: str = "own.csv") -> str:
    sent = client.post("gradio_api/upload", files={"files": (name, b"text,label\na,b\n")})
    return str(sent.json()[0])


def test_visitor_gets_a_cookie_that_no_script_reads(open_house: Studio) -> None:
    answer = httpx.get(open_house.url, headers=HTML, timeout=PATIENCE_S)
    held = answer.headers["set-cookie"]
    assert "HttpOnly" in held
    assert "SameSite=Lax" in held
    assert (
        httpx.get(open_house.url + "bm/pulse", timeout=PATIENCE_S).status_code == 401
    )  # no page, no cookie


def test_file_of_one_is_nowhere_for_the_other(open_house: Studio) -> None:
    with visitor(open_house) as anna, visitor(open_house) as bo:
        path = upload(anna)
        assert anna.get(f"gradio_api/file={path}").text.startswith("text,label")
        assert bo.get(f"gradio_api/file={path}").status_code == 404
        taken = {"path": path, "meta": {"_type": "gradio.FileData"}}
        asked = {"data": [taken], "fn_index": 0, "session_hash": "bo"}
        assert bo.post("gradio_api/queue/join", json=asked).status_code == 404
        assert upload(bo) == path  # the same bytes have the same name
        assert bo.get(f"gradio_api/file={path}").status_code == 200


def test_upload_beyond_a_persons_share_is_refused_before_it_is_read(open_house: Studio) -> None:
    with visitor(open_house) as anna:
        size = (SHARE_MB + 1) * 2**20

        def endless() -> Iterator[bytes]:
            for _ in range(size // 2**20):
                yield bytes(2**20)

        kind = {"content-type": "multipart/form-data; boundary=b"}
        told = {**kind, "content-length": str(size)}
        with suppress(httpx.WriteError):  # the line is closed once the answer was given
            refused = anna.post("gradio_api/upload", content=endless(), headers=told)
            assert refused.status_code == 413
            assert f"{SHARE_MB} MB" in refused.json()["error"]
        assert anna.post("gradio_api/upload", content=endless(), headers=kind).status_code == 411
        assert upload(anna)


def test_session_of_one_is_not_heard_by_the_other(open_house: Studio) -> None:
    with visitor(open_house) as anna, visitor(open_house) as bo:
        asked = {"data": [], "fn_index": 0, "session_hash": "of-anna"}
        anna.post("gradio_api/queue/join", json=asked)
        for method, path in (
            ("GET", "gradio_api/queue/data?session_hash=of-anna"),
            ("GET", "gradio_api/heartbeat/of-anna"),
            ("POST", "gradio_api/queue/join"),
        ):
            sent = bo.request(method, path, json=asked if method == "POST" else None)
            assert sent.status_code == 404, path


def test_routes_of_ours_answer_the_owner_only(open_house: Studio) -> None:
    with visitor(open_house) as anna, visitor(open_house) as bo:
        tray = anna.post("bm/trays", json={"kind": "collect", "name": "image"}).json()["id"]
        assert anna.get(f"bm/trays/{tray}").status_code == 200
        assert bo.get(f"bm/trays/{tray}").status_code == 404
        folder = anna.post("bm/trays", json={"kind": "folder", "name": "photos"}).json()["id"]
        assert anna.get(f"bm/trays/{folder}").json()["advice"] == []
        sent = bo.post(f"bm/trays/{tray}/files?path=a.jpg", content=b"x")
        assert sent.status_code == 404


def test_code_opens_the_same_place_in_another_browser(open_house: Studio) -> None:
    with visitor(open_house) as anna, visitor(open_house) as other:
        tray = anna.post("bm/trays", json={"kind": "collect", "name": "image"}).json()["id"]
        code = anna.post("bm/sign-in", json={"do": "code"}).json()["code"]
        wrong = other.post("bm/sign-in", json={"do": "return", "code": "WRONG"})
        assert wrong.status_code == 403
        assert "code" in wrong.json()["error"]
        assert other.post("bm/sign-in", json={"do": "return", "code": code}).status_code == 200
        assert other.get(f"bm/trays/{tray}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["bm/pulse", "bm/trays/words", "config", "gradio_api/info", "gradio_api/queue/data?session_hash=x", "demo/x/"],
)  # fmt: skip
def test_nothing_answers_who_is_not_signed_in(house: Studio, path: str) -> None:
    answer = httpx.get(house.url + path, timeout=PATIENCE_S)
    assert answer.status_code == 401
    assert "sign" in answer.json()["error"]


def test_page_leads_to_the_sign_in_and_back(house: Studio) -> None:
    with httpx.Client(base_url=house.url, follow_redirects=False, timeout=PATIENCE_S) as anna:
        led = anna.get("?tab=jobs", headers=HTML)
        assert led.status_code == 303
        assert led.headers["location"] == "/sign-in?next=/%3Ftab%3Djobs"
        page = anna.get(led.headers["location"])
        assert 'data-next="/?tab=jobs"' in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        signed = anna.post("bm/sign-in", json={"do": "in", "name": "Anna", "password": PASSWORD})
        assert signed.status_code == 200
        assert anna.get("bm/pulse").status_code == 200
        anna.post("bm/sign-in", json={"do": "out"})
        assert anna.get("bm/pulse").status_code == 401


@pytest.mark.parametrize("asked", ["//evil.test", "https://evil.test", "/\\evil.test", "x"])
def test_sign_in_leads_to_no_other_site(house: Studio, asked: str) -> None:
    page = httpx.get(house.url + "sign-in", params={"next": asked}, timeout=PATIENCE_S)
    assert 'data-next="/"' in page.text


def test_accounts_are_listed_reset_and_removed(tmp_path: Path) -> None:
    run_users(tmp_path, "add", "anna", "--admin")
    listed = run_users(tmp_path, "list")["accounts"]
    assert [(each["name"], each["admin"]) for each in listed] == [("anna", True)]
    run_users(tmp_path, "reset", "anna")
    assert run_users(tmp_path, "remove", "anna")["datasets"] == 0
    assert run_users(tmp_path, "list")["accounts"] == []


def test_health_tells_a_stranger_no_path(house: Studio) -> None:
    told = httpx.get(house.url + "healthz", timeout=PATIENCE_S)
    assert told.json()["status"] == "ok"
    assert str(house.home) not in told.text


@contextmanager
def signed_in(app: Studio, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=app.url, timeout=PATIENCE_S) as client:
        asked = {"do": "in", "name": name, "password": PASSWORD}
        assert client.post("bm/sign-in", json=asked).status_code == 200
        yield client


def test_administrator_sees_who_uses_how_much_and_sets_limits(house: Studio) -> None:
    with signed_in(house, "anna") as anna, signed_in(house, "bo") as bo:
        assert bo.post("bm/trays", json={"kind": "collect", "name": "image"}).status_code == 200
        page = anna.get("people", headers={"accept-language": "en"}).text
        assert "anna" in page
        assert "0 datasets" in page
        person = re.search(r'<h2>bo</h2>.*?data-person="([^"]+)"', page, re.S)
        assert person is not None
        share = {"do": "share", "person": person[1], "jobs": "", "minutes": "7", "disk_mb": "1"}
        for asked in (share, {"do": "cancel", "person": person[1]}):
            assert bo.post("bm/people", json=asked).status_code == 404  # she is no administrator
        assert bo.get("people").status_code == 404
        assert anna.post("bm/people", json={**share, "jobs": "-1"}).status_code == 409
        assert anna.post("bm/people", json=share).status_code == 200
        assert 'name="minutes" inputmode="numeric" value="7"' in anna.get("people").text
        tray = bo.post("bm/trays", json={"kind": "folder", "name": "photos"}).json()["id"]
        sent = bo.post(f"bm/trays/{tray}/files?path=a/b.jpg", content=bytes(2 * 2**20))
        assert sent.status_code == 409
        assert "1 MB" in sent.json()["error"]
        assert anna.post("bm/people", json={"do": "cancel", "person": person[1]}).json() == {
            "cancelled": 0
        }
        assert "bm-who" not in anna.get("sign-in").text
        assert 'href="people"' in anna.get("sign-in").text
        own = bo.get("sign-in", headers={"accept-language": "en"}).text
        assert 'href="people"' not in own
        assert "0 of 7 minutes of training" in own  # of what she was just given


def test_other_site_reads_and_changes_nothing_with_a_valid_cookie(house: Studio) -> None:
    evil = {"Origin": "https://evil.example"}
    with signed_in(house, "anna") as anna:
        for path in ("bm/trays", "bm/sign-in", "gradio_api/queue/join", "gradio_api/upload"):
            assert anna.post(path, json={"do": "out"}, headers=evil).status_code == 403
        read = anna.get("bm/pulse", headers=evil)
        assert read.status_code == 200, "nobody signed her out"
        assert "access-control-allow-origin" not in read.headers
        assert read.headers["cross-origin-resource-policy"] == "same-origin"


def wrong_tries(app: Studio, source: str, said: str) -> list[int]:
    """Return what twelve wrong passwords are answered from an address; `said` is what a proxy would say, or a liar."""
    with httpx.Client(
        transport=httpx.HTTPTransport(local_address=source), timeout=PATIENCE_S
    ) as client:
        return [
            client.post(
                app.url + "bm/sign-in",
                json={"do": "in", "name": "bo", "password": str(number)},
                headers={"x-forwarded-for": said.format(number)},
            ).status_code
            for number in range(12)
        ]


def test_wrong_passwords_are_limited_whatever_address_is_claimed(house: Studio) -> None:
    beyond = [403] * 5 + [429] * 7
    assert wrong_tries(house, "127.0.0.2", "6.6.6.{}") == beyond  # nobody's proxy: not believed
    assert wrong_tries(house, "127.0.0.1", "6.6.6.{}, 9.9.9.9") == beyond  # the proxy says 9.9.9.9
    right = {"do": "in", "name": "bo", "password": PASSWORD}
    for said, status in (("9.9.9.9", 429), ("9.9.9.8", 200)):
        headers = {"x-forwarded-for": said, "x-forwarded-proto": "https"}
        answer = httpx.post(
            house.url + "bm/sign-in", json=right, headers=headers, timeout=PATIENCE_S
        )
        assert answer.status_code == status
    assert "Secure" in answer.headers["set-cookie"]


def test_address_of_a_page_is_what_no_header_claims(house: Studio) -> None:
    claims = {"x-forwarded-host": "evil.test", "x-gradio-server": "http://evil.test"}
    with (
        signed_in(house, "anna") as anna,
        httpx.Client(
            transport=httpx.HTTPTransport(local_address="127.0.0.2"), timeout=PATIENCE_S
        ) as afar,
    ):
        assert "evil.test" not in anna.get("", headers={**HTML, **claims}).text
        assert anna.get("config", headers=claims).json()["root"] == house.url.rstrip("/")
        asked = {"do": "in", "name": "anna", "password": PASSWORD}
        said = {"x-forwarded-proto": "https"}
        let_in = afar.post(house.url + "bm/sign-in", json=asked, headers=said, timeout=PATIENCE_S)
        assert let_in.status_code == 200
        assert "Secure" not in let_in.headers["set-cookie"]
