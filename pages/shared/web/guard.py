"""The outermost call of every handler and route: an error a person can mend becomes a sentence, any other is kept aside."""

import functools
import html
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bigmodel.core.errors import NotFoundError, PersonError
from bigmodel.core.language import Language
from bigmodel.core.message import Message
from bigmodel.words import Words
from pages.shared.web.language import of_request

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
Route = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[Request, PersonError, int], Response]  # the error, and the status it has


def guard(words: Words) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator for handlers; the handler must take a `gr.Request`.

    A `PersonError` is shown as a toast in the person's language. Anything else is logged with its
    traceback and shown as one sentence that says nothing is lost.
    """

    def decorate(handler: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(handler)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            with _told(words, handler, args):
                return handler(*args, **kwargs)

        @functools.wraps(handler)
        def growing(*args: P.args, **kwargs: P.kwargs) -> Any:  # Any: of a handler that yields
            with _told(words, handler, args):
                yield from handler(*args, **kwargs)  # type: ignore[misc] # it is a generator

        return growing if inspect.isgeneratorfunction(handler) else guarded

    return decorate


@contextmanager
def _told(words: Words, handler: Callable[..., object], args: tuple[object, ...]) -> Iterator[None]:
    try:
        yield
    except PersonError as error:
        raise _toast(words, error.message, args) from error
    except gr.Error:
        raise
    except Exception as error:
        log.exception("handler %s failed", handler.__qualname__)
        raise _toast(words, Message("errors.unexpected"), args) from error


def _toast(words: Words, message: Message, args: tuple[object, ...]) -> gr.Error:
    request = next((arg for arg in args if isinstance(arg, gr.Request)), None)
    language = of_request(request, None) if request else "en"
    text = html.escape(words.say(language, message), quote=False)  # a toast reads HTML
    title = words.text(language, "shell.problem")
    return gr.Error(text, duration=None, print_exception=False, title=title)


def guard_route(refuse: Refuse) -> Callable[[Route], Route]:
    """Return a decorator for routes of our own; `refuse` makes an answer of an error.

    A lost connection is nobody's error.
    """

    def decorate(route: Route) -> Route:
        @functools.wraps(route)
        async def guarded(request: Request) -> Response:
            try:
                return await route(request)
            except PersonError as error:
                return refuse(request, error, 404 if isinstance(error, NotFoundError) else 409)
            except ClientDisconnect:
                return PlainTextResponse("", status_code=499)
            except Exception:
                log.exception("route %s failed", request.url.path)
                return refuse(request, PersonError("unexpected"), 500)

        return guarded

    return decorate


def refuse_in(words: Words, default: Language | None) -> Refuse:
    """Return what answers a script of ours: the sentence in the person's language, and its key."""

    def refuse(request: Request, error: PersonError, status: int) -> Response:
        said = words.say(of_request(request, default), error.message)
        return JSONResponse({"error": said, "key": error.key}, status)

    return refuse
