"""Serves the demo of one model alone, on this computer's own address; what it answers is shared with the phone's door.

`/?demo=MODEL` and `/demo/MODEL` lead to `/demo/MODEL/`. A text or one file comes in, an answer goes out; a body
is bounded, a file is deleted once it is answered.
"""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Match, Route
from starlette.types import Scope

from bigmodel.core.errors import ModelError, PersonError
from bigmodel.core.ids import is_id
from bigmodel.core.language import Language
from pages.shared.demo.standalone import HEADERS, Alone, assets
from pages.shared.web import language
from pages.shared.web.body import MOST_JSON_BYTES, length_of, small_object
from pages.shared.web.guard import guard_route
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

log = logging.getLogger(__name__)
MOST_CHARACTERS = 10_000


def routes(services: "Services") -> list[Route]:
    """Return the routes of the demo alone."""

    async def from_query(request: Request) -> Response:
        return RedirectResponse(f"demo/{_named(request.query_params['demo'])}/{_query(request)}")

    return [OfQuery("/", from_query, methods=["GET"]), *demo_routes(Asks(services))]


def demo_routes(asks: "Asks") -> list[Route]:
    """Return the page of each model, its files and its answers."""

    def model_of(request: Request) -> str:
        return str(request.path_params["model"])

    async def page(request: Request) -> Response:
        return await asks.page(request, model_of(request), place="../")

    async def answer(request: Request) -> Response:
        return await asks.answer(request, model_of(request))

    async def whole(request: Request) -> Response:
        return RedirectResponse(f"{_named(model_of(request))}/{_query(request)}")

    guarded = guard_route(asks.refusal)
    return [
        *asset_routes("/demo/"),
        Route("/demo/{model}", whole, methods=["GET"]),
        Route("/demo/{model}/", guarded(page), methods=["GET"]),
        Route("/demo/{model}/answer", guarded(answer), methods=["POST"]),
    ]


def asset_routes(place: str) -> list[Route]:
    """Return the routes of scripts and style, below a place."""

    def serve(path: Path, kind: str) -> Callable[[Request], Response]:
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return lambda _request: FileResponse(path, media_type=kind, headers=headers)

    return [
        Route(f"{place}{name}", serve(path, kind), methods=["GET"])
        for name, (path, kind) in assets().items()
    ]


