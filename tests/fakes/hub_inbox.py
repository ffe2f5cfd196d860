"""A hub on loopback that takes new Spaces the way huggingface_hub sends them, and refuses on request."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Inbox:
    """Spaces by id, each its files by name, and which of them anybody may see."""

    token: str
    spaces: dict[str, dict[str, bytes]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    blobs: dict[str, bytes] = field(default_factory=dict)  # large files by their hash
    refuses: dict[str, int] = field(default_factory=dict)  # statuses by the end of the address
    url: str = ""


@contextmanager
def receiving(inbox: Inbox) -> Iterator[Inbox]:
    """Serve the hub on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"inbox": inbox}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    inbox.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield inbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    inbox: Inbox
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Stay silent."""

    def do_PUT(self) -> None:
        self.inbox.blobs[self.path.rpartition("/")[2]] = self._body()
        self._send(200, {})

    def do_POST(self) -> None:
        self._take(self._body())

    def do_DELETE(self) -> None:
        asked = json.loads(self._body())
        self.inbox.spaces.pop(f"{asked['organization']}/{asked['name']}", None)
        self._send(200, {})

    def _take(self, body: bytes) -> None:
        inbox, path = self.inbox, self.path.partition("?")[0]
        refused = next((n for end, n in inbox.refuses.items() if path.endswith(end)), 0)
        if refused:
            self._send(refused, {"error": "no <b>credit</b>"})
        elif self.headers["authorization"] != f"Bearer {inbox.token}":
            self._send(401, {"error": "Invalid credentials"})
        elif path == "/api/validate-yaml":
            self._send(200, {"errors": [], "warnings": []})
        elif path == "/api/repos/create":
            self._create(json.loads(body))
        elif found := re.fullmatch(r"/api/spaces/([^/]+/[^/]+)/preupload/main", path):
            files = [
                {
                    "path": each["path"],
                    "uploadMode": "lfs" if each["path"].endswith(".safetensors") else "regular",
                    "shouldIgnore": False,
                }
                for each in json.loads(body)["files"]
            ]
            self._send(200, {"files": files})
        elif path.endswith(".git/info/lfs/objects/batch"):
            wanted = [
                {
                    **each,
                    "actions": {"upload": {"href": f"{inbox.url}/blobs/{each['oid']}"}},
                }
                for each in json.loads(body)["objects"]
            ]
            self._send(200, {"transfer": "basic", "objects": wanted})
        elif found := re.fullmatch(r"/api/spaces/([^/]+/[^/]+)/commit/main", path):
            self._commit(found[1], body)
        else:
            self._send(404, {})

    def _create(self, asked: dict[str, Any]) -> None:
        space = f"{asked['organization']}/{asked['name']}"
        assert (asked["type"], asked["sdk"]) == ("space", "gradio")
        if space in self.inbox.spaces:
            self._send(409, {"error": "You already created this space repo"})
            return
        self.inbox.spaces[space] = {}
        if asked.get("visibility") != "private":
            self.inbox.public.add(space)
        self._send(200, {"url": f"{self.inbox.url}/spaces/{space}"})

    def _commit(self, space: str, body: bytes) -> None:
        files = self.inbox.spaces[space]
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                content = self.inbox.blobs[value["oid"]]
                assert hashlib.sha256(content).hexdigest() == value["oid"]
                files[value["path"]] = content
        url = f"{self.inbox.url}/spaces/{space}/commit/1"
        self._send(200, {"success": True, "commitUrl": url, "commitOid": "1" * 40})

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _send(self, status: int, record: dict[str, Any]) -> None:
        body = json.dumps(record).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
