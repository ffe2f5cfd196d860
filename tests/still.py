"""When a page has shown what it has to show. It never waits for a fixed time, and never for what nobody sees."""

from playwright.sync_api import Error, Page

# Gradio keeps the waiting times of quiet events in sight of scripts, but of nobody else: on a busy machine they change for ever.
# One in sight of a person means that more is to come.
STILL = """() => {
  if (!window.bmQuiet) {
    window.bmQuiet = new CSSStyleSheet();
    window.bmQuiet.replaceSync('[data-testid=status-tracker].hide { display: none !important; }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, window.bmQuiet];
  }
  const seen = document.body.innerText + document.documentElement.scrollHeight;
  const more = [...document.querySelectorAll('[data-testid=status-tracker]')]
    .some(node => node.checkVisibility() && node.innerText.trim());
  if (more || window.bmSeen !== seen) { window.bmSeen = seen; window.bmSince = performance.now(); }
  return performance.now() - window.bmSince > 300;
}"""

MEASURED = "() => !document.querySelector('[data-pending=true]')?.checkVisibility()"

LOOK_MS = 100  # between looks: each lays out the whole page
BROKEN_OFF = ("ERR_ABORTED", "interrupted by another navigation")
ARRIVED = """slug => new URL(location).searchParams.get('tab') !== slug
  || document.querySelector(`#tab-${slug}-button[aria-selected=true]`)"""


def visit(page: Page, address: str, slug: str) -> None:
    """Follow an address to a tab; where the page before reloads itself at that moment, as it does when the app was slow, again."""
    while True:
        try:
            page.goto(address)
        except Error as error:
            if not any(sign in error.message for sign in BROKEN_OFF):
                raise
            continue
        page.wait_for_function(ARRIVED, arg=slug, polling=LOOK_MS)
        if page.locator(f"#tab-{slug}-button[aria-selected=true]").count():
            return


def settle(page: Page) -> None:
    """Wait until nothing more is to come, and text and size have stood for a moment."""
    page.wait_for_function(STILL, polling=LOOK_MS)


def settle_measured(page: Page) -> None:
    """Wait until a forecast in sight was measured, too."""
    settle(page)
    page.wait_for_function(MEASURED, polling=LOOK_MS)
    settle(page)
