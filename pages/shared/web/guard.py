"""What stands around handlers and routes: an error becomes a sentence, and a late answer takes no newer one's place."""

import functools
import html
import inspect
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar

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
PAGES_KEPT = 1_000
_moments = count(1)


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


class OpenPages(Generic[R]):
    """A value for each open page; of very many the oldest are forgotten."""

    def __init__(self, default: R) -> None:
        self._default = default
        self._values: OrderedDict[str, R] = OrderedDict()
        self._lock = Lock()

    def get(self, page: str) -> R:
        """Return the value of a page, or the default."""
        with self._lock:
            return self._values.get(page, self._default)

    def put(self, page: str, value: R) -> None:
        """Keep the value of a page."""
        with self._lock:
            self._values[page] = value
            self._values.move_to_end(page)
            while len(self._values) > PAGES_KEPT:
                self._values.popitem(last=False)


class Newest:
    """Handlers that fill the same place: in each open page, the answer to the newest question stays.

    Questions of one page are answered side by side, in any order. Handlers that fill a part of a place are made
    `within` the whole: what they answer is dropped, too, where a later question filled the whole before.
    """

    def __init__(self, within: "Newest | None" = None) -> None:
        self._within = within
        # by page: when the newest question that was answered was asked, and when it was answered
        self._answered = OpenPages((0, 0))

    def __call__(self, handler: Callable[P, R]) -> Callable[P, R]:
        """Return the handler of a gesture: dropped is what comes after the answer to a later gesture."""
        return _in_order(handler, self._take)

    def keep(self, handler: Callable[P, R]) -> Callable[P, R]:
        """Return the handler of a gesture that changes something: its answer always stays, and counts for the others."""
        return _in_order(handler, lambda page, asked: self._take(page, asked) or True)

    def tick(self, handler: Callable[P, R]) -> Callable[P, R]:
        """Return a handler that comes again by itself: dropped is what was asked before the last gesture's answer."""
        return _in_order(handler, lambda page, asked: asked > self._last(page)[1])

    def moment(self) -> int:
        """Return now, to be asked about by `has_answered`."""
        return next(_moments)

    def has_answered(self, request: gr.Request, moment: int) -> bool:
        """Tell whether one of these handlers answered an open page after a moment."""
        return self._last(request.session_hash or "")[1] > moment

    def _take(self, page: str, asked: int) -> bool:
        if asked < self._last(page)[0]:
            return False
        self._answered.put(page, (asked, next(_moments)))
        return True

    def _last(self, page: str) -> tuple[int, int]:
        asked, answered = self._answered.get(page)
        whole = self._within._last(page) if self._within else (0, 0)
        return max(asked, whole[0]), max(answered, whole[1])


def _in_order(handler: Callable[P, R], is_newest: Callable[[str, int], bool]) -> Callable[P, R]:
    @functools.wraps(handler)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Any:  # Any: or a skip
        page, asked = _page(args), next(_moments)
        answer = handler(*args, **kwargs)
        return answer if not page or is_newest(page, asked) else gr.skip()

    @functools.wraps(handler)
    def growing(*args: P.args, **kwargs: P.kwargs) -> Any:  # Any: of a handler that yields
        page, asked = _page(args), next(_moments)
        for answer in handler(*args, **kwargs):  # type: ignore[attr-defined] # it is a generator
            if page and not is_newest(page, asked):
                return
            yield answer

    return growing if inspect.isgeneratorfunction(handler) else answered


def _page(args: tuple[object, ...]) -> str:
    """Return which open page asks, or nothing where none does."""
    request = next((arg for arg in args if isinstance(arg, gr.Request)), None)
    return (request.session_hash or "") if request else ""


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
