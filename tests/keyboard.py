"""Walks a page by keyboard alone: each control is reached once round, with a mark that is seen, and none holds the keyboard."""

from playwright.sync_api import Page

FIRST = "#shell-language"
AT_ONCE = 20  # presses between two looks at whether it has gone round
MOST = 400
# Listens to where the focus comes: what had it, and whether that shows. One of several radio buttons stands for all.
LISTEN = """first => {
  const controls = 'button, a[href], input:not([type=hidden]), select, textarea, summary, audio[controls], [tabindex]';
  const name = node => [node.tagName, node.id || node.closest('[id]')?.id, node.getAttribute('aria-label') || node.innerText || node.value].join(' ').slice(0, 90);
  const marked = node => [node, node.closest('label'), node.closest('.wrap')].some(part => {
    const style = part && getComputedStyle(part);
    return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  });
  const start = document.querySelector(first), seen = new Set([name(start)]), unmarked = [];  // by name: boxes draw themselves anew
  const look = ({target}) => {
    if (target === start) walk.rounds += 1;
    if (!seen.has(name(target)) && !marked(target)) unmarked.push('is reached and does not show it: ' + name(target));
    seen.add(name(target));
  };
  const walk = window.bmWalk = {rounds: -1, found() {
    const all = [...document.querySelectorAll(controls)].filter(node => node.checkVisibility() && !node.disabled);
    const missed = all.filter(node => node.tabIndex >= 0 && node.type !== 'radio' && !seen.has(name(node)));
    return [...unmarked, ...missed.map(node => 'is not reached by keyboard: ' + name(node)),
      ...all.filter(node => node.tabIndex > 0).map(node => 'comes before its turn: ' + name(node))];
  }};
  document.addEventListener('focusin', look);
  document.activeElement.blur();
  start.focus();
}"""


def go_round(page: Page) -> list[str]:
    """Press Tab until the first control has the focus again; return what a person at a keyboard would miss, one line an element.

    What comes while the keyboard goes round has a second round to be reached in.
    """
    page.evaluate(LISTEN, FIRST)
    for wanted in (1, 2):
        for _ in range(MOST // AT_ONCE):
            for _ in range(AT_ONCE):
                page.keyboard.press("Tab")
            if page.evaluate("() => bmWalk.rounds") >= wanted:
                break
        else:
            stays = page.evaluate("() => document.activeElement.outerHTML.slice(0, 160)")
            return [f"keeps the keyboard for itself: {stays}"]
        if not (found := page.evaluate("() => bmWalk.found()")):
            break
    return list(found)
