"""The page that stands where the dashboard would be when its database is damaged; it decides nothing by itself."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from threading import Event
from typing import Any

import gradio as gr

from bigmodel.core.errors import PersonError
from bigmodel.core.language import Language
from bigmodel.core.message import Message
from bigmodel.services.jobs.recovery import Backup, RecoveryService
from bigmodel.settings import Settings
from bigmodel.words import Words
from pages.shared.web import language, server
from pages.shared.web.time_text import clock

# The dashboard answers at the same address a moment later: look until it does.
RELOAD = """() => {
  setInterval(() => fetch(new URL('bm/pulse', document.baseURI)).then(a => a.json())
    .then(() => location.reload()).catch(() => {}), 1000);
}"""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}


def recover(settings: Settings, words: Words, said: Callable[[str], None]) -> None:
    """Show the page until somebody chose a way back, and take it. `said` is told the address."""
    done = Event()
    with gr.Blocks(title=words.text("en", "shell.title"), analytics_enabled=False) as page:
        _build(page, RecoveryService(settings), settings, words, done)
    said(server.serve(page, gr.I18n(), settings))
    done.wait()
    page.close(verbose=False)


def _build(
    page: gr.Blocks, service: RecoveryService, settings: Settings, words: Words, done: Event
) -> None:
    intro = gr.HTML("", elem_id="recovery")
    with gr.Row():
        choice = gr.Radio([], visible=False, elem_id="recovery-backups", container=False)
    restore = gr.Button("", variant="primary", visible=False, elem_id="recovery-restore")
    anew = gr.Button("", elem_id="recovery-anew")
    result = gr.HTML("", elem_id="recovery-result")

    def show(request: gr.Request) -> list[object]:
        say = _sayer(words, language.of_request(request, settings.language))
        copies = service.backups()
        choices = [(_name(copy, say), copy.name) for copy in copies]
        first = copies[0].name if copies else None
        key = "about" if copies else "about_none"
        return [
            f'<p class="bm-lead">{escape(say("recovery.title"))}</p>'
            f"<p>{escape(say(f'recovery.{key}', path=str(settings.database)))}</p>",
            gr.Radio(choices, value=first, visible=bool(copies)),
            gr.Button(say("recovery.restore"), visible=bool(copies)),
            gr.Button(say("recovery.anew")),
        ]

    def take(way: Callable[[], Path], request: gr.Request) -> str:
        spoken = language.of_request(request, settings.language)
        try:
            aside = way()
        except PersonError as error:
            text = words.say(spoken, error.message)
            return f'<div class="bm-problem is-error">{escape(text)}</div>'
        done.set()
        text = _sayer(words, spoken)("recovery.done", path=str(aside))
        return f'<div class="bm-problem" data-testid="recovery-done">{escape(text)}</div>'

    def take_copy(name: str, request: gr.Request) -> str:
        return take(lambda: service.restore(name), request)

    def take_nothing(request: gr.Request) -> str:
        return take(service.start_anew, request)

    page.load(show, None, [intro, choice, restore, anew], **QUIET)
    page.load(None, None, None, js=RELOAD)
    restore.click(take_copy, choice, result, **QUIET)
    anew.click(take_nothing, None, result, **QUIET)


def _sayer(words: Words, spoken: Language) -> Callable[..., str]:
    def say(key: str, **args: str) -> str:
        return words.say(spoken, Message(key, dict(args)))

    return say


def _name(copy: Backup, say: Callable[..., str]) -> str:
    megabytes = copy.path.stat().st_size / 2**20
    return say("recovery.copy", time=clock(copy.at), size=f"{megabytes:.1f} MB")
