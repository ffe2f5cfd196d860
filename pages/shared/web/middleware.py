"""What stands between the network and Gradio: no foreign origins and frames, a script in the head of pages, their policy."""

import secrets
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.web.body import FILE

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ELSEWHERE = ("cross-site", "same-site")  # the same site is another port of this computer, too
_HEARSAY = (b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server")
_NOT_FRAMED = "frame-ancestors 'none'"
_OWN_ONLY = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": _NOT_FRAMED,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
}
# Scripts of pages have a mark that is new each time; Gradio compiles its `js=`, and writes styles into elements.
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; " + _NOT_FRAMED
)
SPACE_FRAMERS = ("https://huggingface.co", "https://*.hf.space")  # whose pages show a Space


class NoHearsay:
    """Drop the headers by which Gradio lets anybody say under what address a page stands.

    The server has read the scheme by now, from a proxy it trusts (`FORWARDED_ALLOW_IPS`); the host was checked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in _HEARSAY]
        await self.app(scope, receive, send)


class SameOrigin:
    """Refuse a changing request that another site's page sent (CSRF); let no other site read, frame or embed.

    `framers` are the sites that may show pages in a frame.
    """

    def __init__(self, app: ASGIApp, framers: Sequence[str] = ()) -> None:
        self.app = app
        self._framed_by = f"frame-ancestors 'self' {' '.join(framers)}" if framers else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_foreign = _is_foreign(headers, scope["scheme"])
        is_sent_from_elsewhere = is_foreign or headers.get("sec-fetch-site") in _ELSEWHERE
        if is_sent_from_elsewhere and scope["method"] not in _SAFE_METHODS:
            await PlainTextResponse("Foreign origin", status_code=403)(scope, receive, send)
            return

        async def send_to_own(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                if is_foreign:
                    del sent["access-control-allow-origin"]
                    del sent["access-control-allow-credentials"]
                for name, value in _OWN_ONLY.items():
                    sent.setdefault(name, value)
                if scope["scheme"] == "https":
                    sent.setdefault("Strict-Transport-Security", "max-age=31536000")
                if self._framed_by:
                    policy = sent["Content-Security-Policy"]
                    sent["Content-Security-Policy"] = policy.replace(_NOT_FRAMED, self._framed_by)
                    del sent["X-Frame-Options"]
            await send(message)

        await self.app(scope, receive, send_to_own)


def _is_foreign(headers: Headers, scheme: str) -> bool:
    """Return whether another origin sent this; the scheme is part of an origin."""
    origin = headers.get("origin", "")
    return bool(origin) and origin != f"{scheme}://{headers.get('host', '')}"


class RangesByStarlette:
    """Leave ranges of Gradio's files to Starlette, which bounds them: Gradio fails at two, and echoes the request's headers.

    Gradio looks for `bytes=`; a unit in capitals means the same (RFC 9110, 14.1).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(FILE):
            scope["headers"] = [
                (name, value.replace(b"bytes", b"BYTES") if name == b"range" else value)
                for name, value in scope["headers"]
            ]
        await self.app(scope, receive, send)


class HeadScript:
    """Put a script right after `<head>` of every page, so that it runs before Gradio reads the language.

    The page gets a policy under which no other script than its own runs.
    """

    def __init__(self, app: ASGIApp, script: str) -> None:
        self.app = app
        self.script = script.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def send_with_script(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = Headers(scope=message)
                has_policy = (
                    "content-security-policy" in headers
                )  # a page of ours, which needs none
                if has_policy or not headers.get("content-type", "").startswith("text/html"):
                    await send(message)
                    return
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    nonce = secrets.token_urlsafe(16)
                    page = body.replace(b"<head>", b"<head>" + self.script, 1)
                    page = page.replace(b"<script", f'<script nonce="{nonce}"'.encode())
                    sent = MutableHeaders(scope=start)
                    sent["content-length"] = str(len(page))
                    sent["content-security-policy"] = _POLICY.format(nonce=nonce)
                    await send(start)
                    await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, send_with_script)
