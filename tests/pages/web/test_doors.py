"""What the real app refuses at its doors, asked over HTTP as another program would ask."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from tests.patience import PATIENCE_S
from tests.server import ROOT, Studio

pytestmark = [pytest.mark.slow]
TABLE = ROOT / "assets" / "samples" / "support_en.csv"
EVIL = "https://evil.example"
FILE_INPUTS = {"file", "uploadbutton", "image", "audio", "video", "gallery", "multimodaltextbox"}
APPROVED_ENDPOINTS: set[str] = set()  # named endpoints that anybody's program may call


class Answer(NamedTuple):
    status: int
    headers: Message
    text: str


def ask(
    studio: Studio,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
) -> Answer:
    """GET, or POST when there is a body; an answer is an answer, whatever its status."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(f"{studio.url}{path}", data, sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read().decode("utf-8", "replace"))


def config(studio: Studio) -> Any:
    return json.loads(ask(studio, "config").text)


def endpoints_that_take_files(studio: Studio) -> dict[int, list[str]]:
    """Return the kinds of input of every event that has a file among them."""
    page = config(studio)
    kinds = {part["id"]: part["type"] for part in page["components"]}
    events = {e["id"]: [kinds[i] for i in e["inputs"]] for e in page["dependencies"]}
    return {number: inputs for number, inputs in events.items() if FILE_INPUTS & set(inputs)}


def call(studio: Studio, number: int, data: Sequence[object]) -> Any:
    """Run an event the way the page does, and return how it ended."""
    session = f"door{number}"
    body = {"data": data, "fn_index": number, "session_hash": session}
    assert ask(studio, "gradio_api/queue/join", body).status == 200
    stream = ask(studio, f"gradio_api/queue/data?session_hash={session}").text
    lines = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: ")]
    return next(line for line in lines if line["msg"] == "process_completed")


def file_data(path: str | Path, **more: str) -> dict[str, object]:
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}, **more}


def upload(studio: Studio, file: Path) -> str:
    """Upload a file the way the page does and return its path at the server."""
    head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n\r\n'
    body = head.encode() + file.read_bytes() + b"\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = ask(studio, "gradio_api/upload", body, kind)
    return str(json.loads(answer.text)[0])


@pytest.fixture(scope="module")
def dataset_file(studio: Studio) -> Path:
    """A table of a dataset, brought in through the front door, which shows that the door opens."""
    number = next(
        n for n, kinds in endpoints_that_take_files(studio).items() if kinds == ["file", "dropdown"]
    )
    assert call(studio, number, [file_data(upload(studio, TABLE)), ""])["success"]
    return next((studio.home / "datasets").rglob("items.parquet"))


def test_file_that_was_not_uploaded_is_refused(studio: Studio, dataset_file: Path) -> None:
    paths = ("/etc/hostname", studio.home / "studio.db", dataset_file)
    calls = [
        (number, [file_data(path) if kind in FILE_INPUTS else None for kind in kinds])
        for path in paths
        for number, kinds in endpoints_that_take_files(studio).items()
    ]
    assert len(calls) >= 4 * len(paths)
    for number, data in calls:
        ended = call(studio, number, data)
        assert not ended["success"]
        assert ended["output"] == {"error": None}  # nothing about the file, not even a reason
    log = (studio.home / "app.log").read_text("utf-8")
    assert log.count("exceptions.InvalidPathError") == len(calls)


def test_app_fetches_no_address_of_this_network(studio: Studio) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x.csv"
        for number, kinds in endpoints_that_take_files(studio).items():
            for given in (file_data(url), file_data("", url=url)):
                data = [given if kind in FILE_INPUTS else None for kind in kinds]
                assert not call(studio, number, data)["success"]
        with pytest.raises(TimeoutError):
            listener.accept()


def test_files_of_the_data_folder_are_not_served(studio: Studio, dataset_file: Path) -> None:
    home = studio.home
    jailed = [home / "studio.db", home / "app.log", home / "run" / "app.json", dataset_file]
    outside = ["/etc/passwd", "../../../../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd"]
    around = [f"{home}/scratch/downloads/../../studio.db", f"{home}/scratch/gradio/../../studio.db"]
    own = ["app.py", "pyproject.toml", ROOT / "app.py"]
    for path in (*jailed, *outside, *around, *own, f"{studio.url}config"):
        for route in ("gradio_api/file=", "gradio_api/file/", "gradio_api/proxy=", "static/"):
            assert ask(studio, f"{route}{path}").status in {400, 403, 404}, (route, path)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_foreign_host_gets_nothing(studio: Studio, host: str) -> None:
    for path in ("", "config", "healthz"):
        answer = ask(studio, path, headers={"Host": host, "Origin": EVIL})
        assert answer.status == 400
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:1", "http://localhost"])
def test_foreign_page_can_neither_post_nor_read(studio: Studio, origin: str) -> None:
    foreign = {"Origin": origin, "Cookie": "session=1"}
    for path in ("gradio_api/queue/join", "gradio_api/upload", "gradio_api/run/x"):
        assert ask(studio, path, {}, foreign).status == 403
    for path in ("config", "healthz", "gradio_api/info"):
        assert "access-control-allow-origin" not in ask(studio, path, headers=foreign).headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_foreign_site_without_origin_cannot_post(studio: Studio, site: str) -> None:
    for path in ("bm/trays", "gradio_api/queue/join"):
        assert ask(studio, path, {}, {"Sec-Fetch-Site": site}).status == 403
    assert ask(studio, "bm/trays", {}, {"Sec-Fetch-Site": "same-origin"}).status == 200
    other_scheme = studio.url.replace("http:", "https:").rstrip("/")
    assert ask(studio, "bm/trays", {}, {"Origin": other_scheme}).status == 403


