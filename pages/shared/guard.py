"""The outermost call of every handler: an error a person can mend becomes a sentence, any other is kept aside."""

import functools
import html
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import gradio as gr

from bigmodel.core.errors import PersonError
from bigmodel.core.message import Message
from bigmodel.words import Words
from pages.shared.language import of_request

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


def guard(words: Words) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator for handlers; the handler must take a `gr.Request`.

    A `PersonError` is shown as a toast in the person's language. Anything else is logged with its
    traceback and shown as one sentence that says nothing is lost.
    """

    def decorate(handler: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(handler)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return handler(*args, **kwargs)
            except PersonError as error:
                raise _toast(words, error.message, args) from error
            except gr.Error:
                raise
            except Exception as error:
                log.exception("handler %s failed", handler.__qualname__)
                raise _toast(words, Message("errors.unexpected"), args) from error

        return guarded

    return decorate


def _toast(words: Words, message: Message, args: tuple[object, ...]) -> gr.Error:
    request = next((arg for arg in args if isinstance(arg, gr.Request)), None)
    language = of_request(request, None) if request else "en"
    text = html.escape(words.say(language, message), quote=False)  # a toast reads HTML
    return gr.Error(text, duration=None, print_exception=False)
