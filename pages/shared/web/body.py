"""What the body of a request may be: bounded, sent without long pauses, and small where a script of ours sends an object.

It must never hold a file in memory: bodies that are streamed to disk have bounds of their own.
"""

import asyncio
import json
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API = "/gradio_api/"
UPLOAD = f"{API}upload"
FILE = f"{API}file="
STREAMED = (UPLOAD, "/bm/", "/demo/")
MOST_BYTES = 32 * 2**20  # of JSON: a pasted table of 20 MB, and what its quoting adds
MOST_JSON_BYTES = 64 * 1024  # of an object of a script of ours
MOST_DRAINED_BYTES = 2**20  # thrown away, so that the sender hears the answer and no broken line
PAUSE_S = 60.0  # between two parts of a body; and within it at least
LEAST_BYTES = 64 * 1024  # have to come


class BoundedBody:
    """Refuse a body that is too long or whose sender went silent.

    Args:
        app: what is behind it.
        streamed: how paths begin whose bodies are written as they come, within bounds of their own.
        most_bytes: of a body that is held in memory.
        pause_s: until a sender counts as gone.
    """

    def __init__(
        self,
        app: ASGIApp,
        streamed: tuple[str, ...] = STREAMED,
        most_bytes: int = MOST_BYTES,
        pause_s: float = PAUSE_S,
    ) -> None:
        self.app = app
        self.streamed = streamed
        self.most_bytes = most_bytes
        self.pause_s = pause_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(receive, self.pause_s, is_upload=scope["path"] == UPLOAD)
        if scope["path"].startswith(self.streamed):
            await self.app(scope, body.receive, body.closing(send))
            return
        length = Headers(scope=scope).get("content-length", "0")
        size = int(length) if length.isascii() and length.isdigit() else 0
        held = bytearray() if size <= self.most_bytes else None
        while held is not None and not body.is_whole:
            message = await body.receive()
            if message["type"] == "http.disconnect":
                silent = PlainTextResponse("Request body did not end", status_code=408)
                await silent(scope, receive, body.closing(send))
                return
            held += message.get("body", b"")
            if len(held) > self.most_bytes:
                held = None
        if held is None:
            body.is_broken = True
            too_long = PlainTextResponse("Request body too long", status_code=413)
            await too_long(scope, receive, body.closing(send))
            return
        await self.app(scope, replayed(bytes(held), receive), send)


class _Body:
    """One body on its way in."""

    def __init__(self, receive: Receive, pause_s: float, *, is_upload: bool) -> None:
        self._receive, self._pause_s, self._is_upload = receive, pause_s, is_upload
        self.is_whole = False
        self.is_broken = False
        self._waited_s, self._came = 0.0, 0

    async def receive(self) -> Message:
        """Return the next part; a sender that is silent for long is gone.

        Raises:
            MultiPartException: an upload broke off; Gradio's parser removes its files on this error only.
        """
        if self.is_whole:
            return await self._receive()
        asked_at = time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), self._pause_s)
        except TimeoutError:
            message = {"type": "http.disconnect"}
        self._waited_s += time.monotonic() - asked_at
        if self._is_slow(len(message.get("body", b""))) and message.get("more_body", False):
            message = {"type": "http.disconnect"}
        if message["type"] == "http.disconnect":
            self.is_broken = True
            if self._is_upload:
                raise MultiPartException("The upload broke off")
        self.is_whole = not message.get("more_body", False)
        return message

    def _is_slow(self, came: int) -> bool:
        """Return whether too little came while a pause's length was waited: a trickle holds a line as silence does."""
        self._came += came
        if self._waited_s < self._pause_s:
            return False
        is_slow = self._came < LEAST_BYTES
        self._waited_s, self._came = 0.0, 0
        return is_slow

    def closing(self, send: Send) -> Send:
        """Return a `send` that ends the connection where the rest of the body is not read."""

        async def send_and_close(message: Message) -> None:
            if self.is_broken and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        return send_and_close


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


async def small_object(request: Request) -> dict[str, Any]:
    """Return a small object that was sent, every text in it valid Unicode; one that is too long is empty."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MOST_JSON_BYTES:
            body += chunk
        if size > MOST_DRAINED_BYTES:
            break
    if size > MOST_JSON_BYTES:
        return {}
    try:
        value = json.loads(body)
        # An escape can spell half a character (a lone surrogate), which nothing else can write.
        value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def length_of(request: Request) -> int:
    """Return how long a body says it is, 0 where it does not say."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else 0
