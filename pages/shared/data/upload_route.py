"""Takes files one by one into a tray: a whole folder that may go on later, or shots and takes of the page.

Only pages of our own origin may send (the middleware sees to it). A name that arrives here is text for
the tray and never a path; a body is streamed to disk and never read.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.callbacks import Say
from bigmodel.core.language import Language
from bigmodel.core.message import Message
from pages.shared.data import upload_view
from pages.shared.web import language
from pages.shared.web.body import length_of, small_object
from pages.shared.web.guard import guard_route, refuse_in
from pages.shared.web.media_route import HARMLESS
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.datasets.upload_session import Kind
    from bigmodel.services.studio import Services

log = logging.getLogger(__name__)
WRITE_BYTES = 2**20  # gathered before they are written
SHOWN_KINDS = {  # of a person's own files, so that they see and hear what they gathered
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp",
    "gif": "image/gif", "bmp": "image/bmp", "heic": "image/heic", "heif": "image/heif", "wav": "audio/wav", "flac": "audio/flac",
    "ogg": "audio/ogg", "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac",
    "webm": "audio/webm", "mp4": "audio/mp4",
}  # fmt: skip


def routes(services: "Services") -> list[Route]:
    """Return the routes of the trays."""
    doors = Doors(services)
    guarded = guard_route(refuse_in(services.words, services.settings.language))
    return [
        Route("/bm/trays", guarded(doors.open), methods=["POST"]),
        Route("/bm/trays/words", guarded(doors.words), methods=["GET"]),
        Route("/bm/trays/{tray}", guarded(doors.look), methods=["GET"]),
        Route("/bm/trays/{tray}/change", guarded(doors.change), methods=["POST"]),
        Route("/bm/trays/{tray}/files", guarded(doors.put), methods=["POST"]),
        Route("/bm/trays/{tray}/files/{item}", guarded(doors.file), methods=["GET"]),
    ]


class Doors:
    """What each address does. A refusal is a sentence in the person's language."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._trays = services.uploads

    async def open(self, request: Request) -> Response:
        """Open a tray; a folder that was half sent says what is there already."""
        asked = await small_object(request)
        kind: Kind = "collect" if asked.get("kind") == "collect" else "folder"
        name = str(asked.get("name", ""))
        if kind == "collect" and name not in upload_view.MODES:
            name = upload_view.MODES[0]
        tray = await run_in_threadpool(self._trays.open, owner_of(request), kind, name)
        if kind == "folder":
            have = {item.path: {"id": item.id, "size": item.size} for item in tray.items}
            return JSONResponse({"id": tray.id, "have": have})
        return JSONResponse(self._state(request, tray))

    async def words(self, request: Request) -> Response:
        """Return the fixed texts of the boxes in the person's language."""
        return JSONResponse(upload_view.texts(self._services.words, self._language(request)))

    async def look(self, request: Request) -> Response:
        """Return what lies in a tray."""
        tray = await run_in_threadpool(self._trays.get, owner_of(request), _tray(request))
        return JSONResponse(self._state(request, tray))

    async def put(self, request: Request) -> Response:
        """Stream one file into a tray."""
        tray_id, trays = _tray(request), self._trays
        size = length_of(request)
        place = await run_in_threadpool(trays.place, owner_of(request), tray_id, size)
        try:
            await _receive(request, place, size)
            path = request.query_params.get("path", "")
            item = await run_in_threadpool(trays.keep, owner_of(request), tray_id, path, place)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        if request.query_params.get("state"):
            return await self.look(request)
        return JSONResponse({"id": item.id, "path": item.path, "size": item.size}, 201)

    async def change(self, request: Request) -> Response:
        """Add, rename or remove a class or a file, or write down what is said; return the tray."""
        asked = await small_object(request)
        what = str(asked.pop("do", ""))
        changes: dict[str, Callable[..., None]] = {
            "add_class": self._trays.add_class,
            "rename_class": self._trays.rename_class,
            "remove_class": self._trays.remove_class,
            "remove": self._trays.remove,
            "say": self._trays.say,
        }
        wanted = {"add_class": 1, "rename_class": 2, "remove_class": 1, "remove": 1, "say": 2}
        given = asked.get("with")
        values = [str(value) for value in given] if isinstance(given, list) else []
        if what not in changes or len(values) != wanted[what]:
            return PlainTextResponse("", status_code=400)
        await run_in_threadpool(changes[what], owner_of(request), _tray(request), *values)
        return await self.look(request)

    async def file(self, request: Request) -> Response:
        """Return one file, if it is of a kind that a browser shows without running anything."""
        tray = await run_in_threadpool(self._trays.get, owner_of(request), _tray(request))
        wanted = request.path_params["item"]
        item = next((item for item in tray.items if item.id == wanted), None)
        kind = SHOWN_KINDS.get(item.name.rsplit(".", 1)[-1].lower()) if item else None
        if item is None or kind is None:
            return PlainTextResponse("", status_code=404)
        return FileResponse(item.place, media_type=kind, headers=HARMLESS)

    def _state(self, request: Request, tray: Any) -> dict[str, Any]:
        return upload_view.state(tray, self._sayer(request))

    def _sayer(self, request: Request) -> Say:
        return lambda key, **args: self._say(request, Message(key, args))

    def _say(self, request: Request, message: Message) -> str:
        return self._services.words.say(self._language(request), message)

    def _language(self, request: Request) -> Language:
        asked = gr.Request(request=request)
        return language.of_request(asked, self._services.settings.language)


def _tray(request: Request) -> str:
    return str(request.path_params["tray"])


async def _receive(request: Request, place: Path, size: int) -> None:
    """Write the body to its place; one that is longer or shorter than it said is no file."""
    received = 0
    waiting = bytearray()
    with place.open("xb") as file:
        async for chunk in request.stream():
            received += len(chunk)
            if received > size:
                break
            waiting += chunk
            if len(waiting) >= WRITE_BYTES:
                await run_in_threadpool(file.write, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(file.write, bytes(waiting))
    if received != size:
        raise ClientDisconnect
