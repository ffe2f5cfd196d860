"""The page for whoever runs a shared installation: who is there, how much they use, cancel, limits. For all others it is not there."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import PeopleError
from bigmodel.core.message import Arg, Message
from bigmodel.core.people.person import Share
from pages.shared.people.sign_in_page import HEADERS
from pages.shared.people.usage_text import uses
from pages.shared.web import language
from pages.shared.web.body import small_object
from pages.shared.web.guard import guard_route, refuse_in
from pages.shared.web.page import owner_of
from pages.shared.web.theme import ASSETS

if TYPE_CHECKING:
    from bigmodel.services.people.admin import Usage
    from bigmodel.services.studio import Services

Say = Callable[..., str]
PAGE = "/people"

SHARE = ("jobs", "minutes", "disk_mb")
MOST_DIGITS = 12


def routes(services: "Services") -> list[Route]:
    """Return the page, its script, and what the script asks."""
    page = AdminPage(services)
    guarded = guard_route(refuse_in(services.words, services.settings.language))
    script = ASSETS / "people.js"
    return [
        Route(PAGE, guarded(page.look), methods=["GET"]),
        Route(f"{PAGE}/people.js", lambda _: FileResponse(script, media_type="text/javascript")),
        Route("/bm/people", guarded(page.change), methods=["POST"]),
    ]


class AdminPage:
    """Draws the page and does what its script asks."""

    def __init__(self, services: "Services") -> None:
        self._services = services

    async def look(self, request: Request) -> Response:
        """Return the page."""
        usage = await run_in_threadpool(self._services.admin.usage, owner_of(request))
        spoken = language.of_request(request, self._services.settings.language)

        def say(key: str, **args: Arg) -> str:
            return escape(self._services.words.say(spoken, Message(f"pages.people.{key}", args)))

        cards = "".join(_card(each, say) for each in usage)
        return HTMLResponse(
            f'<!doctype html><html lang="{language.LOCALES[spoken]}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{say('admin_title')}</title>"
            '<link rel="stylesheet" href="sign-in/alone.css"></head>'
            f'<body data-lost="{say("lost")}" data-saved="{say("admin_saved")}"><main><h1>{say("admin_title")}</h1>'
            f"<p>{say('admin_about')}</p>{cards}"
            f'<p><a href="./">{say("back")}</a></p></main>'
            '<script src="people/people.js"></script></body></html>',
            headers=HEADERS,
        )

    async def change(self, request: Request) -> Response:
        """Cancel somebody's trainings, or give them another share."""
        asked = await small_object(request)
        admin, person, do = owner_of(request), str(asked.get("person", "")), asked.get("do")
        service = self._services.admin
        if do == "cancel":
            count = await run_in_threadpool(service.cancel, admin, person)
            return JSONResponse({"cancelled": count})
        if do != "share":
            return JSONResponse({}, 400)
        share = Share(**{name: _number(str(asked.get(name, ""))) for name in SHARE})
        await run_in_threadpool(service.set_share, admin, person, share)
        return JSONResponse({})


def _card(usage: "Usage", say: Say) -> str:
    person, share = usage.person, usage.share
    name = escape(person.name) or say("admin_visitor", day=f"{person.created_at:%Y-%m-%d}")
    role = f' <span class="soft">{say("admin_role")}</span>' if person.is_admin else ""
    fields = "".join(
        f'<div><label class="title" for="{field}-{person.id}">{say(f"admin_{field}")}</label>'
        f'<input id="{field}-{person.id}" type="text" name="{field}" inputmode="numeric" '
        f'value="{getattr(person, f"most_{field}") or ""}" placeholder="{getattr(share, field)}"></div>'
        for field in SHARE
    )
    cancel = (
        f'<button class="press" type="button" data-person="{person.id}" '
        f'data-ask="{say("admin_ask", name=person.name)}">{say("admin_cancel")}</button>'
        if usage.jobs
        else ""
    )
    return (
        f'<section class="card" data-testid="person"><h2>{name}{role}</h2><p>{uses(usage, say)}</p>'
        f'<form data-person="{person.id}">{fields}'
        f'<button class="press first">{say("admin_save")}</button></form>{cancel}<p role="status"></p></section>'
    )


def _number(text: str) -> int:
    """Return a number that was typed; nothing is 0, the share of the settings.

    Raises:
        PeopleError: `share_wrong`.
    """
    typed = text.strip()
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
        raise PeopleError("share_wrong", most=10**9)
    return int(typed or 0)
