"""Takes a project in piece by piece, and hands a finished one out; it looks into neither.

Only pages of our own origin may send (the middleware sees to it). A piece is as small as its sender was
told, and one that is larger is not read to its end.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.shared.web import language
from pages.shared.web.guard import guard_route, refuse_in
from pages.shared.web.media_route import HARMLESS
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

PIECE_BYTES = 8 * 2**20
WORDS = ("choose", "sending", "sent", "waiting")


def routes(services: "Services") -> list[Route]:
    """Return the routes of projects."""
    doors = ProjectDoors(services)
    guarded = guard_route(refuse_in(services.words, services.settings.language))
    return [
        Route("/bm/projects/words", guarded(doors.words), methods=["GET"]),
        Route("/bm/projects", guarded(doors.open), methods=["POST"]),
        Route("/bm/projects/{key}", guarded(doors.look), methods=["GET"]),
        Route("/bm/projects/{key}", guarded(doors.add), methods=["POST"]),
        Route("/bm/handouts/{key}", guarded(doors.file), methods=["GET"]),
    ]


class ProjectDoors:
    """What each address does."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._uploads = services.project.uploads

    async def words(self, request: Request) -> Response:
        """Return the texts of the box in the person's language, and how large a piece is."""
        spoken = language.of_request(request, self._services.settings.language)
        texts = self._services.words.texts[spoken]
        said = {key: texts[f"pages.project.{key}"] for key in WORDS}
        return JSONResponse({"words": said, "piece": PIECE_BYTES})

    async def open(self, request: Request) -> Response:
        """Make a place for a file of the size that is told."""
        size = _number(request, "size")
        if size is None:
            return PlainTextResponse("", status_code=400)
        return JSONResponse(
            asdict(await run_in_threadpool(self._uploads.open, owner_of(request), size))
        )

    async def look(self, request: Request) -> Response:
        """Return how much is here: after a lost connection it goes on from there."""
        key = request.path_params["key"]
        return JSONResponse(
            asdict(await run_in_threadpool(self._uploads.look, owner_of(request), key))
        )

    async def add(self, request: Request) -> Response:
        """Add a piece that begins where it says."""
        key, at = request.path_params["key"], _number(request, "at")
        if at is None:
            return PlainTextResponse("", status_code=400)
        piece = bytearray()
        async for chunk in request.stream():
            piece += chunk
            if len(piece) > PIECE_BYTES:
                raise ClientDisconnect
        sent = await run_in_threadpool(self._uploads.add, owner_of(request), key, at, bytes(piece))
        return JSONResponse(asdict(sent))

    async def file(self, request: Request) -> Response:
        """Hand out a project or a report that was written."""
        key = request.path_params["key"]
        path = await run_in_threadpool(self._services.downloads.find, owner_of(request), key)
        return FileResponse(
            path, media_type="application/zip", filename=path.name, headers=HARMLESS
        )


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
