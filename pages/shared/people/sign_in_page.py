"""The page to come in by: name and password, or the code of a visitor; and to see who one is, and to go."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from bigmodel.core.errors import PeopleError, PersonError
from bigmodel.core.message import Arg, Message
from bigmodel.core.people.person import Person
from pages.shared.people.gate import (
    ACCOUNT_S,
    COOKIE,
    PAGE,
    address_of,
    cookie,
    signed_in,
    signed_out,
)
from pages.shared.people.usage_text import uses
from pages.shared.web import language
from pages.shared.web.body import small_object
from pages.shared.web.guard import guard_route, refuse_in
from pages.shared.web.theme import ASSETS

if TYPE_CHECKING:
    from bigmodel.services.people.admin import Usage
    from bigmodel.services.studio import Services

SayKey = Callable[..., str]

FILES = {"sign_in.js": "text/javascript", "alone.css": "text/css"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STATE, STATE_S = "bm_state", 600  # the cookie of a sign-in that is under way
STATUS = {"tries_limited": 429, "not_signed_in": 401}


def routes(services: "Services") -> list[Route]:
    """Return the page, its files, and what its script asks."""
    door = SignIn(services)
    refuse = refuse_in(services.words, services.settings.language)

    def refusal(request: Request, error: PersonError, status: int) -> Response:
        known = 403 if isinstance(error, PeopleError) else status
        return refuse(request, error, STATUS.get(error.key, known))

    def serve(name: str, kind: str) -> Route:
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return Route(
            f"{PAGE}/{name}",
            lambda _: FileResponse(ASSETS / name, media_type=kind, headers=headers),
        )

    return [
        Route(PAGE, guard_route(refusal)(door.page), methods=["GET"]),
        *[serve(name, kind) for name, kind in FILES.items()],
        Route(f"{PAGE}/hub", guard_route(refusal)(door.to_hub), methods=["GET"]),
        Route(f"{PAGE}/hub/back", guard_route(refusal)(door.from_hub), methods=["GET"]),
        Route("/bm/sign-in", guard_route(refusal)(door.change), methods=["POST"]),
    ]


class SignIn:
    """Answers the page and its script."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._people = services.people
        self._settings = services.settings
        self._hub = services.hub_sign_in

    async def page(self, request: Request) -> Response:
        """Return the page for whoever is there."""
        person = await run_in_threadpool(self._people.whose, request.cookies.get(COOKIE, ""))
        usage = await run_in_threadpool(self._services.admin.of, person) if person else None
        return HTMLResponse(self._whole(request, usage), headers=HEADERS)

    async def change(self, request: Request) -> Response:
        """Let somebody in or out, or make a visitor's code."""
        asked = {name: str(value) for name, value in (await small_object(request)).items()}
        token, scheme = request.cookies.get(COOKIE, ""), request.url.scheme
        do, address = asked.get("do", ""), address_of(request)
        if do == "out":
            await run_in_threadpool(self._people.sign_out, token)
            return signed_out(self._settings, scheme)
        if do == "code":
            person = await run_in_threadpool(self._people.whose, token)
            if person is None or person.kind != "visitor":
                raise PeopleError("not_signed_in")
            code = await run_in_threadpool(self._people.new_code, person.id)
            return JSONResponse({"code": code}, headers={"Cache-Control": "no-store"})
        if do == "return" and self._settings.sign_in == "open":
            made = await run_in_threadpool(self._people.return_with, asked.get("code", ""), address)
        elif do == "in" and self._settings.sign_in == "accounts":
            name, password = asked.get("name", ""), asked.get("password", "")
            made = await run_in_threadpool(self._people.sign_in, name, password, address)
        else:
            return JSONResponse({}, 400)
        person = await run_in_threadpool(self._people.whose, made)
        if person is None:
            raise PeopleError("not_signed_in")
        return signed_in(made, person, self._settings, scheme)

    async def to_hub(self, request: Request) -> Response:
        """Send the browser to the hub."""
        if self._settings.sign_in != "hub":
            return JSONResponse({}, 404)
        back = _own_place(request.query_params.get("next", "/"))
        address, state = self._hub.begin(_redirect(request), back)
        answer = RedirectResponse(address, 303, headers=HEADERS)
        kept = cookie(state, STATE_S, self._settings, request.url.scheme, STATE)
        answer.headers.append("set-cookie", kept)
        return answer

    async def from_hub(self, request: Request) -> Response:
        """Take a browser back that the hub sent, and let it in."""
        if self._settings.sign_in != "hub":
            return JSONResponse({}, 404)
        asked, scheme = request.query_params, request.url.scheme
        token, back = await run_in_threadpool(
            self._hub.finish,
            code=asked.get("code", ""),
            state=asked.get("state", ""),
            cookie=request.cookies.get(STATE, ""),
            redirect=_redirect(request),
            address=address_of(request),
        )
        answer = RedirectResponse(back, 303, headers=HEADERS)
        answer.headers.append("set-cookie", cookie(token, ACCOUNT_S, self._settings, scheme))
        answer.headers.append("set-cookie", cookie("", 0, self._settings, scheme, STATE))
        return answer

    def _whole(self, request: Request, usage: "Usage | None") -> str:
        person = usage.person if usage else None
        spoken = language.of_request(request, self._settings.language)

        def say(key: str, **args: Arg) -> str:
            return escape(self._services.words.say(spoken, Message(f"pages.people.{key}", args)))

        def word(key: str) -> str:
            return escape(self._services.words.text(spoken, f"shell.{key}"))

        if self._settings.sign_in == "open":
            title, parts = say("visitor_title"), self._visitor(person, say)
        elif person is None and self._settings.sign_in == "hub":
            asked = escape(quote(_own_place(request.query_params.get("next", "/")), safe=""))
            title = say("title")
            parts = (
                f"<p>{say('hub_about')}</p>"
                f'<p><a class="press first" target="_blank" href="sign-in/hub?next={asked}">{say("hub")}</a></p>'
            )
        elif person is None:
            title = say("title")
            form = _form("in", say, ("name", "password"), "sign_in")
            parts = f'<p class="soft">{say("door_about")}</p>{form}'
        else:
            title = escape(person.name)
            people = f'<p><a href="people">{say("admin_link")}</a></p>' if person.is_admin else ""
            parts = f"<p>{say('signed_in')}</p>{people}{_press('out', say('sign_out'))}"
        back = _own_place(request.query_params.get("next", "/"))
        lost, other = say("lost"), next(each for each in language.LOCALES if each != spoken)
        own = f'<p class="soft">{uses(usage, say)}</p>' if usage else ""
        on = f'<p><a href="{escape(back)}">{say("back")}</a></p>' if usage else ""
        return (
            f'<!doctype html><html lang="{language.LOCALES[spoken]}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{title}</title><link rel="stylesheet" href="sign-in/alone.css"></head>'
            f'<body data-next="{escape(back)}" data-lost="{lost}"><main><header><b class="brand">{word("title")}</b>'
            f'<button class="press" type="button" data-lang="{language.LOCALES[other]}">{word("other_language")}</button>'
            f"</header><h1>{title}</h1>{parts}"
            f'<p id="status" role="status"></p>{own}{on}</main>'
            '<script src="sign-in/sign_in.js"></script></body></html>'
        )

    @staticmethod
    def _visitor(person: Person | None, say: SayKey) -> str:
        own = f"<p>{say('code_about')}</p>{_press('code', say('code_make'))}" if person else ""
        return (
            f'<p>{say("visitor_about")}</p>{own}<p id="code" class="answer" hidden></p>'
            f'<p id="code-keep" class="soft" hidden>{say("code_keep")}</p>'
            f"{_form('return', say, ('code',), 'code_use')}"
        )


def _form(do: str, say: SayKey, fields: tuple[str, ...], press: str) -> str:
    kinds = {"name": ("text", "username"), "password": ("password", "current-password")}
    inputs = "".join(
        f'<label class="title" for="{name}">{say(f"field_{name}")}</label>'
        f'<input id="{name}" name="{name}" type="{kinds.get(name, ("text", "off"))[0]}" '
        f'autocomplete="{kinds.get(name, ("text", "off"))[1]}" autocapitalize="none" required>'
        for name in fields
    )
    return f'<form class="card" data-do="{do}">{inputs}<button class="press first">{say(press)}</button></form>'


def _press(do: str, text: str) -> str:
    return f'<p><button class="press" type="button" data-do="{do}">{text}</button></p>'


def _redirect(request: Request) -> str:
    """Return where the hub sends a browser back to: this app, by the name it was asked under."""
    return f"{request.url.scheme}://{request.headers['host']}{PAGE}/hub/back"


def _own_place(asked: str) -> str:
    """Return an address of this app, whatever an address from elsewhere asked for."""
    parts = urlsplit(asked)
    is_own = not parts.scheme and not parts.netloc and asked.startswith("/")
    return asked if is_own and not asked.startswith(("//", "/\\")) else "/"
