"""The approved list of addresses, `endpoints.toml`: what is not in it is not there, whatever Gradio or a route would answer."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

DEMO = ("/", "/healthz", "/favicon.ico", "/gradio_api/startup-events")
LIST = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Endpoint:
    """An address with parameters in braces. `is_free`: it answers who is not signed in, too."""

    method: str
    path: str
    is_free: bool
    pattern: re.Pattern[str]

    @property
    def is_demo(self) -> bool:
        """Whether it answers where models are shown and nothing else is done."""
        return self.path in DEMO or self.path.startswith("/demo/")


@cache
def approved() -> tuple[Endpoint, ...]:
    """Return every approved endpoint."""
    listed = tomllib.loads(LIST.read_text("utf-8"))
    return tuple(
        Endpoint(method, path, who == "anybody", compile_path(path)[0])
        for who, methods in listed.items()
        for method, paths in methods.items()
        for path in paths
    )


def find(method: str, path: str) -> Endpoint | None:
    """Return the endpoint that an address names."""
    asked = "GET" if method == "HEAD" else method
    return next((e for e in approved() if e.method == asked and e.pattern.match(path)), None)


class ApprovedEndpoints:
    """Answer for approved endpoints alone: Gradio's others take files and run programs for nobody."""

    def __init__(self, app: ASGIApp, *, is_demo: bool = False) -> None:
        self.app, self._is_demo = app, is_demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = find(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if scope["type"] == "http" and (found is None or (self._is_demo and not found.is_demo)):
            there = (each for each in approved() if each.is_demo or not self._is_demo)
            is_there = any(each.pattern.match(scope["path"]) for each in there)
            text, status = ("Method not allowed", 405) if is_there else ("Not found", 404)
            await PlainTextResponse(text, status_code=status)(scope, receive, send)
            return
        await self.app(scope, receive, send)
