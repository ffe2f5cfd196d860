"""The addresses of trays and media: what they take, what they keep apart, and what they never send."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from bigmodel.core.errors import NotFoundError
from bigmodel.services.datasets.uploads import UploadService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.data import upload_route
from pages.shared.web import media_route
from pages.shared.web.body import MOST_JSON_BYTES, small_object
from pages.shared.web.media_route import media_url
from tests.pages.owned import owned

PICTURE = b"\xff\xd8\xff" + bytes(300)
HASH = "ab" * 32


class Datasets:
    """Knows one file of one dataset."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{HASH}.jpg"
        self.path.write_bytes(PICTURE)
        self.odd = folder / f"{HASH}.svg"
        self.odd.write_text("<svg onload='x'/>")
        self.asked: list[bool] = []

    def media_path(self, owner: str, dataset_id: str, file: str, *, thumb: bool = False) -> Path:
        self.asked.append(thumb)
        if (owner, dataset_id) == ("local", "d1") and file.startswith("ab/"):
            return self.odd if file.endswith(".svg") else self.path
        raise NotFoundError("media_gone")


@pytest.fixture
def client(settings: Settings, tmp_path: Path) -> Iterator[TestClient]:
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        uploads=UploadService(settings),
        datasets=Datasets(tmp_path),
    )
    routes = [*media_route.routes(services), *upload_route.routes(services)]
    with TestClient(owned(routes), headers={"accept-language": "en"}) as made:
        yield made


def opened(client: TestClient, **body: str) -> dict[str, Any]:
    found: dict[str, Any] = client.post("/bm/trays", json=body).json()
    return found


def put(client: TestClient, tray: str, path: str, content: bytes = b"x") -> Any:
    return client.post(f"/bm/trays/{tray}/files", params={"path": path}, content=content)


def test_folder_that_was_half_sent_says_what_it_has(client: TestClient) -> None:
    tray = opened(client, kind="folder", name="f")["id"]
    assert put(client, tray, "f/a/1.jpg", b"12345").status_code == 201
    again = opened(client, kind="folder", name="f")
    assert again["id"] == tray
    assert {path: item["size"] for path, item in again["have"].items()} == {"f/a/1.jpg": 5}


def test_body_without_its_length_is_not_kept(client: TestClient) -> None:
    tray = opened(client, kind="folder", name="f")["id"]
    answer = client.post(f"/bm/trays/{tray}/files?path=a.jpg", content=iter([b"abc"]))
    assert answer.status_code == 499
    assert opened(client, kind="folder", name="f")["have"] == {}


def test_file_over_the_limit_is_refused_before_it_is_sent(
    client: TestClient, settings: Settings
) -> None:
    tray = opened(client, kind="folder", name="f")["id"]
    too_many = str(settings.max_upload_mb * 2**20 + 1)
    answer = client.post(
        f"/bm/trays/{tray}/files?path=a.jpg", content=b"x", headers={"content-length": too_many}
    )
    assert (answer.status_code, answer.json()["key"]) == (409, "file_big")


def test_classes_are_made_filled_renamed_and_counted(client: TestClient) -> None:
    tray = opened(client, kind="collect", name="image")["id"]
    client.post(f"/bm/trays/{tray}/change", json={"do": "add_class", "with": ["cat"]})
    put(client, tray, "dog/image.jpg")
    put(client, tray, "dog/image.jpg")
    asked = {"do": "rename_class", "with": ["dog", "hound"]}
    found = client.post(f"/bm/trays/{tray}/change", json=asked).json()
    assert [(group["name"], group["count"]) for group in found["classes"]] == [
        ("cat", 0),
        ("hound", 2),
    ]
    assert not found["ready"]
    assert "10 more" in " ".join(found["advice"])


def test_ten_recordings_with_text_are_enough_to_begin(client: TestClient) -> None:
    tray = opened(client, kind="collect", name="speech")["id"]
    for number in range(10):
        item = put(client, tray, f"speech/{number}.webm").json()["id"]
        said = {"do": "say", "with": [item, f"word {number}"]}
        found = client.post(f"/bm/trays/{tray}/change", json=said).json()
        assert found["ready"] == (number == 9)
    assert "does not understand new ones" in found["advice"][0]


@pytest.mark.parametrize(
    "change",
    [
        {}, {"do": "discard"}, {"do": "remove", "with": []}, [1], {"do": "remove", "with": 7},
        {"do": "add_class", "with": ["x" * MOST_JSON_BYTES]},
    ],
)  # fmt: skip
def test_unknown_change_does_nothing(client: TestClient, change: Any) -> None:
    tray = opened(client, kind="collect")["id"]
    assert client.post(f"/bm/trays/{tray}/change", json=change).status_code == 400


def test_endless_change_is_not_read_to_its_end() -> None:
    taken: list[int] = []

    async def receive() -> dict[str, Any]:
        taken.append(len(taken))
        return {"type": "http.request", "body": b" " * 40_000, "more_body": len(taken) < 100}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with ThreadPoolExecutor(
        1
    ) as pool:  # the browser of other tests keeps this thread's loop running
        assert pool.submit(lambda: asyncio.run(small_object(request))).result() == {}
    assert len(taken) == 27  # a part is thrown away, so that the sender hears the answer


def test_unknown_tray_is_a_sentence(client: TestClient) -> None:
    answer = client.get("/bm/trays/nonsense", headers={"accept-language": "zh"})
    assert answer.status_code == 404
    assert "收集" in answer.json()["error"]


def test_own_file_is_shown_as_its_kind_or_not_at_all(client: TestClient) -> None:
    tray = opened(client, kind="collect")["id"]
    photo = put(client, tray, "cat/1.JPG", PICTURE).json()["id"]
    page = put(client, tray, "cat/1.html", b"<script>").json()["id"]
    iphone = put(client, tray, "cat/2.HEIC", PICTURE).json()["id"]
    answer = client.get(f"/bm/trays/{tray}/files/{photo}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/bm/trays/{tray}/files/{page}").status_code == 404
    shown = client.get(f"/bm/trays/{tray}/files/{iphone}")
    assert shown.headers["content-type"] == "image/heic"


def test_texts_of_the_boxes_are_in_the_persons_language(client: TestClient) -> None:
    found = client.get("/bm/trays/words", headers={"accept-language": "zh"}).json()
    assert found["box"]["record"] == "录音"
    assert "{done}" in found["folder"]["sending"]


def test_media_is_sent_as_what_it_is(client: TestClient) -> None:
    answer = client.get("/" + media_url("d1", f"ab/{HASH}.jpg"))
    assert answer.content == PICTURE
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_player_may_ask_for_a_part(client: TestClient) -> None:
    address = "/" + media_url("d1", f"ab/{HASH}.jpg")
    answer = client.get(address, headers={"range": "bytes=0-2"})
    assert (answer.status_code, answer.content) == (206, b"\xff\xd8\xff")


def test_small_picture_is_asked_for_as_such(client: TestClient) -> None:
    assert client.get("/" + media_url("d1", f"ab/{HASH}.jpg", thumb=True)).status_code == 200


@pytest.mark.parametrize(
    "address",
    [f"bm/media/d2/ab/{HASH}.jpg", f"bm/media/d1/ab/{HASH}.svg", "bm/media/d1/..%2f/studio.db"],
)
def test_what_is_not_ours_is_not_there(client: TestClient, address: str) -> None:
    assert client.get(f"/{address}").status_code == 404
