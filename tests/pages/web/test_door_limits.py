"""What one request may ask for is bounded: parts of a form, ranges of a file, tries to sign in. The doors stand in this process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from bigmodel.services.people import hashes
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from pages.shared.people import gate, sign_in_page
from pages.shared.web import server
from pages.shared.web.body import FILE, UPLOAD
from tests.fakes.services import real_services
from tests.pages.one_tab import in_own_loop

FORM = {"content-type": "multipart/form-data; boundary=b"}
TEXT = bytes(range(256)) * 8
PASSWORD = "a long enough password"


@dataclass
class House:
    """A page with one input behind all doors of the app; `anna` may come in."""

    app: App
    cache: Path

    def at(self, address: str) -> TestClient:
        return TestClient(
            self.app, "http://house", client=(address, 1), raise_server_exceptions=False
        )

    def uploads(self) -> list[Path]:
        return [path for path in self.cache.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("limits")
    settings = Settings(home=folder / "home", offline=True, sign_in="accounts", hosts=("house",))
    settings.make_folders()
    services = real_services(settings)
    services.people.add("anna", PASSWORD)
    server.take_files_alone()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "cache"))
        app = in_own_loop(lambda: built(services))
        server._add_routes(app, sign_in_page.routes(services))
        yield House(app, folder / "cache")


def built(services: Services) -> App:
    with gr.Blocks() as page:
        gr.Textbox()
    page.max_file_size = services.settings.max_upload_mb * 2**20
    middleware = server._middleware(services.settings, gate.doors(services))
    return App.create_app(page, app_kwargs={"middleware": middleware, "openapi_url": None})


@pytest.fixture(scope="module")
def anna(house: House) -> TestClient:
    client = house.at("1.1.1.1")
    assert sign_in(client, PASSWORD) == 200
    return client


def sign_in(client: TestClient, password: str) -> int:
    asked = {"do": "in", "name": "anna", "password": password}
    return client.post("/bm/sign-in", json=asked).status_code


def form(*parts: tuple[str, bytes]) -> bytes:
    disposition = b'--b\r\nContent-Disposition: form-data; name="files"'
    sent = [b"%s%s\r\n\r\n%s\r\n" % (disposition, more.encode(), body) for more, body in parts]
    return b"".join(sent) + b"--b--\r\n"


A_FILE = '; filename="a.bin"'


def test_thousand_and_one_files_in_one_form_are_refused_and_none_stays(
    anna: TestClient, house: House
) -> None:
    before = house.uploads()
    answer = anna.post(UPLOAD, content=form(*[(A_FILE, b"x")] * 1001), headers=FORM)
    assert answer.status_code == 400
    assert house.uploads() == before


def test_field_of_a_form_is_refused_before_it_is_held_in_memory(
    anna: TestClient, house: House
) -> None:
    before = house.uploads()
    for query in ("", "?upload_id=mine"):
        sent = form((A_FILE, b"x"), ("", b"x" * 2**20))
        assert anna.post(UPLOAD + query, content=sent, headers=FORM).status_code == 400
    assert house.uploads() == before


@pytest.fixture(scope="module")
def file(anna: TestClient) -> str:
    sent = anna.post(UPLOAD, content=form((A_FILE, TEXT)), headers=FORM)
    return FILE + str(sent.json()[0])


@pytest.mark.parametrize("count", [2, 100, 10_000])
def test_many_ranges_of_a_file_bring_no_more_than_the_file(
    anna: TestClient, file: str, count: int
) -> None:
    overlapping = ",".join(["0-"] * count)
    answer = anna.get(file, headers={"range": f"bytes={overlapping}"})
    assert answer.status_code in (200, 206)
    assert len(answer.content) < len(TEXT) + 500


@pytest.mark.parametrize(
    ("asked", "status", "held"),
    [("0-9", 206, TEXT[:10]), ("2000-", 206, TEXT[2000:]), ("-5", 206, TEXT[-5:]), ("1-2,4-5", 206, None),
     ("9999-", 416, None), ("x-y", 400, None), ("1-2-3", 400, None)],
)  # fmt: skip
def test_range_of_a_file_is_answered_or_refused(
    anna: TestClient, file: str, asked: str, status: int, held: bytes | None
) -> None:
    answer = anna.get(file, headers={"range": f"bytes={asked}"})
    assert answer.status_code == status
    assert held in (None, answer.content)
    assert "cookie" not in answer.headers, "what a browser sent must not come back to its scripts"


def test_two_hundred_wrong_passwords_shut_out_one_address_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    monkeypatch.setattr(hashes, "is_password", lambda given, _: looked.append(given) or False)
    evil = house.at("6.6.6.6")
    statuses = [sign_in(evil, str(number)) for number in range(200)]
    assert statuses == [403] * 5 + [429] * 195
    assert len(looked) == 5
    monkeypatch.undo()
    assert sign_in(evil, PASSWORD) == 429
    assert sign_in(house.at("1.1.1.1"), PASSWORD) == 200


def test_addresses_of_one_network_are_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "is_password", lambda *_: False)
    statuses = [sign_in(house.at(f"2001:db8::{number:x}"), "wrong") for number in range(1, 7)]
    assert statuses == [403] * 5 + [429]
    assert sign_in(house.at("2001:db8:1::1"), "wrong") == 403
