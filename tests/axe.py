"""Looks at a page with axe-core for what keeps somebody out of it (WCAG 2.2, A and AA), in its light or its dark colours."""

from importlib.metadata import distribution
from pathlib import Path

from playwright.sync_api import Page

PACKAGE = "axe-playwright-python"
SCRIPT = Path(str(distribution(PACKAGE).locate_file("axe_playwright_python/axe.min.js")))
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# Styles change at once, else colours are read half way from light to dark. Tabs that are not open leave the page meanwhile:
# nobody meets them, each is looked at when it is open, and axe takes as long for them as for the one in sight.
LOOK = """async ([tags, isDark]) => {
  const still = document.createElement('style');
  still.textContent = '*, *::before, *::after { transition: none !important; animation: none !important; }';
  document.head.append(still);
  const away = [...document.querySelectorAll('[role=tabpanel]')].filter(tab => !tab.checkVisibility())
    .map(tab => [tab, document.createComment('')]);
  for (const [tab, place] of away) tab.replaceWith(place);
  const was = document.body.classList.contains('dark'), found = {};
  document.body.classList.toggle('dark', isDark);
  const seen = await window.axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  for (const {id, nodes} of seen.violations)
    for (const node of nodes) {
      const why = node.failureSummary.split('\\n').slice(1).join(' ').trim();
      found[`${id} ${isDark ? 'dark' : 'light'}: ${node.target.join(' ')} | ${node.html.slice(0, 160)} | ${why.slice(0, 240)}`] = 1;
    }
  document.body.classList.toggle('dark', was);
  still.remove();
  for (const [tab, place] of away) place.replaceWith(tab);
  return Object.keys(found);
}"""


def violations(page: Page, *, is_dark: bool) -> list[str]:
    """Return what is wrong with a page as it stands, one line an element."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(SCRIPT.read_text("utf-8"))
    return list(page.evaluate(LOOK, [list(TAGS), is_dark]))
