"""Keeps Gradio's files and sessions with whom they belong to: both are known by a name alone, which others may learn.

A file below Gradio's cache is answered for, or taken as an input, only where it was handed to the same owner; a
session of a page is heard only by who began it. After a restart every page asks anew, and is handed its files anew.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bigmodel.core.errors import PersonError
from pages.shared.web.body import API, FILE, UPLOAD, replayed
from pages.shared.web.guard import Refuse

if TYPE_CHECKING:
    from bigmodel.services.people.limits import Limits

PATHS = re.compile(rb'"path":\s*("(?:[^"\\]|\\.)*")')
EVENT = re.compile(rb'"event_id":\s*"(\w+)"')
ASKED = (f"{API}queue/join", f"{API}run/predict", f"{API}reset", f"{API}cancel")
TOLD = ("/", "/config", f"{API}queue/join", f"{API}queue/data", f"{API}run/predict")
NAMES = (
    "session_hash",
    "event_id",
    "upload_id",
)  # of what is heard, stopped or watched by its name
HEARTBEAT = f"{API}heartbeat/"
MOST = 20_000  # files and sessions that are remembered, of all people


class OwnFiles:
    """Refuses files and sessions of somebody else, and uploads beyond a person's share. It stands behind the gate.

    Args:
        app: what is behind it.
        limits: know a person's share; what lies in Gradio's cache counts there, too.
        refuse: makes an answer of an error.
    """

    def __init__(self, app: ASGIApp, limits: "Limits", refuse: Refuse) -> None:
        self.app, self.limits, self.refuse = app, limits, refuse
        limits.held["uploads"] = self.held
        self._lock = Lock()
        self._handed: OrderedDict[tuple[str, str], None] = OrderedDict()  # owner and path
        self._sessions: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = scope.get("state", {}).get("owner", "") if scope["type"] == "http" else ""
        path = scope.get("path", "")
        if not owner:
            await self.app(scope, receive, send)
            return
        is_own = self._may_get(owner, path, scope)
        if is_own and path in ASKED and scope["method"] == "POST":
            body = await _whole(receive)
            is_own = await run_in_threadpool(self._may_ask, owner, body)
            receive = replayed(body, receive)
        if is_own and path == UPLOAD and (refused := await self._refused(Request(scope), owner)):
            await refused(scope, receive, send)
        elif not is_own:
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
        elif path in TOLD or path == UPLOAD:
            await self.app(scope, receive, self._noting(owner, path, send))
        else:
            await self.app(scope, receive, send)

    async def _refused(self, request: Request, owner: str) -> Response | None:
        """Return why an upload is not taken, before its first byte is read."""
        length = request.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return PlainTextResponse("Length required", status_code=411)
        try:
            await run_in_threadpool(self.limits.check_upload, owner, int(length))
        except PersonError as error:
            return self.refuse(request, error, 413)
        return None

    def held(self, owner: str) -> int:
        """Return the bytes of files in Gradio's cache that were handed to an owner."""
        with self._lock:
            paths = [path for whose, path in self._handed if whose == owner]
        return sum(_size(path) for path in paths)

    def _may_ask(self, owner: str, body: bytes) -> bool:
        """Return whether all files and sessions that a body names are the owner's; it is read as Gradio reads it."""
        try:
            named = list(_named(json.loads(body)))
        except RecursionError:
            return False
        except ValueError:  # Gradio reads nothing either
            return True
        return all(
            self._is_handed(owner, value) if name == "path" else self._is_own_session(owner, value)
            for name, value in named
        )

    def _may_get(self, owner: str, path: str, scope: Scope) -> bool:
        if path.startswith(FILE):
            return self._is_handed(owner, path.removeprefix(FILE))
        if path.startswith(HEARTBEAT):
            return self._is_own_session(owner, path.removeprefix(HEARTBEAT))
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        named = (each for name in NAMES for each in asked.get(name, ()))
        return all(self._is_own_session(owner, each) for each in named)

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
                for event in EVENT.findall(found):
                    self._is_own_session(owner, event.decode())
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


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):  # gone meanwhile, or no path of this machine
        return 0


def _named(value: Any) -> Iterator[tuple[str, str]]:  # Any: JSON of any shape
    """Yield every path and every name of a session in a JSON value."""
    rest = [value]
    while rest:
        found = rest.pop()
        if isinstance(found, dict):
            for name, inner in found.items():
                if name in ("path", *NAMES) and isinstance(inner, str):
                    yield name, inner
                rest.append(inner)
        elif isinstance(found, list):
            rest.extend(found)


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
