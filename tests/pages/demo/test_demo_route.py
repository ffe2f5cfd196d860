"""Files sent to a demo: bounded, named by us, refused to other sites."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from bigmodel.services.inference.uploads import DemoUploads
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.demo import demo_route
from pages.shared.web.middleware import SameOrigin
from pages.shared.web.page import LOCAL_OWNER
from tests.pages.owned import owned


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", max_upload_mb=1)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        inference=SimpleNamespace(uploads=DemoUploads(settings)),
    )
    app = owned(demo_route.routes(services), Middleware(SameOrigin))
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def kept(settings: Settings) -> list[Path]:
    return [path for path in settings.scratch.rglob("*") if path.is_file()]


def test_file_is_kept_under_a_name_of_ours(client: TestClient, settings: Settings) -> None:
    sent = client.post(demo_route.PATH, params={"name": "../../照片.PNG"}, content=b"abc")
    [path] = kept(settings)
    assert (sent.json()["id"], path.suffix, path.read_bytes()) == (path.stem, ".png", b"abc")
    assert DemoUploads(settings).find(LOCAL_OWNER, sent.json()["id"]) == path


def test_file_that_is_too_large_is_refused_and_gone(client: TestClient, settings: Settings) -> None:
    parts = (b"x" * 2**18 for _ in range(5))
    headers = {"accept-language": "zh"}
    refused = client.post(demo_route.PATH, params={"name": "a"}, content=parts, headers=headers)
    assert refused.status_code == 413
    assert "超过 1 MB" in refused.json()["error"]
    assert kept(settings) == []


def test_other_site_cannot_send_files(client: TestClient, settings: Settings) -> None:
    headers = {"origin": "https://evil.test"}
    assert client.post(demo_route.PATH, content=b"abc", headers=headers).status_code == 403
    assert kept(settings) == []


def test_full_disk_is_said_and_leaves_nothing(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = DemoUploads.place

    def on_a_full_disk(uploads: DemoUploads, owner: str, name: str, size: int) -> Path:
        path = place(uploads, owner, name)
        path.symlink_to("/dev/full")  # every write to it fails as on a full disk
        return path

    monkeypatch.setattr(DemoUploads, "place", on_a_full_disk)
    sent = client.post(demo_route.PATH, params={"name": "a.png"}, content=b"x" * 2**17)
    assert "No space left" in sent.json()["error"]
    assert kept(settings) == []
