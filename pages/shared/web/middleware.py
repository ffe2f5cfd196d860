"""What stands between the network and Gradio: its own hosts only, no foreign origins, a script in the head of pages."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SameOrigin:
    """Refuse a changing request that another site's page sent (CSRF), and tell no other site it may read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        is_foreign = bool(origin) and urlsplit(origin).netloc != headers.get("host", "")
        if is_foreign and scope["method"] not in _SAFE_METHODS:
            await PlainTextResponse("Foreign origin", status_code=403)(scope, receive, send)
            return

        async def send_without_grants(message: Message) -> None:
            if is_foreign and message["type"] == "http.response.start":
                granted = MutableHeaders(scope=message)
                del granted["access-control-allow-origin"]
                del granted["access-control-allow-credentials"]
            await send(message)

        await self.app(scope, receive, send_without_grants)


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
