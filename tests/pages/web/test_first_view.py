"""What a first view is sent: its chunks at once, those that are there, and a page that was made before only once for each address."""

import re

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.shared.web.front import sent, tree

MADE: list[str] = []


def make(request: Request) -> Response:
    MADE.append(str(request.url))
    return HTMLResponse(f"<p>{request.base_url}</p>")


def test_chunks_of_home_are_fetched_at_once_and_are_there() -> None:
    named = re.findall('href="assets/([^"]+)"', sent.early())
    assert [name for name in named if not (tree.PARTS / name).exists()] == []
    for part in ("Blocks-", "core-", "HTML-"):
        assert any(name.startswith(part) for name in named), part


def test_page_is_made_once_for_each_address_and_never_for_another() -> None:
    app = Starlette(routes=[Route("/", make)], middleware=[Middleware(sent.KeptPage)])
    for host in ("here.test", "there.test", "here.test"):
        answer = TestClient(app, base_url=f"http://{host}").get("/?tab=data")
        assert answer.text == f"<p>http://{host}/</p>"
    assert len(MADE) == 2
    for count, asked in enumerate(("deep_link=x", "demo=1", "lang=en&demo=2"), 3):
        TestClient(app, base_url="http://here.test").get(f"/?{asked}")
        assert len(MADE) == count
