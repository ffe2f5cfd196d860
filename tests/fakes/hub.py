"""A hub on loopback that speaks the HTTP interface huggingface_hub expects, and misbehaves on request."""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """Models by id, each a folder of files; and how the hub is to misbehave."""

    models: dict[str, Path] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    commit: str = COMMIT
    cut_after: int = 0  # bytes of weights after which the connection breaks, at every request
    budget: int = 10**9  # bytes of weights it sends in all, then every connection breaks
    wheels: Path = Path("/nowhere")  # a folder of wheels, served as a package index below /simple
    lies: bool = False  # the weights sent are not those announced
    ranges: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    revisions: set[str] = field(default_factory=set)
    is_stalled: bool = False
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    asked_at: float = 0.0  # when it was first asked anything

    def about(self, hub_id: str) -> dict[str, Any]:
        root = self.models[hub_id]
        files = [self._file(path, root) for path in sorted(root.rglob("*")) if path.is_file()]
        return {
            "id": hub_id,
            "sha": self.commit,
            "gated": "manual" if hub_id in self.gated else False,
            "siblings": files,
            "tags": ["license:apache-2.0"],
            "config": {"model_type": "bert"},
            "cardData": {"license": "apache-2.0", "language": ["zh"]},
        }

    def _file(self, path: Path, root: Path) -> dict[str, Any]:
        data = path.read_bytes()
        entry: dict[str, Any] = {
            "rfilename": path.relative_to(root).as_posix(),
            "size": len(data),
            "blobId": "b",
        }
        if path.suffix in (".safetensors", ".bin"):
            digest = hashlib.sha256(data).hexdigest()
            entry["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 1}
        return entry


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    """Serve the hub on a free port of loopback."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Stay silent."""

    def do_HEAD(self) -> None:
        self._answer(is_head=True)

    def do_GET(self) -> None:
        self._answer(is_head=False)

    def _answer(self, *, is_head: bool) -> None:
        hub = self.hub
        hub.requests.append(self.path)
        hub.asked_at = hub.asked_at or time.monotonic()
        hub.authorizations += self.headers.get_all("authorization", [])
        if hub.is_stalled:
            hub.released.wait()
            return
        path = self.path.partition("?")[0]
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/main", path):
            self._about(found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            hub.revisions.add(found[2])
            self._resolve(found[1], found[3], is_head=is_head)
        elif found := re.fullmatch(r"/cdn/([^/]+/[^/]+)/(.+)", path):
            self._send_file(hub.models[found[1]] / found[2], is_head=is_head)
        elif re.fullmatch(r"/simple/[^/]+/", path):
            names = [wheel.name for wheel in hub.wheels.glob("*.whl")]
            links = "".join(f'<a href="/wheels/{name}">{name}</a>' for name in names)
            self._send(200, links.encode(), {"Content-Type": "text/html"})
        elif found := re.fullmatch(r"/wheels/([^/]+)", path):
            self._send_file(hub.wheels / found[1], is_head=is_head)
        else:
            self._send(200 if path == "/" else 404, b"")

    def _about(self, hub_id: str) -> None:
        if hub_id not in self.hub.models:
            self._send(401, b"{}", {"X-Error-Code": "RepoNotFound"})
        else:
            self._send(200, json.dumps(self.hub.about(hub_id)).encode())

    def _resolve(self, hub_id: str, name: str, *, is_head: bool) -> None:
        path = self.hub.models[hub_id] / name
        if not path.is_file():
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
        elif path.suffix == ".safetensors":
            self._send(302, b"", {"Location": f"/cdn/{hub_id}/{name}"})
        else:
            self._send_file(path, is_head=is_head)

    def _send_file(self, path: Path, *, is_head: bool) -> None:
        data = path.read_bytes()
        if self.hub.lies and path.suffix == ".safetensors":
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = 0
        if asked := self.headers.get("Range"):
            self.hub.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        headers = {"ETag": '"e"', "X-Repo-Commit": self.hub.commit, "Accept-Ranges": "bytes"}
        self.send_response(206 if start else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if is_head:
            return
        if path.suffix in (".safetensors", ".whl"):
            limit = min(self.hub.cut_after or len(data), self.hub.budget)
            sent = data[start : start + limit]
            self.hub.budget -= len(sent)
            self.close_connection = start + len(sent) < len(data)
            self.wfile.write(sent)
        else:
            self.wfile.write(data[start:])

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
