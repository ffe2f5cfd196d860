"""Serves the pictures and sounds of a dataset, and those a training makes, to their owner, under our own address; it reads no file of anybody else.

The files were written by our own reader, so their kinds are known. They are sent with the kind, told to
be nothing else, and in parts where a player asks for a part.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import PersonError
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

MEDIA = "bm/media"  # the address of all files, relative to the app's
KINDS = {".jpg": "image/jpeg", ".png": "image/png", ".flac": "audio/flac"}
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}  # what has a name never changes


def media_url(dataset_id: str, file: str, *, thumb: bool = False) -> str:
    """Return the address of a file of a dataset, relative to the app's; `file` is "<xx>/<sha256>.<ending>"."""
    return f"{MEDIA}/{dataset_id}/{file}{'?thumb=1' if thumb else ''}"


def routes(services: "Services") -> list[Route]:
    """Return the route of all media."""

    def media(request: Request) -> Response:
        asked = request.path_params
        file = f"{asked['shard']}/{asked['name']}"
        is_small = bool(request.query_params.get("thumb"))
        return _sent(
            lambda: services.datasets.media_path(
                owner_of(request), asked["dataset"], file, thumb=is_small
            )
        )

    def sample(request: Request) -> Response:
        asked = request.path_params
        return _sent(
            lambda: services.jobs.sample_path(owner_of(request), asked["job"], asked["name"])
        )

    return [
        Route("/bm/media/{dataset}/{shard}/{name}", media),
        Route("/bm/sample/{job}/{name:path}", sample),
    ]


def _sent(find: Callable[[], Path]) -> Response:
    """Return a file of a kind that we wrote, or that there is none."""
    try:
        path = find()
    except PersonError:
        return PlainTextResponse("", status_code=404)
    kind = KINDS.get(path.suffix)
    if kind is None:
        return PlainTextResponse("", status_code=404)
    return FileResponse(path, media_type=kind, headers={**HARMLESS, **KEPT})
