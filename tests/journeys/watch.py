"""Watches a page as no person can: errors in the console, requests to strangers, texts that leaked from the code."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Dialog, Page, Request

from tests.server import Studio

RAW = re.compile(
    r"__i18n__|\bbm_\w|\{\w*\}|\bpages\.\w+\.|\berrors\.\w+|Traceback|\bundefined\b|\[object |\bNaN\b"
)
TEXTS = """() => {
  const seen = [document.title, document.body.innerText];
  for (const node of document.querySelectorAll('[placeholder],[aria-label],[title],input'))
    if (node.checkVisibility())
      for (const name of ['placeholder', 'aria-label', 'title', 'value'])
        seen.push(name === 'value' ? node.value || '' : node.getAttribute(name) || '');
  return seen.join('\\n');
}"""


@dataclass
class Watch:
    """What went on in a page since it was opened."""

    page: Page
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Nothing went wrong, nothing went out, nobody was asked anything."""
        assert (self.errors, self.strangers, self.dialogs) == ([], [], [])

    def texts(self) -> list[str]:
        """Return every line in sight, in boxes and for screen readers, too."""
        return str(self.page.evaluate(TEXTS)).splitlines()

    def raw_texts(self) -> list[str]:
        """Return every line that holds a piece of code instead of words."""
        return [line for line in self.texts() if RAW.search(line)]

    def open_everything(self) -> None:
        """Unfold every folded part in sight."""
        folded = self.page.locator("button.label-wrap:not(.open):visible")
        for _ in range(folded.count()):
            folded.first.click()


def watch(page: Page, studio: Studio) -> Watch:
    """Begin to watch a page, before it opens anything."""
    seen = Watch(page)
    own = (studio.url, studio.url.replace("http:", "ws:"), "data:", "blob:", "about:")

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            seen.errors.append(said.text)

    def follow(sent: Request) -> None:
        if not sent.url.startswith(own):
            seen.strangers.append(sent.url)

    def decline(asked: Dialog) -> None:
        seen.dialogs.append(asked.message)
        asked.dismiss()

    page.on("console", hear)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", follow)
    page.on("dialog", decline)
    return seen
