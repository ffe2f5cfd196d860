"""What the card *On my phone* asks of the dashboard: open, close, a new code, and how it goes; only on this computer."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import NotFoundError, PersonError
from bigmodel.core.ids import is_id
from bigmodel.core.message import Arg, Message
from pages.shared.demo.phone import Opened, Phone
from pages.shared.demo.standalone_route import spoken
from pages.shared.web.body import small_object
from pages.shared.web.guard import guard_route, refuse_in
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

log = logging.getLogger(__name__)
PATH = "/bm/phone"
MINUTE_S = 60


def routes(services: "Services", phone: Phone | None = None) -> list[Route]:
    """Return the routes of the card; what they open ends with the app."""
    card = Card(services, phone or Phone(services))
    guarded = guard_route(refuse_in(services.words, services.settings.language))
    return [
        Route(PATH, guarded(card.look), methods=["GET"]),
        Route(PATH, guarded(card.change), methods=["POST"]),
    ]


class Card:
    """Tells a browser of this computer what is open. A refusal is a sentence in the person's language."""

    def __init__(self, services: "Services", phone: Phone) -> None:
        self._services = services
        self._phone = phone

    async def look(self, request: Request) -> Response:
        """Return what is open."""
        model = request.query_params.get("model", "")
        return JSONResponse(await run_in_threadpool(self._state, request, model))

    async def change(self, request: Request) -> Response:
        """Open the demo of a model, close what is open, or make a new code."""
        asked = await small_object(request)
        do, model = str(asked.get("do", "")), str(asked.get("model", ""))
        if do not in ("open", "close", "code"):
            return PlainTextResponse("", status_code=400)
        await run_in_threadpool(self._do, owner_of(request), do, model)
        return JSONResponse(await run_in_threadpool(self._state, request, model))

    def _do(self, owner: str, do: str, model: str) -> None:
        if do == "open":
            self._phone.open(owner, model)
        elif do == "code":
            self._phone.new_code()
        else:
            self._phone.close()

    def _state(self, request: Request, model: str) -> dict[str, Any]:
        opened = self._phone.opened
        if opened is None:
            return {"open": False, "mine": False, "lines": []}
        is_mine = self._model(owner_of(request), model) == opened.model_id
        if not is_mine:
            other = self._say(request, "pages.phone.other", name=opened.name)
            return {"open": True, "mine": False, "lines": [other]}
        state = opened.door.state
        link = f"{opened.address}#{opened.code}" if state.has_code else ""
        return {
            "open": True,
            "mine": True,
            "lines": self._lines(request, opened),
            "link": link,
            "qr": segno.make(link, error="m").svg_data_uri(border=4, light="white") if link else "",
        }

    def _lines(self, request: Request, opened: Opened) -> list[str]:
        state = opened.door.state
        lines = [self._say(request, "pages.phone.model", name=opened.name)]
        if state.devices:
            counts = {"count": state.devices, "now": state.devices_now}
            lines.append(self._say(request, "pages.phone.devices", **counts))
        else:
            lines.append(self._say(request, "pages.phone.devices_none"))
        if state.answered_at is not None:
            at = datetime.fromtimestamp(state.answered_at).astimezone()
            lines.append(self._say(request, "pages.phone.answered", time=f"{at:%H:%M:%S}"))
        minutes = max(1, round(self._services.settings.phone_idle_s / MINUTE_S))
        return [*lines, self._say(request, "pages.phone.closes", minutes=minutes)]

    def _model(self, owner: str, named: str) -> str:
        """Return the id of a model that is named by its own id or by its job's."""
        if not is_id(named):
            return ""
        try:
            return self._services.inference.resolve(owner, named).id
        except PersonError as error:
            if not isinstance(error, NotFoundError):
                log.debug("no model of %s yet", named)
            return ""

    def _say(self, request: Request, key: str, /, **args: Arg) -> str:
        return self._services.words.say(spoken(request, self._services), Message(key, args))
