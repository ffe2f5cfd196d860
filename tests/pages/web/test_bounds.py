"""A body that is too long or goes silent is ended, whoever sends it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from pages.shared.web.body import UPLOAD, BoundedBody
from tests.patience import PATIENCE_S


def answered(
    path: str, parts: list[bytes], *, ends: bool = True, part_s: float = 0.0
) -> tuple[list[Message], object]:
    """Send parts to an app that reads its body; return what came back and how its reading ended."""
    seen: list[object] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            seen.append(await Request(scope, receive).body())
        except (ClientDisconnect, MultiPartException) as error:
            seen.append(type(error))
        await PlainTextResponse("read")(scope, receive, send)

    async def receive() -> Message:
        if not parts:
            await asyncio.Event().wait()
        await asyncio.sleep(part_s)
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts) or not ends}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "headers": []}
    pause_s = PATIENCE_S if ends and not part_s else 0.05  # of a sender, before it is gone
    bounded = BoundedBody(app, streamed=("/bm/", UPLOAD), most_bytes=10, pause_s=pause_s)
    with ThreadPoolExecutor(1) as pool:  # a browser of other tests keeps this thread's loop running
        pool.submit(lambda: asyncio.run(bounded(scope, receive, send))).result()
    return sent, seen[0] if seen else None


def test_short_body_arrives_whole() -> None:
    sent, seen = answered("/config", [b"12345", b"67890"])
    assert (sent[0]["status"], seen) == (200, b"1234567890")


def test_long_body_is_refused_unless_it_is_streamed() -> None:
    assert answered("/config", [b"12345", b"678901"])[0][0]["status"] == 413
    assert answered("/bm/x", [b"12345", b"678901"])[1] == b"12345678901"


@pytest.mark.parametrize(
    ("path", "ended"), [("/bm/x", ClientDisconnect), (UPLOAD, MultiPartException)]
)
def test_silent_sender_is_gone_and_the_connection_closed(path: str, ended: type) -> None:
    sent, seen = answered(path, [b"123"], ends=False)
    assert seen is ended
    assert (b"connection", b"close") in sent[0]["headers"]


def test_silent_sender_of_a_held_body_is_gone() -> None:
    sent, seen = answered("/config", [b"123"], ends=False)
    assert (sent[0]["status"], seen) == (408, None)


def test_sender_of_a_trickle_is_gone() -> None:
    sent, seen = answered("/bm/x", [b"1"] * 100, part_s=0.01)
    assert seen is ClientDisconnect
    assert (b"connection", b"close") in sent[0]["headers"]
