"""What a tab is: a slug, an order and a function that builds it; and how a tab asks for things of the house."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.i18n import I18nData
from starlette.requests import Request
from starlette.types import Scope

from bigmodel.core.errors import NotFoundError, PeopleError
from bigmodel.core.language import Language
from bigmodel.core.message import Arg, Message
from pages.shared.web import language

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

LOCAL_OWNER = "local"
GROUPS = ("home", "build", "try", "learn")  # of tabs, in the order in which they are shown
# An event that shows nothing while it runs, on no component: for each one that might show it the browser
# walks the whole page three times an event, and asks every part inside it for its value.
QUIET: Mapping[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "show_progress_on": [],
}
Updates = dict[Any, object]  # what components become, by component


def set_owner(scope: Scope, owner: str) -> None:
    """Note whose a request is; only the gate may."""
    scope.setdefault("state", {})["owner"] = owner


def owner_of(request: gr.Request | Request) -> str:
    """Return who sent a request to a tab or a route, as the gate noted it.

    Raises:
        PeopleError: `not_signed_in`.
    """
    asked = request.request if isinstance(request, gr.Request) else request
    if asked is None or not (owner := asked.scope.get("state", {}).get("owner")):
        raise PeopleError("not_signed_in")
    return str(owner)


@dataclass(frozen=True)
class Page:
    """A tab. Its label is the words at `pages.<slug>.tab`; its address is `?tab=<slug>`; `group` is one of GROUPS."""

    slug: str
    order: int
    build: Callable[["Context", gr.Tab], None]
    group: str = "build"


@dataclass
class Context:
    """What a tab gets while it is built. `dataset` and `job` hold the chosen ids and stand in the address."""

    services: "Services"
    dataset: gr.Textbox
    job: gr.Textbox
    tabs: gr.Tabs
    used_keys: set[str] = field(default_factory=set)

    def t(self, key: str) -> I18nData:
        """Return the marker of a static text; the browser shows it in its language.

        Only while the tabs are built: the browser gets those texts once, and knows no other key.

        Raises:
            KeyError: no language has this key.
        """
        if not self.services.words.has(key):
            raise KeyError(key)
        self.used_keys.add(key)
        return I18nData(language.browser_key(key))

    def each(self, key: str) -> str:
        """Return a static text in every language, for a piece of HTML; the style sheet shows that of the page.

        The browser puts one text alone in the place of a marker, and a piece of many texts has no place for a second.
        """
        texts = self.services.words.texts
        return "".join(
            f'<span class="bm-each" lang="{locale}">{html.escape(texts[each][key])}</span>'
            for each, locale in language.LOCALES.items()
        )

    def language(self, request: gr.Request) -> Language:
        """Return the language this person reads."""
        return language.of_request(request, self.services.settings.language)

    def say(self, request: gr.Request, key: str, /, **args: Arg) -> str:
        """Return a text in the person's language."""
        return self.services.words.say(self.language(request), Message(key, args))

    def tell(self, request: gr.Request, message: Message) -> str:
        """Return a stored message in the person's language."""
        return self.services.words.say(self.language(request), message)

    def notice(self, request: gr.Request, text: str) -> None:
        """Show a text for a few seconds, under a title in the person's language."""
        gr.Info(html.escape(text, quote=False), title=self.say(request, "shell.notice"))

    def warning(self, request: gr.Request, text: str) -> None:
        """Show a text until it is closed."""
        title = self.say(request, "shell.warning")
        gr.Warning(html.escape(text, quote=False), duration=None, title=title)

    def owner(self, request: gr.Request) -> str:
        """Return whose data this person sees."""
        return owner_of(request)

    def on_show(
        self,
        tab: gr.Tab,
        fn: Callable[..., object],
        inputs: Sequence[gr.components.Component] = (),
        outputs: Sequence[gr.components.Component] = (),
    ) -> None:
        """Run `fn` whenever the tab comes into view."""
        tab.select(fn, list(inputs), list(outputs), **QUIET)

    def go(self, event: gr.events.Dependency, slug: str) -> gr.events.Dependency:
        """After the event succeeded, open another tab."""
        opened: gr.events.Dependency = event.success(
            lambda: gr.Tabs(selected=slug),
            None,
            self.tabs,
            queue=False,
            **QUIET,
        )
        return opened

    def go_demo(self, event: gr.events.Dependency) -> gr.events.Dependency:
        """After the event succeeded, open the demo tab that tries the models of the chosen job."""

        def opened(job: str, request: gr.Request) -> gr.Tabs:
            try:
                kind = self.services.inference.kind(self.owner(request), job)
            except NotFoundError:
                kind = "text"
            return gr.Tabs(selected=f"{kind}-demo")

        gone: gr.events.Dependency = event.success(
            opened,
            self.job,
            self.tabs,
            queue=False,
            **QUIET,
        )
        return gone
