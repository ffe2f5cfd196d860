"""Serves the pieces of a long recording, and what was made of it, to its owner; it reads no file of anybody else."""

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import PersonError
from bigmodel.services.inference.talks.talks import KINDS
from pages.shared.web.language import of_request
from pages.shared.web.media_route import HARMLESS
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

TYPES = {
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "csv": "text/csv",
    "zip": "application/zip",
}


def talk_url(talk_id: str, name: str) -> str:
    """Return the address of a piece ("12.flac") or of what is made of a recording ("talk.srt")."""
    return f"bm/talks/{talk_id}/{name}"


def routes(services: "Services") -> list[Route]:
    """Return the route of all long recordings."""

    def found(request: Request) -> Response:
        owner, asked = owner_of(request), request.path_params
        name, _, ending = asked["name"].partition(".")
        try:
            if ending == "flac" and name.isascii() and name.isdecimal():
                path = services.talks.piece(owner, asked["talk"], int(name))
                return FileResponse(path, media_type="audio/flac", headers=HARMLESS)
            if name == "talk" and ending in KINDS:
                unheard = services.words.text(
                    of_request(request, services.settings.language), "pages.talks.unheard"
                )
                return _made(services, owner, asked["talk"], ending, unheard)
        except PersonError:
            pass
        return PlainTextResponse("", status_code=404)

    return [Route("/bm/talks/{talk}/{name}", found)]


def _made(services: "Services", owner: str, talk_id: str, kind: str, unheard: str) -> Response:
    talk = services.talks.get(owner, talk_id)
    out = services.inference.download(f"talk.{kind}")
    services.talks.write(owner, talk_id, kind, out, unheard)
    name = f"{Path(talk.name).stem or 'talk'}.{kind}"
    return FileResponse(out, media_type=TYPES[kind], filename=name, headers=HARMLESS)
