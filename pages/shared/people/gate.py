"""Says whose each request is before anything else answers it; without an owner nothing is answered."""

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bigmodel.core.errors import PeopleError
from bigmodel.core.people.person import Person
from pages.shared.people.own_files import OwnFiles
from pages.shared.web import endpoints
from pages.shared.web.guard import Refuse, refuse_in
from pages.shared.web.page import LOCAL_OWNER, set_owner

if TYPE_CHECKING:
    from bigmodel.services.people.people import PeopleService
    from bigmodel.services.studio import Services
    from bigmodel.settings import Settings

COOKIE = "bm_person"
PAGE = "/sign-in"
ACCOUNT_S, VISITOR_S = 12 * 3600, 365 * 24 * 3600  # that a browser keeps the cookie


def doors(services: "Services") -> list[Middleware]:
    """Return what stands before everything that answers, the outermost first."""
    settings = services.settings
    refuse = refuse_in(services.words, settings.language)
    gate = Middleware(Gate, people=services.people, settings=settings, refuse=refuse)
    own_files = Middleware(OwnFiles, limits=services.limits, refuse=refuse)
    return [gate, own_files] if settings.sign_in and not settings.demo_only else [gate]


class Gate:
    """Writes the owner of a request into its scope. A person alone at a computer owns everything there.

    Args:
        app: what is behind it.
        people: knows whose a cookie is.
        settings: say who is let in.
        refuse: makes an answer of an error.
    """

    def __init__(
        self, app: ASGIApp, people: "PeopleService", settings: "Settings", refuse: Refuse
    ) -> None:
        self.app, self.people, self.settings, self.refuse = app, people, settings, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not self.settings.sign_in or self.settings.demo_only:
            set_owner(scope, LOCAL_OWNER)
            await self.app(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        person = await run_in_threadpool(self.people.whose, request.cookies.get(COOKIE, ""))
        if person is not None:
            set_owner(scope, person.id)
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        endpoint = endpoints.find(scope["method"], path)
        if endpoint is not None and endpoint.is_free:
            await self.app(scope, receive, send)
        elif not _is_page(request):
            sentence = self.refuse(request, PeopleError("not_signed_in"), 401)
            await sentence(scope, receive, send)
        elif self.settings.sign_in != "open":
            asked = f"{path}?{request.url.query}" if request.url.query else path
            await RedirectResponse(f"{PAGE}?next={quote(asked)}", 303)(scope, receive, send)
        else:
            await self._welcome(request, receive, send)

    async def _welcome(self, request: Request, receive: Receive, send: Send) -> None:
        """Let somebody in who was never here, and give them a cookie to be known by."""
        scope = request.scope
        try:
            token, person = await run_in_threadpool(self.people.welcome, address_of(request))
        except PeopleError as error:
            await self.refuse(request, error, 429)(scope, receive, send)
            return
        set_owner(scope, person.id)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = cookie(token, VISITOR_S, self.settings, scope["scheme"])
                MutableHeaders(scope=message).append("set-cookie", held)
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def signed_in(token: str, person: Person, settings: "Settings", scheme: str) -> Response:
    """Return the answer that lets a browser in."""
    answer = JSONResponse({})
    lasts = VISITOR_S if person.kind == "visitor" else ACCOUNT_S
    answer.headers["set-cookie"] = cookie(token, lasts, settings, scheme)
    return answer


def signed_out(settings: "Settings", scheme: str) -> Response:
    """Return the answer after which a browser is nobody's."""
    answer = JSONResponse({})
    answer.headers["set-cookie"] = cookie("", 0, settings, scheme)
    return answer


def cookie(token: str, lasts_s: int, settings: "Settings", scheme: str, name: str = COOKIE) -> str:
    """Return the cookie of a session, which no script can read and no other site sends along.

    A Space stands in a frame of another site, where a cookie is kept apart for that frame.
    """
    parts = [f"{name}={token}", "Path=/", f"Max-Age={lasts_s}", "HttpOnly"]
    if settings.space_id:
        parts += ["SameSite=None", "Secure", "Partitioned"]
    else:
        parts += ["SameSite=Lax", *(["Secure"] if scheme == "https" else [])]
    return "; ".join(parts)


def address_of(request: Request) -> str:
    """Return where a request came from, as far as tries are counted by it: whoever has one IPv6 address has 2**64."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4 or address.ipv4_mapped:
        return host
    return str(ip_network((address, 64), strict=False))


def _is_page(request: Request) -> bool:
    """Return whether a person follows an address; scripts and files ask for something else."""
    headers = Headers(scope=request.scope)
    wanted = headers.get("sec-fetch-dest", "document")
    accepts = "text/html" in headers.get("accept", "")
    return request.method in ("GET", "HEAD") and accepts and wanted in ("document", "iframe")
