"""Keeps Gradio's files and sessions with whom they belong to: both are known by a name alone, which others may learn.

A file below Gradio's cache is answered for, or taken as an input, only where it was handed to the same owner; a
session of a page is heard only by who began it. After a restart every page asks anew, and is handed its files anew.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from urllib.parse import parse_qs, unquote

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.web.bounds import API, UPLOAD, replayed

PATHS = re.compile(rb'"path":\s*("(?:[^"\\]|\\.)*")')
SESSION = re.compile(rb'"session_hash":\s*"([^"\\]*)"')
ASKED = (f"{API}queue/join", f"{API}run/predict", f"{API}reset", f"{API}cancel")
TOLD = ("/", "/config", f"{API}queue/data", f"{API}run/predict")
FILE, HEARTBEAT = f"{API}file=", f"{API}heartbeat/"
MOST = 20_000  # files and sessions that are remembered, of all people


class OwnFiles:
    """Refuses files and sessions of somebody else. It stands behind the gate, which says who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._lock = Lock()
        self._handed: OrderedDict[tuple[str, str], None] = OrderedDict()  # owner and path
        self._sessions: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = scope.get("state", {}).get("owner", "") if scope["type"] == "http" else ""
        path = scope.get("path", "")
        if not owner:
            await self.app(scope, receive, send)
            return
        if path in ASKED and scope["method"] == "POST":
            body = await _whole(receive)
            is_own = all(self._is_handed(owner, each) for each in _paths(body)) and all(
                self._is_own_session(owner, found.decode()) for found in SESSION.findall(body)
            )
            receive = replayed(body, receive)
        else:
            is_own = self._may_get(owner, path, scope)
        if not is_own:
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
        elif path in TOLD or path == UPLOAD:
            await self.app(scope, receive, self._noting(owner, path, send))
        else:
            await self.app(scope, receive, send)

    def _may_get(self, owner: str, path: str, scope: Scope) -> bool:
        if path.startswith(FILE):
            return self._is_handed(owner, path.removeprefix(FILE))
        if path.startswith(HEARTBEAT):
            return self._is_own_session(owner, path.removeprefix(HEARTBEAT))
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        return all(self._is_own_session(owner, each) for each in asked.get("session_hash", ()))

    def _noting(self, owner: str, path: str, send: Send) -> Send:
        """Return a `send` that notes the files it hands out; a message of a stream comes whole."""
        held = b""

        async def send_noting(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.body":
                held += message.get("body", b"")
                if path == f"{API}queue/data":  # a stream: message by message
                    found, held = held, b""
                else:
                    found = b"" if message.get("more_body") else held
                self._note(owner, _uploaded(found) if path == UPLOAD else _paths(found))
            await send(message)

        return send_noting

    def _note(self, owner: str, paths: Iterator[str]) -> None:
        with self._lock:
            for path in paths:
                self._handed[owner, path] = None
                self._handed.move_to_end((owner, path))
            while len(self._handed) > MOST:
                self._handed.popitem(last=False)

    def _is_handed(self, owner: str, path: str) -> bool:
        with self._lock:
            return (owner, path) in self._handed or (owner, unquote(path)) in self._handed

    def _is_own_session(self, owner: str, session: str) -> bool:
        """Return whether a session is the owner's; one that nobody has is theirs from now on."""
        with self._lock:
            whose = self._sessions.setdefault(session, owner)
            self._sessions.move_to_end(session)
            while len(self._sessions) > MOST:
                self._sessions.popitem(last=False)
            return whose == owner


def _paths(body: bytes) -> Iterator[str]:
    for found in PATHS.findall(body):
        yield str(json.loads(found))


def _uploaded(body: bytes) -> Iterator[str]:
    try:
        paths = json.loads(body or b"[]")
    except ValueError:
        return
    yield from (path for path in paths if isinstance(path, str))


async def _whole(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    return bytes(body)
