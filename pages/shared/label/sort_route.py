"""The addresses behind sorting by hand: look, label, undo, classes; each press is one small request, and nothing is kept here.

Only pages of our own origin may send (the middleware sees to it). A label that was answered with 200 is stored.
"""

import logging
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.language import Language
from bigmodel.core.message import Message
from pages.shared.label import sort_view
from pages.shared.web import language
from pages.shared.web.body import small_object
from pages.shared.web.guard import guard_route, refuse_in
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

log = logging.getLogger(__name__)


def routes(services: "Services") -> list[Route]:
    """Return the routes of the sorting box."""
    doors = Doors(services)
    guarded = guard_route(refuse_in(services.words, services.settings.language))
    return [
        Route("/bm/sort/{dataset}", guarded(doors.look), methods=["GET"]),
        Route("/bm/sort/{dataset}", guarded(doors.do), methods=["POST"]),
    ]


class Doors:
    """What each address does. A refusal is a sentence in the person's language."""

    def __init__(self, services: "Services") -> None:
        self._words = services.words
        self._default = services.settings.language
        self._sorting: Any = services.labelling  # Any: pages know no service's type at run time
        self._proposals: Any = services.proposals

    async def look(self, request: Request) -> Response:
        """Return what there is to sort, with the fixed texts of the box."""
        shows_guess = bool(request.query_params.get("guess"))
        view = await run_in_threadpool(
            self._sorting.look, owner_of(request), _dataset(request), shows_guess=shows_guess
        )
        words = sort_view.texts(self._words, self._language(request), view.medium)
        model = await run_in_threadpool(self._proposer, owner_of(request), view)
        state = self._state(request, view, shows_guess=shows_guess)
        return JSONResponse({**state, "words": words, "proposer": model})

    async def do(self, request: Request) -> Response:
        """Do one thing and return what is to sort then."""
        asked = await small_object(request)
        given = asked.get("with")
        values = [str(value) for value in given] if isinstance(given, list) else []
        shows_guess = bool(asked.get("guess"))
        view = await run_in_threadpool(
            self._done,
            owner_of(request),
            _dataset(request),
            str(asked.get("do", "")),
            values,
            shows_guess=shows_guess,
        )
        if view is None:
            return PlainTextResponse("", status_code=400)
        return JSONResponse(self._state(request, view, shows_guess=shows_guess))

    def _done(
        self, owner: str, dataset: str, what: str, values: list[str], *, shows_guess: bool
    ) -> Any:
        """Do what is asked and look again, or return None where it is nothing that can be asked."""
        sorting, first = self._sorting, None
        match what, values:
            case "label", [row, label, even] if label:
                sorting.label(owner, dataset, row, label, is_even=even == "1")
            case "skip", [row]:
                sorting.skip(owner, dataset, row)
            case "undo", []:
                first = sorting.undo(owner, dataset)
            case "open", [row]:
                first = sorting.reopen(owner, dataset, row)
            case "propose", [row]:
                label = self._proposals.label(owner, dataset, row)
                first = sorting.reopen(owner, dataset, row).with_label(label)
            case "draw", []:
                sorting.begin_drawing(owner, dataset)
            case "add", [name]:
                sorting.add_class(owner, dataset, name)
            case "rename", [name, to]:
                sorting.rename_class(owner, dataset, name, to)
            case "merge", [name, into]:
                sorting.merge_class(owner, dataset, name, into)
            case _:
                return None
        return sorting.look(owner, dataset, shows_guess=shows_guess, first=first)

    def _proposer(self, owner: str, view: Any) -> str:
        """Return the name of the model that can draw for a person to correct, "" where there is none."""
        model = self._proposals.model(owner, view.dataset_id) if view.is_drawn else None
        return model.name if model else ""

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
