"""Opens the demo of one model to phones on the local network: a small server of its own, until it is closed.

It serves one page and its answers, to phones that a code let in (`services.phone`), and knows nothing of the
dashboard, of other models or of data. The dashboard's own server stays on this computer.
"""

import asyncio
import contextlib
import json
import logging
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.services.sharing.lan_access import Door, Network, OwnNetwork, is_near, lan_address
from pages.shared.demo.connection import BoundedConnection
from pages.shared.demo.standalone import HEADERS, Alone
from pages.shared.demo.standalone_route import Asks, asset_routes, remembered, spoken
from pages.shared.web.body import BoundedBody, small_object
from pages.shared.web.guard import guard_route
from pages.shared.web.middleware import SameOrigin

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

log = logging.getLogger(__name__)
COOKIE = "bm_phone"
FIRST_PORT = 7960  # always the same one where it is free, so that a firewall can be taught
CHECK_S = 15.0  # for an answer of its own, which a busy machine gives late
WATCH_S = 5.0
AT_ONCE = 3  # questions that are answered at the same time
CONNECTIONS = 40

Check = Callable[[str], str]  # address: what its health page says


def phone_app(
    services: "Services", door: Door, owner: str, model_id: str, host: str, mark: str
) -> Starlette:
    """Return the whole of what a phone can reach: a model of its owner. `mark` is what the health page says."""
    asks = Asks(services, lambda _: owner)
    turns = asyncio.Semaphore(AT_ONCE)

    def is_in(request: Request) -> bool:
        return door.admits(request.cookies.get(COOKIE, ""))

    async def page(request: Request) -> Response:
        if is_in(request):
            return await asks.page(request, model_id)
        shown = Alone(services, spoken(request, services)).door()
        return remembered(request, HTMLResponse(shown, headers=HEADERS))

    async def answer(request: Request) -> Response:
        if not is_in(request):
            return asks.refusal(request, ModelError("phone_not_let_in"), 403)
        async with turns:
            said = await asks.answer(request, model_id)
        door.answered()
        return said

    async def enter(request: Request) -> Response:
        try:
            return await _let_in(door, request)
        except ModelError as error:
            status = 429 if error.key == "phone_code_limited" else 403
            return asks.refusal(request, error, status)

    async def health(_request: Request) -> Response:
        return JSONResponse({"mark": mark}, headers=HEADERS)

    guarded = guard_route(asks.refusal)
    return Starlette(
        routes=[
            Route("/", guarded(page), methods=["GET"]),
            Route("/answer", guarded(answer), methods=["POST"]),
            Route("/enter", guarded(enter), methods=["POST"]),
            Route("/health", health, methods=["GET"]),
            *asset_routes("/"),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=[host], www_redirect=False),
            Middleware(SameOrigin),
            Middleware(BoundedBody, streamed=("/",)),
        ],
    )


async def _let_in(door: Door, request: Request) -> Response:
    """Return the cookie of a phone that knows the code."""
    code = str((await small_object(request)).get("code", ""))
    shown = door.enter(code, request.client.host if request.client else "")
    let_in = JSONResponse({}, headers=HEADERS)
    let_in.set_cookie(COOKIE, shown, httponly=True, samesite="strict")
    return let_in


@dataclass
class Opened:
    """A demo that phones can reach now, and the code that the next one needs."""

    model_id: str
    name: str
    address: str
    door: Door
    server: uvicorn.Server
    thread: threading.Thread
    code: str = ""


class Phone:
    """At most one demo that is open to phones; opening another one closes it.

    Args:
        network: asked where this machine can be reached.
        check: fetches the health page, to see that the address leads here.
    """

    def __init__(
        self,
        services: "Services",
        network: Network | None = None,
        check: Check | None = None,
    ) -> None:
        self._services = services
        self._network = network or OwnNetwork()
        self._check = check or _fetched
        self._lock = threading.Lock()
        self._opened: Opened | None = None

    @property
    def opened(self) -> Opened | None:
        """What is open, closed meanwhile where nobody asked for long."""
        opened = self._opened
        if opened and opened.door.state.left_s <= 0:
            self.close()
            return None
        return opened

    def open(self, owner: str, model_or_job: str) -> Opened:
        """Open the demo of a model and return it with its first code.

        Raises:
            NotFoundError: `model_unknown`.
            ModelError: why no phone could reach it; then nothing is open.
        """
        model = self._services.inference.resolve(owner, model_or_job)
        host = lan_address(self._services.settings, self._network)
        with self._lock:
            self._end()
            self._opened = self._serve(owner, model.id, model.name, host)
            threading.Thread(target=self._watch, args=(self._opened,), daemon=True).start()
            return self._opened

    def new_code(self) -> Opened:
        """Make a code for a further phone.

        Raises:
            ModelError: `phone_is_closed`.
        """
        opened = self.opened
        if opened is None:
            raise ModelError("phone_is_closed")
        opened.code = opened.door.new_code()
        return opened

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._opened:
            _end(self._opened)
        self._opened = None

    def _serve(self, owner: str, model_id: str, name: str, host: str) -> Opened:
        listening = _listen(host)
        port = listening.getsockname()[1]
        mark, door = new_id(), Door(self._services.settings.phone_idle_s)
        app = phone_app(self._services, door, owner, model_id, host, mark)
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, server_header=False,
            proxy_headers=False, limit_concurrency=CONNECTIONS, timeout_keep_alive=5,
            timeout_graceful_shutdown=2, ws="none", http=BoundedConnection,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        opened = Opened(model_id, name, f"http://{host}:{port}/", door, server, thread)
        thread.start()
        try:
            if self._check(opened.address) != mark:
                raise OSError("another program answers there")
        except (OSError, ValueError) as error:
            _end(opened)
            raise ModelError(
                "phone_not_reached", address=opened.address, reason=_reason(error)
            ) from error
        opened.code = door.new_code()
        log.info("demo of model %s is open at %s", model_id, opened.address)
        return opened

    def _watch(self, opened: Opened) -> None:
        """Close what nobody has asked for long."""
        while opened.door.state.left_s > 0:
            time.sleep(min(WATCH_S, opened.door.state.left_s + 0.01))
        with self._lock:
            if self._opened is opened:
                self._end()


def _listen(host: str) -> socket.socket:
    """Return a listening socket on a free port of an address.

    Raises:
        ModelError: `phone_no_port`; `phone_no_network` for an address that is open to everybody.
    """
    if not (is_near(host) or host.startswith("127.")):
        raise ModelError("phone_no_network")
    with contextlib.suppress(OSError):
        return socket.create_server((host, FIRST_PORT), backlog=CONNECTIONS)
    try:
        return socket.create_server((host, 0), backlog=CONNECTIONS)
    except OSError as error:
        raise ModelError("phone_no_port", host=host, reason=_reason(error)) from error


def _fetched(address: str) -> str:
    """Return what the health page of an address says, asked without any proxy."""
    asking = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with asking.open(f"{address}health", timeout=CHECK_S) as answer:
        return str(json.load(answer).get("mark"))


def _end(opened: Opened) -> None:
    opened.door.close()
    opened.server.should_exit = True
    opened.thread.join(CHECK_S)


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    return getattr(inner, "strerror", None) or str(inner) or type(error).__name__
