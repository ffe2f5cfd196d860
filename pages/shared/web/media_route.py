"""Serves the pictures and sounds of a dataset to its owner, under our own address; it reads no file of anybody else.

The files were written by our own reader, so their kinds are known. They are sent with the kind, told to
be nothing else, and in parts where a player asks for a part.
"""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import PersonError
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

KINDS = {".jpg": "image/jpeg", ".png": "image/png", ".flac": "audio/flac"}
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}  # the name is the content's hash


def media_url(dataset_id: str, file: str, *, thumb: bool = False) -> str:
    """Return the address of a file of a dataset, relative to the app's; `file` is "<xx>/<sha256>.<ending>"."""
    return f"bm/media/{dataset_id}/{file}{'?thumb=1' if thumb else ''}"


def routes(services: "Services") -> list[Route]:
    """Return the route of all media."""
    datasets: Any = services.datasets

    def media(request: Request) -> Response:
        asked = request.path_params
        file = f"{asked['shard']}/{asked['name']}"
        try:
            is_small = bool(request.query_params.get("thumb"))
            path = datasets.media_path(owner_of(request), asked["dataset"], file, thumb=is_small)
        except PersonError:
            return PlainTextResponse("", status_code=404)
        kind = KINDS.get(path.suffix)
        if kind is None:
            return PlainTextResponse("", status_code=404)
        return FileResponse(path, media_type=kind, headers={**HARMLESS, **KEPT})

    return [Route("/bm/media/{dataset}/{shard}/{name}", media)]
