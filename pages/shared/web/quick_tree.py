"""Serves the part of Gradio's page that looks for components with a search of our own (`assets/places.js`); the rest stays Gradio's."""

import logging
import re
from collections.abc import Callable
from pathlib import Path

import gradio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.shared.web.theme import script

log = logging.getLogger(__name__)
PARTS = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
KEPT = {
    "Cache-Control": "public, max-age=86400"
}  # it has the name of Gradio's own, which may follow it
# `function find(node, id)` that asks a node, then each child in turn, whatever a minifier called it.
WALK = re.compile(
    r"function (?P<find>\w+)\((?P<node>\w+),(?P<id>\w+)\)\{if\((?P=node)\.id===(?P=id)\)return (?P=node);"
    r"if\((?P=node)\.children\)for\(let (?P<child>\w+) of (?P=node)\.children\)"
    r"\{let (?P=node)=(?P=find)\((?P=child),(?P=id)\);if\((?P=node)\)return (?P=node)\}return null\}"
)


def quick_tree_routes() -> list[Route]:
    """Return the routes of what is served in place of Gradio's own, none where it has another search by now."""
    own = script("places.js")
    routes = []
    for path in PARTS.glob("core-*.js"):
        text = path.read_text("utf-8")
        if found := WALK.search(text):
            body = text.replace(found[0], own.replace("bmFind", found["find"]))
            routes.append(Route(f"/assets/{path.name}", _answer(body)))
    if not routes:
        log.warning("Gradio's search for components was not found: pages answer more slowly")
    return routes


def _answer(body: str) -> Callable[[Request], Response]:
    def answer(_request: Request) -> Response:
        return Response(body, media_type="text/javascript", headers=KEPT)

    return answer
