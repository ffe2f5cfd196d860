"""The front page of an installation that only shows models (`BIGMODEL_DEMO_ONLY`): chosen models, and a demo of each.

Nobody brings data there and nothing is trained; a model that was not chosen is not there.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import NotFoundError, SettingsError
from bigmodel.core.model import TrainedModel
from pages.shared.demo import standalone_route
from pages.shared.demo.standalone import HEADERS, Alone
from pages.shared.web.guard import guard_route

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

MOST_NAMED = 10


def routes(services: "Services", owner: str) -> list[Route]:
    """Return the front page and the demos of chosen models.

    Raises:
        SettingsError: `demo_models_unknown`.
    """
    models = chosen(services, owner)
    known = {model.id for model in models}

    def whose(request: Request) -> str:
        if request.path_params.get("model") not in known:
            raise NotFoundError("model_unknown")
        return owner

    asks = standalone_route.Asks(services, whose)

    async def front(request: Request) -> Response:
        said = standalone_route.spoken(request, services)
        page = await run_in_threadpool(Alone(services, said).gallery, owner, models)
        return standalone_route.remembered(request, HTMLResponse(page, headers=HEADERS))

    return [
        Route("/", guard_route(asks.refusal)(front), methods=["GET"]),
        *standalone_route.demo_routes(asks),
    ]


def chosen(services: "Services", owner: str) -> Sequence[TrainedModel]:
    """Return the models that the settings name by id, job or name; else the kept model of every training.

    Raises:
        SettingsError: `demo_models_unknown`.
    """
    models, named = services.inference.models(owner), services.settings.demo_models
    if not named:
        return [model for model in models if model.kept]
    found = {
        name: next((m for m in models if name in (m.id, m.job_id, m.name)), None) for name in named
    }
    if missing := [name for name, model in found.items() if model is None]:
        known = ", ".join(dict.fromkeys(model.name for model in models[:MOST_NAMED])) or "–"
        raise SettingsError("demo_models_unknown", names=", ".join(missing), known=known)
    return [model for model in found.values() if model is not None]
