"""What stands between the network and Gradio: no foreign origins and frames, a script in the head of pages."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ELSEWHERE = ("cross-site", "same-site")  # the same site is another port of this computer, too
_OWN_ONLY = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class SameOrigin:
    """Refuse a changing request that another site's page sent (CSRF); let no other site read, frame or embed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
            await send(message)

        await self.app(scope, receive, send_to_own)


def _is_foreign(headers: Headers, scheme: str) -> bool:
    """Return whether another origin sent this; the scheme is part of an origin."""
    origin = headers.get("origin", "")
    return bool(origin) and origin != f"{scheme}://{headers.get('host', '')}"


class HeadScript:
    """Put a script right after `<head>` of every page, so that it runs before Gradio reads the language."""

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
                    page = body.replace(b"<head>", b"<head>" + self.script, 1)
                    MutableHeaders(scope=start)["content-length"] = str(len(page))
                    await send(start)
                    await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, send_with_script)
