"""Takes the files that a browser sends to a demo: written as they come, bounded, and never read here."""

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import ModelError
from pages.shared import language
from pages.shared.page import LOCAL_OWNER

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

PATH = "/bm/demo/file"


def routes(services: "Services") -> list[Route]:
    """Return the route to which the ask box sends each file."""
    settings, uploads = services.settings, services.demo.uploads
    limit = settings.max_upload_mb * 2**20

    async def receive(request: Request) -> Response:
        path = uploads.place(LOCAL_OWNER, request.query_params.get("name", ""))
        size = 0
        try:
            with path.open("wb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > limit:
                        raise ModelError("upload_large", limit=settings.max_upload_mb)
                    file.write(chunk)
        except (ModelError, ClientDisconnect, OSError) as error:
            path.unlink(missing_ok=True)
            if not isinstance(error, ModelError):
                raise
            spoken = language.of_request(request, settings.language)
            sentence = services.words.say(spoken, error.message)
            return JSONResponse({"error": sentence}, status_code=413)
        return JSONResponse({"id": path.stem})

    return [Route(PATH, receive, methods=["POST"])]