class OfQuery(Route):
    """The front page where its address names a demo; every other front page is Gradio's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found, more = super().matches(scope)
        is_asked = found is Match.FULL and Request(scope).query_params.get("demo")
        return (found, more) if is_asked else (Match.NONE, {})


class Asks:
    """Answers questions to one model, in the language of whoever asks.

    Args:
        services: asked for the model and its answers.
        owner: returns whose model a request asks about.
    """

    def __init__(self, services: "Services", owner: Callable[[Request], str] = owner_of) -> None:
        self._services = services
        self._owner = owner
        self._limit = services.settings.phone_mb * 2**20

    def refusal(self, request: Request, error: PersonError, status: int) -> Response:
        """Return why there is no answer: a page for a page, JSON for a question."""
        alone = Alone(self._services, spoken(request, self._services))
        sentence = self._services.words.say(alone.spoken, error.message)
        if request.method == "GET":
            place = "../" if request.url.path.startswith("/demo/") else ""
            return HTMLResponse(alone.notice(sentence, place=place), status, headers=HEADERS)
        return JSONResponse({"error": sentence, "key": error.key}, status, headers=HEADERS)

    async def page(self, request: Request, model_id: str, *, place: str = "") -> Response:
        """Return the page of a model; it begins to load, for somebody is about to ask."""
        said = spoken(request, self._services)

        def made() -> str:
            model = self._services.inference.resolve(self._owner(request), model_id)
            self._services.inference.warm(self._owner(request), model.id)
            return Alone(self._services, said).page(self._owner(request), model, place=place)

        shown = HTMLResponse(await run_in_threadpool(made), headers=HEADERS)
        return remembered(request, shown)

    async def answer(self, request: Request, model_id: str) -> Response:
        """Return the answer to a text or to a file."""
        alone = Alone(self._services, spoken(request, self._services))
        kind = await run_in_threadpool(
            self._services.inference.kind, self._owner(request), model_id
        )
        demo, owner = self._services.inference, self._owner(request)
        grows = await run_in_threadpool(self._grows, owner, model_id)
        asks = await run_in_threadpool(self._asks, owner, model_id)
        if kind == "text" or asks:
            text = await _text(request, may_be_empty=asks == "class")
            if grows:
                return _streamed(self._growing(alone, owner, model_id, text))
            said = await run_in_threadpool(demo.look_texts, owner, model_id, [text])
            return JSONResponse(alone.answered(said[0]), headers=HEADERS)
        path = await run_in_threadpool(
            demo.uploads.place,
            owner,
            request.query_params.get("name", ""),
            length_of(request),
        )
        is_streamed = False
        try:
            await self._keep(request, path)
            if is_streamed := grows:
                return _streamed(self._growing(alone, owner, model_id, str(path), path))
            found = await run_in_threadpool(demo.look, owner, model_id, path)
        finally:
            if not is_streamed:
                path.unlink(missing_ok=True)
        return JSONResponse(alone.answered(found.answer), headers=HEADERS)

    def _grows(self, owner: str, model_id: str) -> bool:
        demo = self._services.inference
        return demo.answers_of(demo.resolve(owner, model_id)).grows

    def _asks(self, owner: str, model_id: str) -> str:
        demo = self._services.inference
        return demo.answers_of(demo.resolve(owner, model_id)).asks

    def _growing(
        self, alone: Alone, owner: str, model_id: str, asked: str, file: Path | None = None
    ) -> Iterator[str]:
        """Yield an answer as far as it has come, one JSON object a line, and remove the file that was asked about."""
        try:
            for found in self._services.inference.grow(owner, model_id, asked):
                yield json.dumps(alone.answered(found)) + "\n"
        except PersonError as error:
            yield (
                json.dumps({"error": self._services.words.say(alone.spoken, error.message)}) + "\n"
            )
        finally:
            if file:
                file.unlink(missing_ok=True)

    async def _keep(self, request: Request, path: Path) -> None:
        size = 0
        with path.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > self._limit:
                    raise ModelError("upload_large", limit=self._limit // 2**20)
                await run_in_threadpool(file.write, chunk)
        if not size:
            raise ModelError("media_missing")


def _streamed(lines: Iterator[str]) -> Response:
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=HEADERS)


def spoken(request: Request, services: "Services") -> Language:
    """Return the language asked for in the address, else that of the browser."""
    asked = request.query_params.get("lang", "")
    if asked:
        return "zh" if asked.lower().startswith("zh") else "en"
    return language.of_request(request, services.settings.language)


def remembered(request: Request, response: Response) -> Response:
    """Let the browser remember a language that was asked for in the address."""
    asked = request.query_params.get("lang", "")
    if asked:
        value = language.LOCALES["zh" if asked.lower().startswith("zh") else "en"]
        response.set_cookie(language.COOKIE, value, max_age=31_536_000, samesite="lax")
    return response


async def _text(request: Request, *, may_be_empty: bool) -> str:
    asked = await small_object(request)
    text = str(asked.get("text", "")).strip()
    sent = request.headers.get("content-length", "")
    if not asked and sent.isdigit() and int(sent) > MOST_JSON_BYTES:
        raise ModelError("question_long", limit=MOST_CHARACTERS)
    if not text and not may_be_empty:
        raise ModelError("text_missing")
    if len(text) > MOST_CHARACTERS:
        raise ModelError("question_long", limit=MOST_CHARACTERS)
    return text


def _named(model: str) -> str:
    """Return an id as it may stand in an address; what is none leads to the page that says so."""
    return model if is_id(model) else "unknown"


def _query(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    return f"?lang={'zh' if asked.lower().startswith('zh') else 'en'}" if asked else ""
