"""Takes the files that a browser sends to a demo: written as they come, bounded, and never read here."""

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import ModelError, PersonError
from pages.shared.web import language
from pages.shared.web.body import length_of
from pages.shared.web.page import owner_of

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

PATH = "/bm/demo/file"


def routes(services: "Services") -> list[Route]:
    """Return the route to which the ask box sends each file."""
    settings, uploads = services.settings, services.inference.uploads
    limit = settings.max_upload_mb * 2**20

    async def receive(request: Request) -> Response:
        name = request.query_params.get("name", "")
        try:
            size = length_of(request)
            path = await run_in_threadpool(uploads.place, owner_of(request), name, size)
            await _keep(request, path)
        except ClientDisconnect:
            return PlainTextResponse("", status_code=499)
        except PersonError as error:
            spoken = language.of_request(request, settings.language)
            sentence = services.words.say(spoken, error.message)
            return JSONResponse({"error": sentence}, status_code=413)
        return JSONResponse({"id": path.stem})

    async def _keep(request: Request, path: Path) -> None:
        """Write a body as it comes; nothing is left of one that is too large or does not end."""
        size = 0
        try:
            with path.open("wb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > limit:
                        raise ModelError("upload_large", limit=settings.max_upload_mb)
                    await run_in_threadpool(file.write, chunk)
        except BaseException as error:
            path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                reason = error.strerror or type(error).__name__
                raise ModelError("upload_not_kept", reason=reason) from error
            raise

    return [Route(PATH, receive, methods=["POST"])]
