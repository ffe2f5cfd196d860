"""The addresses of projects: pieces in, whole files out, nothing of anybody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from pages.shared.projects import project_route
from tests.fakes.journey import OWNER, write_table
from tests.pages.owned import owned


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    home = tmp_path_factory.mktemp("home")
    made = open_services(Settings(home=home / "data", offline=True))
    made.datasets.import_file(OWNER, write_table(home / "t.csv", 60), name="soup")
    return made


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    app = owned(project_route.routes(services))
    with TestClient(app, headers={"accept-language": "zh"}) as made:
        yield made


def test_file_arrives_in_pieces(client: TestClient, services: Services) -> None:
    key = client.post("/bm/projects?size=6").json()["id"]
    assert client.post(f"/bm/projects/{key}?at=0", content=b"abc").json()["done"] == 3
    assert client.post(f"/bm/projects/{key}?at=0", content=b"abc").json()["done"] == 3
    assert client.get(f"/bm/projects/{key}").json() == {"id": key, "done": 3, "size": 6}
    assert client.post(f"/bm/projects/{key}?at=3", content=b"def").json()["done"] == 6
    assert services.project.uploads.whole(OWNER, key).read_bytes() == b"abcdef"
    services.project.uploads.discard(OWNER, key)


def test_what_is_no_number_is_refused(client: TestClient) -> None:
    for text in ("", "-1", "1e9", "\uff19", "1" * 30):
        assert client.post("/bm/projects", params={"size": text}).status_code == 400
    answer = client.post("/bm/projects?size=99999999999999")
    assert answer.status_code == 409
    assert "MB" in answer.json()["error"]


def test_piece_that_is_too_large_is_not_kept(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_route, "PIECE_BYTES", 4)
    key = client.post("/bm/projects?size=9").json()["id"]
    assert client.post(f"/bm/projects/{key}?at=0", content=b"abcdef").status_code == 499
    assert client.get(f"/bm/projects/{key}").json()["done"] == 0


def test_unknown_keys_lead_nowhere(client: TestClient) -> None:
    for path in ("/bm/projects/..%2f..", "/bm/projects/words%00", "/bm/handouts/1"):
        assert client.get(path).status_code in (404, 409)


def test_project_is_handed_out_whole(
    client: TestClient, services: Services, tmp_path: Path
) -> None:
    key, _ = services.project.save_download(OWNER, [])
    answer = client.get(f"/bm/handouts/{key}")
    assert answer.content == services.downloads.find(OWNER, key).read_bytes()
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_words_come_in_the_language_of_the_page(client: TestClient) -> None:
    found = client.get("/bm/projects/words").json()
    assert found["words"]["choose"] == "选择项目文件"
