"""Builds one tab for a test that calls its handlers as plain functions."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from unittest.mock import patch

import gradio as gr
from gradio import routes

from pages.shared.web.page import Context

Tab = TypeVar("Tab")


def one_tab(
    make: Callable[[Context, gr.Tab], Tab], services: Any, context: type[Context] = Context
) -> Tab:
    """Return what `make` builds in a dashboard of its own, which is served to nobody."""

    def build() -> Tab:
        with (
            patch.object(routes.App, "create_app"),
            gr.Blocks(),
            gr.Tabs() as tabs,
            gr.Tab() as own,
        ):
            return make(context(services, gr.Textbox(), gr.Textbox(), tabs), own)

    return in_own_loop(build)


def in_own_loop(build: Callable[[], Tab]) -> Tab:
    """Return what `build` builds.

    Gradio leaves an event loop open for each Blocks made outside one, and a browser of other tests
    keeps this thread's loop running: so it is built in a loop of another thread.
    """

    async def built() -> Tab:
        return build()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(built())).result()
