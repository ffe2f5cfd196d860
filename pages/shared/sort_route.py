"""The addresses behind sorting by hand: look, label, undo, classes; each press is one small request, and nothing is kept here.

Only pages of our own origin may send (the middleware sees to it). A label that was answered with 200 is stored.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import NotFoundError, PersonError
from bigmodel.core.language import Language
from bigmodel.core.message import Message
from pages.shared import language, sort_view
from pages.shared.body import small_object
from pages.shared.page import LOCAL_OWNER

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

log = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]


def routes(services: "Services") -> list[Route]:
    """Return the routes of the sorting box."""
    doors = Doors(services)
    return [
        Route("/bm/sort/{dataset}", doors.guarded(doors.look), methods=["GET"]),
        Route("/bm/sort/{dataset}", doors.guarded(doors.do), methods=["POST"]),
    ]


class Doors:
    """What each address does. A refusal is a sentence in the person's language."""

    def __init__(self, services: "Services") -> None:
        self._words = services.words
        self._default = services.settings.language
        self._sorting: Any = services.sorting  # Any: pages know no service's type at run time

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler whose errors are sentences; a lost connection is nobody's error."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except PersonError as error:
                gone = isinstance(error, NotFoundError)
                said = self._tell(request, error.message)
                return JSONResponse({"error": said, "key": error.key}, 404 if gone else 409)
            except ClientDisconnect:
                return PlainTextResponse("", status_code=499)
            except Exception:
                log.exception("sort route failed")
                said = self._tell(request, Message("errors.unexpected"))
                return JSONResponse({"error": said, "key": "unexpected"}, 500)

        return answer

    async def look(self, request: Request) -> Response:
        """Return what there is to sort, with the fixed texts of the box."""
        shows_guess = bool(request.query_params.get("guess"))
        view = await run_in_threadpool(
            self._sorting.look, LOCAL_OWNER, _dataset(request), shows_guess=shows_guess
        )
        words = sort_view.texts(self._words, self._language(request))
        return JSONResponse({**self._state(request, view, shows_guess=shows_guess), "words": words})

    async def do(self, request: Request) -> Response:
        """Do one thing and return what is to sort then."""
        asked = await small_object(request)
        given = asked.get("with")
        values = [str(value) for value in given] if isinstance(given, list) else []
        shows_guess = bool(asked.get("guess"))
        view = await run_in_threadpool(
            self._done, _dataset(request), str(asked.get("do", "")), values, shows_guess=shows_guess
        )
        if view is None:
            return PlainTextResponse("", status_code=400)
        return JSONResponse(self._state(request, view, shows_guess=shows_guess))

    def _done(self, dataset: str, what: str, values: list[str], *, shows_guess: bool) -> Any:
        """Do what is asked and look again, or return None where it is nothing that can be asked."""
        sorting, first = self._sorting, None
        match what, values:
            case "label", [row, label, even] if label:
                sorting.label(LOCAL_OWNER, dataset, row, label, is_even=even == "1")
            case "skip", [row]:
                sorting.skip(LOCAL_OWNER, dataset, row)
            case "undo", []:
                first = sorting.undo(LOCAL_OWNER, dataset)
            case "add", [name]:
                sorting.add_class(LOCAL_OWNER, dataset, name)
            case "rename", [name, to]:
                sorting.rename_class(LOCAL_OWNER, dataset, name, to)
            case "merge", [name, into]:
                sorting.merge_class(LOCAL_OWNER, dataset, name, into)
            case _:
                return None
        return sorting.look(LOCAL_OWNER, dataset, shows_guess=shows_guess, first=first)

    def _state(self, request: Request, view: Any, *, shows_guess: bool) -> dict[str, Any]:
        def say(key: str, **args: Any) -> str:
            return self._tell(request, Message(key, args))

        def tell(message: Message) -> str:
            return self._tell(request, message)

        return sort_view.state(view, say, tell, shows_guess=shows_guess)

    def _tell(self, request: Request, message: Message) -> str:
        return self._words.say(self._language(request), message)

    def _language(self, request: Request) -> Language:
        return language.of_request(request, self._default)


def _dataset(request: Request) -> str:
    return str(request.path_params["dataset"])
