"""Starts the web server around the dashboard: its port, its own routes and what it refuses; it builds no page."""

import json
import logging
import socket
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio import route_utils
from gradio.routes import App
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bigmodel.core.errors import SettingsError
from bigmodel.core.ids import new_id
from bigmodel.core.language import Language
from bigmodel.settings import Settings
from pages.shared.web.body import BoundedBody
from pages.shared.web.endpoints import ApprovedEndpoints
from pages.shared.web.front import sent, tree
from pages.shared.web.front.sessions import keep_little
from pages.shared.web.language import head_script
from pages.shared.web.middleware import (
    SPACE_FRAMERS,
    HeadScript,
    NoHearsay,
    RangesByStarlette,
    SameOrigin,
)
from pages.shared.web.theme import script, style_sheet, theme

log = logging.getLogger(__name__)
PORTS_TO_TRY = 20
START = new_id()  # of this process; an open page notices when it changes
LOOK_S, PROGRESS_S = 0.02, 0.1  # between looks of the queue for events, and for their progress
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def head(language: Language | None) -> str:
    """Return what runs in the head of a page, before anything of Gradio."""
    scripts = script("events.js", "frames.js", "stream.js", "takes.js")
    frame = f"<style>{script('frame.css')}</style>"
    return f"{head_script(language)}{frame}<script>{scripts}</script>{sent.early()}"


def running_url(settings: Settings) -> str:
    """Return the address of an app that already serves this data folder, or an empty text."""
    try:
        url = json.loads(_note(settings).read_text("utf-8"))["url"]
        with urllib.request.urlopen(f"{url}healthz", timeout=2) as answer:  # noqa: S310 - our own note
            same = json.load(answer).get("home") == _mark(settings)
    except (OSError, ValueError, KeyError):
        return ""
    return url if same else ""


def refuse_public(settings: Settings) -> None:
    """Refuse to serve other computers where nothing says how people come in.

    Raises:
        SettingsError: `sign_in_missing`.
    """
    if settings.is_public and not (settings.sign_in or settings.demo_only):
        reason = "SPACE_ID" if settings.space_id else f"BIGMODEL_HOST={settings.host}"
        raise SettingsError("sign_in_missing", reason=reason)


@contextmanager
def without_apps() -> Iterator[None]:
    """Build a page without the web apps that Gradio makes of it on the way: only that of `launch` ever serves."""
    make = vars(App)["create_app"]
    setattr(App, "create_app", staticmethod(lambda *_args, **_kwargs: None))  # noqa: B010 - a method of Gradio's
    try:
        yield
    finally:
        setattr(App, "create_app", make)  # noqa: B010


def serve(
    demo: gr.Blocks,
    texts: gr.I18n,
    settings: Settings,
    routes: Sequence[Route] = (),
    doors: Sequence[Middleware] = (),
) -> str:
    """Serve the dashboard and the routes of its parts in the background and return its address.

    `doors` stand behind the ones here, and before everything that answers.

    Raises:
        SettingsError: `no_free_port`.
    """
    port = _free_port(settings)
    take_files_alone()
    with without_apps():
        demo.queue(max_size=64, default_concurrency_limit=8)
    _look_seldom(demo)
    app, url, _ = demo.launch(
        server_name=settings.host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        max_file_size=settings.max_upload_mb * 2**20,
        state_session_capacity=300,
        enable_monitoring=False,
        run_history=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        share=False,
        footer_links=[],
        # Else a machine that is busy for the three seconds in which Gradio asks itself for a page starts no app.
        _frontend=False,
        blocked_paths=[
            str(path)
            for path in (settings.database, settings.datasets, settings.jobs, settings.bases)
        ],
        allowed_paths=[str(settings.scratch / "downloads")],
        i18n=texts,
        theme=theme(),
        css=style_sheet(),
        app_kwargs={"middleware": _middleware(settings, doors), "openapi_url": None},
    )
    _make_ours(app, demo)
    _add_routes(app, [*tree.routes(), *_own_routes(settings), *routes])
    _note(settings).write_text(json.dumps({"url": url}), "utf-8")
    return str(url)


def _make_ours(app: App, demo: gr.Blocks) -> None:
    """Send and keep less than Gradio would, and let no other site in."""
    sent.trim(demo)
    keep_little(app)
    _grant_nobody(app)


def _middleware(settings: Settings, doors: Sequence[Middleware]) -> list[Middleware]:
    hosts = ["localhost", "127.0.0.1", "[::1]", settings.host, *settings.hosts]
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        Middleware(NoHearsay),
        Middleware(SameOrigin, framers=SPACE_FRAMERS if settings.space_id else ()),
        Middleware(ApprovedEndpoints, is_demo=settings.demo_only),
        Middleware(BoundedBody),
        *doors,
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(RangesByStarlette),
        Middleware(HeadScript, script=head(settings.language)),
        # A gallery of demos speaks the language that its address asks for.
        *([] if settings.demo_only else [Middleware(sent.KeptPage)]),
    ]


def _look_seldom(demo: gr.Blocks) -> None:
    """Look for new events as often as a person notices: Gradio's thousand looks a second take 6 % of a processor from an idle app."""
    demo._queue.sleep_when_free = LOOK_S
    demo._queue.progress_update_sleep_when_free = PROGRESS_S


class _FilesAlone(route_utils.GradioMultiPartParser):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Gradio gives them
        super().__init__(*args, **kwargs)
        self.max_fields = 0


def take_files_alone() -> None:
    """Let uploads hold files and nothing else: Gradio keeps other fields of a form in memory, however long they are."""
    vars(route_utils)["GradioMultiPartParser"] = _FilesAlone


def _grant_nobody(app: FastAPI) -> None:
    """Take away Gradio's leave for other sites: it stands before our doors and echoes origins to a foreign host."""
    leave: object = route_utils.CustomCORSMiddleware
    app.user_middleware = [door for door in app.user_middleware if door.cls != leave]
    app.middleware_stack = app.build_middleware_stack()


def _own_routes(settings: Settings) -> list[Route]:
    script = Path(str(distribution("plotly").locate_file("plotly/package_data/plotly.min.js")))
    answers = {"status": "ok", "home": _mark(settings), "start": START}

    def healthz(_request: Request) -> Response:
        return JSONResponse(answers)

    def plotly_js(_request: Request) -> Response:
        return FileResponse(script, media_type="text/javascript", headers=FOR_EVER)

    return [Route("/healthz", healthz), Route("/bm/plotly.min.js", plotly_js)]


def _add_routes(app: FastAPI, routes: Sequence[Route]) -> None:
    app.router.routes[:0] = routes  # before Gradio's catch-all


def _free_port(settings: Settings) -> int:
    for port in range(settings.port, settings.port + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError:
                continue
        return port
    raise SettingsError("no_free_port", port=settings.port, count=PORTS_TO_TRY - 1)


def _mark(settings: Settings) -> str:
    """Return what tells this data folder from others; where several people sign in, its path is not told."""
    path = str(settings.home.resolve())
    return sha256(path.encode()).hexdigest() if settings.sign_in else path


def _note(settings: Settings) -> Path:
    return settings.run / "app.json"