@pytest.mark.parametrize("path", ["", "?demo=x", "config", "bm/plotly.min.js", "healthz"])
def test_no_other_site_shows_or_embeds_anything(studio: Studio, path: str) -> None:
    headers = ask(studio, path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["process_recording", "call/v2/x", "call/x", "run/x", "api/x", "deep_link", "openapi.json"],
)
def test_endpoints_that_no_page_uses_are_not_there(studio: Studio, path: str) -> None:
    assert ask(studio, f"gradio_api/{path}").status == 404
    assert ask(studio, f"gradio_api/{path}", {}).status == 404


def resident_mb(studio: Studio) -> float:
    assert studio.process is not None
    return float(psutil.Process(studio.process.pid).memory_info().rss / 2**20)


@pytest.mark.parametrize("path", ["gradio_api/queue/join", "config", "bm/trays", "nowhere"])
def test_endless_body_is_refused_before_it_fills_the_memory(studio: Studio, path: str) -> None:
    before = resident_mb(studio)
    with socket.create_connection(("127.0.0.1", studio.port), PATIENCE_S) as line:
        head = f"POST /{path} HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        line.sendall(head.encode())
        chunk = b"%x\r\n%s\r\n" % (2**20, b" " * 2**20)
        with contextlib.suppress(ConnectionError):  # it is closed when the answer was given
            for _ in range(150):
                line.sendall(chunk)
    assert resident_mb(studio) - before < 110


def test_upload_that_breaks_off_leaves_no_file(studio: Studio) -> None:
    cache = studio.home / "scratch" / "gradio"
    before = set(cache.rglob("*"))
    with socket.create_connection(("127.0.0.1", studio.port), PATIENCE_S) as line:
        head = (
            f"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 99999999\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        )
        line.sendall(head.encode() + b"x" * 3 * 2**20)
        wait_until(lambda: set(cache.rglob("*")) > before)
    wait_until(lambda: set(cache.rglob("*")) == before)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("host", ["", "evil.example"])
def test_foreign_page_gets_no_leave_in_advance(studio: Studio, host: str) -> None:
    headers = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    headers |= {"Host": host} if host else {}
    answer = ask(studio, "gradio_api/queue/join", headers=headers, method="OPTIONS")
    assert answer.status in {400, 405}
    assert "access-control-allow-origin" not in answer.headers


def test_only_approved_endpoints_have_names(studio: Studio) -> None:
    known = json.loads(ask(studio, "gradio_api/info").text)
    assert set(known["named_endpoints"]) | set(known["unnamed_endpoints"]) == APPROVED_ENDPOINTS
    events = config(studio)["dependencies"]
    called = {e["id"] for e in events if e["backend_fn"] and e["api_visibility"] != "private"}
    assert called == set()


@pytest.mark.parametrize(
    "path", ["docs", "redoc", "openapi.json", "gradio_api/mcp/", "gradio_api/runs", "gradio_api/x"]
)
def test_no_description_of_the_inside_is_served(studio: Studio, path: str) -> None:
    assert ask(studio, path).status == 404


def test_monitoring_history_and_flags_are_off(studio: Studio) -> None:
    for path in ("monitoring", "monitoring/summary", "gradio_api/run-history/records", "flag"):
        assert ask(studio, path).status == 404
    assert all(event["api_name"] != "flag" for event in config(studio)["dependencies"])


def test_health_names_the_data_folder(studio: Studio) -> None:
    answer = json.loads(ask(studio, "healthz").text)
    assert answer.pop("start")
    assert answer == {"status": "ok", "home": str(studio.home.resolve())}


# starting -----------------------------------------------------------------------------------------


def start(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start the app where it should come to an end by itself."""
    environment = {**os.environ, "BIGMODEL_LANGUAGE": "en", "BIGMODEL_HOME": str(home), **settings}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def test_second_start_names_the_running_app(studio: Studio) -> None:
    done = start(studio.home, BIGMODEL_PORT=str(studio.port))
    assert (done.returncode, done.stdout) == (
        0,
        f"BigModel Studio is already open at {studio.url}\n",
    )


def test_taken_port_moves_to_the_next(studio: Studio, tmp_path: Path) -> None:
    settings = {"BIGMODEL_HOME": str(tmp_path), "BIGMODEL_PORT": str(studio.port)}
    other = Studio(tmp_path)
    environment = {
        **os.environ,
        "BIGMODEL_LANGUAGE": "en",
        "BIGMODEL_OFFLINE": "1",
        "BIGMODEL_WARM": "0",
        **settings,
    }
    other.process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=False
    )
    try:
        assert other.process.stdout is not None
        said = other.process.stdout.readline().decode()
        other.process.stdout.close()
        other.port = int(said.split("127.0.0.1:")[1].split("/")[0])
        assert studio.port < other.port < studio.port + 20
        assert json.loads(ask(other, "healthz").text)["home"] == str(tmp_path)
        assert json.loads(ask(studio, "healthz").text)["home"] == str(studio.home)
    finally:
        other.stop()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"BIGMODEL_HOST": "0.0.0.0"}, ("BIGMODEL_HOST=0.0.0.0", "sign-in")),  # noqa: S104
        ({"BIGMODEL_PORT": "abc"}, ("BIGMODEL_PORT=abc",)),
        ({"BIGMODEL_PORT": "abc", "BIGMODEL_LANGUAGE": "fr"}, ("BIGMODEL_LANGUAGE=fr",)),
        ({"BIGMODEL_HOME": "/dev/null/x"}, ("/dev/null/x", "BIGMODEL_HOME")),
    ],
)
def test_start_that_cannot_be_is_one_sentence(
    tmp_path: Path, settings: dict[str, str], words: tuple[str, ...]
) -> None:
    done = start(tmp_path / "home", **settings)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr
