"""BigModel Studio: settings, services, pages, server, put together. Start it with `python app.py`."""

import ctypes
import gc
import importlib
import inspect
import logging
import os
import signal
import sys
import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bigmodel.core.errors import PersonError, SettingsError
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.settings import Settings, read_settings, system_language
from bigmodel.words import load_words

if TYPE_CHECKING:
    import gradio as gr
    from starlette.routing import Route

    from bigmodel.services.studio import Services

ARENA_MAX = -8  # M_ARENA_MAX of glibc's <malloc.h>
# Networks of computers that no stranger has an address in: a proxy may be there.
INSIDE = "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,::1,fc00::/7"


def main() -> int:
    """Serve the dashboard until it is stopped; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for chatty in ("httpx", "alembic.runtime.plugins"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    settings = None
    try:
        settings = read_settings()
        try:
            return _serve(settings)
        except SettingsError as error:
            # Whoever comes first must not decide about the work of others.
            if error.key != "database_damaged" or settings.sign_in:
                raise
            _recover(settings, error)
            return _serve(settings)
    except PersonError as error:
        sys.stderr.write(_sentence(error, settings) + "\n")
        return 1


def _ask_heap(name: str, *how: int) -> None:
    """Ask the C library about the memory of this process; one that has no such thing is asked in vain."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):
            getattr(ctypes.CDLL(None), name)(*how)


def _serve(settings: Settings) -> int:
    settings.make_folders()
    _ask_heap("mallopt", ARENA_MAX, 2)  # heaps of threads keep what a page needed for a moment
    _keep_gradio_private(settings)
    _import_gradio()
    from bigmodel.services.studio import open_services
    from bigmodel.store.open import SHOWN_S
    from pages.shared.people import gate
    from pages.shared.web import server

    server.refuse_public(settings)
    services = open_services(settings, reading_s=SHOWN_S)
    if settings.sign_in == "hub":
        services.hub_sign_in.check()
    say, language = services.words.text, _language(settings)
    if url := server.running_url(settings):
        sys.stdout.write(say(language, "shell.already_running", url=url) + "\n")
        _open_browser(url)
        return 0
    with server.without_apps():
        demo, texts, routes = _parts(services)
    url = server.serve(demo, texts, settings, routes, gate.doors(services))
    gc.collect()
    _ask_heap("malloc_trim", 0)  # what building the pages needed
    if not settings.demo_only:
        services.jobs.wake()
    opened = say(language, "shell.open_at", url=url, home=str(settings.home))
    # Whoever closes the window may not be who set its language.
    closing = [say(spoken, "shell.closing") for spoken in LANGUAGES]
    # At once: a program that starts the app may read the first line and hear no more.
    sys.stdout.write("\n".join((opened, *closing, "")))
    sys.stdout.flush()
    _open_browser(url)
    services.snapshots.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        demo.block_thread()
    finally:
        services.snapshots.close()
    return 0


def _parts(services: "Services") -> "tuple[gr.Blocks, gr.I18n, list[Route]]":
    """Return the dashboard, its texts and the routes of its parts; or the page that only shows models."""
    from pages import find_pages
    from pages.shared.data import upload_route
    from pages.shared.demo import demo_route, gallery_route, phone_route, standalone_route
    from pages.shared.demo.talks import talk_route
    from pages.shared.label import sort_route
    from pages.shared.people import admin_page, sign_in_page
    from pages.shared.projects import project_route
    from pages.shared.web import media_route, pulse, server
    from pages.shared.web.page import LOCAL_OWNER
    from pages.shared.web.shell import build_shell, empty_shell

    if services.settings.demo_only:
        return *empty_shell(), gallery_route.routes(services, LOCAL_OWNER)
    demo, texts = build_shell(services, find_pages())
    routes = pulse.routes(services, server.START)
    homes = (
        standalone_route,
        demo_route,
        media_route,
        phone_route,
        project_route,
        sort_route,
        talk_route,
        sign_in_page,
        admin_page,
    )
    for part in (*homes, upload_route):
        routes += part.routes(services)
    return demo, texts, routes


def _recover(settings: Settings, error: SettingsError) -> None:
    """Ask in a page what is to become of a damaged database, never make a new one in silence."""
    from pages.shared.web.recovery import recover

    sys.stderr.write(_sentence(error, settings) + "\n")
    words = load_words(settings.task_folders)

    def said(url: str) -> None:
        sys.stdout.write(words.text(_language(settings), "shell.recovery_at", url=url) + "\n")
        sys.stdout.flush()
        _open_browser(url)

    recover(settings, words, said)


def _keep_gradio_private(settings: Settings) -> None:
    """Set what Gradio reads from the environment: nothing is sent out, uploads stay private, no statistics are made of events."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Else each event waits until pandas has grouped the last 10,000, for a page of statistics that is closed here.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    os.environ["GRADIO_TEMP_DIR"] = str(settings.scratch / "gradio")
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    if settings.space_id:
        # Only proxies of its host reach a Space. `*` would believe what stands first, which a visitor may write.
        os.environ.setdefault("FORWARDED_ALLOW_IPS", INSIDE)
        os.environ.pop("SYSTEM", None)  # else Gradio serves a way to run new code, for reloading


def _import_gradio() -> None:
    """Import Gradio without its writing the type stubs of its components anew: nearly half of its time, each time."""
    place_of = inspect.getfile

    def getfile(thing: Any) -> str:
        if type(thing).__name__ == "ComponentMeta":
            raise OSError  # as for a component that stands in no file, which has no stubs
        return place_of(thing)

    inspect.getfile = getfile
    try:
        importlib.import_module("gradio")
    finally:
        inspect.getfile = place_of


def _open_browser(url: str) -> None:
    """Open the page where a person sits in front; a program that starts the app wants none."""
    if sys.stdout.isatty():
        webbrowser.open(url)


def _sentence(error: PersonError, settings: Settings | None) -> str:
    """Return problem and fix; settings that could not be read name neither a language nor more words."""
    words = load_words(settings.task_folders if settings else ())
    return words.say(_language(settings), error.message)


def _language(settings: Settings | None) -> Language:
    return (settings.language if settings else None) or system_language()


if __name__ == "__main__":
    sys.exit(main())
