"""Routes as they stand behind the gate: every request has an owner."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.web.page import LOCAL_OWNER, set_owner


class Owned:
    """What the gate does for a person alone at a computer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        set_owner(scope, LOCAL_OWNER)
        await self.app(scope, receive, send)


def owned(routes: Sequence[BaseRoute], *doors: Middleware) -> Starlette:
    return Starlette(routes=list(routes), middleware=[*doors, Middleware(Owned)])
