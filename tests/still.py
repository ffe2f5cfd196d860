"""When a page has shown what it has to show. It never waits for a fixed time, and never for what nobody sees."""

from playwright.sync_api import Error, Page, TimeoutError

# What the page has asked the app and not been answered: Gradio shows nobody the questions that pages ask by themselves.
# Those that take their turn are answered through one stream, the others at once.
ASKS = """(() => {
  const fetched = window.fetch, asked = window.bmAsked = new Map();
  let count = 0;
  async function read(stream) {
    const lines = stream.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = '', part = await lines.read(); !part.done; part = await lines.read()) {
      const whole = (rest + part.value).split('\\n');
      rest = whole.pop();
      for (const line of whole.filter(line => line.startsWith('data:'))) {
        const {msg, event_id: id} = JSON.parse(line.slice(5));
        if (msg === 'process_completed') asked.set(id, null);
        if (['unexpected_error', 'server_stopped'].includes(msg)) asked.clear();
      }
    }
  }
  window.fetch = async (...given) => {
    const path = new URL(given[0]?.url || given[0], location).pathname, own = ++count;
    if (/\\/queue\\/data$/.test(path)) {
      const answer = await fetched.apply(window, given), [first, second] = answer.body.tee();
      read(second).catch(() => asked.clear());  // broken off: Gradio tells of it by itself
      return new Response(first, answer);
    }
    const isTurn = /\\/queue\\/join$/.test(path);
    if (!isTurn && !/\\/(run|api)\\//.test(path)) return fetched.apply(window, given);
    const question = {since: performance.now(), what: String(given[1]?.body).slice(-160)};
    asked.set(own, question);
    try {
      const answer = await fetched.apply(window, given);
      const id = isTurn && answer.ok && (await answer.clone().json()).event_id;
      if (id && !asked.has(id)) asked.set(id, question);  // the stream may have been faster
      return answer;
    } finally {
      asked.set(own, null);
    }
  };
})()"""

# Gradio keeps the waiting times of quiet events in sight of scripts, but of nobody else: on a busy machine they change for ever.
# One in sight of a person means that more is to come.
STILL = """from => {
  if (!window.bmQuiet) {
    window.bmQuiet = new CSSStyleSheet();
    window.bmQuiet.replaceSync('[data-testid=status-tracker].hide { display: none !important; }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, window.bmQuiet];
  }
  const seen = document.body.innerText + document.documentElement.scrollHeight;
  const more = [...document.querySelectorAll('[data-testid=status-tracker]')]
    .some(node => node.checkVisibility() && node.innerText.trim())
    // What asks each second for ever is waited for once.
    || [...bmAsked].some(([id, open]) => open && (typeof id === 'string' || open.since < from));
  if (more || window.bmSeen !== seen || window.bmFrom !== from) {
    Object.assign(window, {bmSeen: seen, bmFrom: from, bmSince: performance.now(), bmLooks: 0});
  }
  // Time alone proves nothing where the page itself was held up: what is due comes between one look and the next.
  return ++window.bmLooks > 3 && performance.now() - window.bmSince > 300;
}"""

RESTLESS = """() => JSON.stringify([
  ...[...bmAsked].filter(([, open]) => open), performance.now(), window.bmSince,
  ...[...document.querySelectorAll('[data-testid=status-tracker]')].filter(node => node.checkVisibility()).map(node => node.innerText),
])"""

MEASURED = "() => !document.querySelector('[data-pending=true]')?.checkVisibility()"

LOOK_MS = 100  # between looks: each lays out the whole page
BROKEN_OFF = ("ERR_ABORTED", "interrupted by another navigation")
ARRIVED = """slug => new URL(location).searchParams.get('tab') !== slug
  || document.querySelector(`#tab-${slug}-button[aria-selected=true]`)"""


def listen(page: Page) -> None:
    """Count what a page asks that has opened nothing yet."""
    page.add_init_script(ASKS)


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
    """Wait until all that the page asked is answered, and text and size have stood for a moment."""
    try:
        page.wait_for_function(STILL, arg=page.evaluate("() => performance.now()"), polling=LOOK_MS)
    except TimeoutError as error:
        raise AssertionError(f"never at rest: {page.evaluate(RESTLESS)}") from error


def settle_measured(page: Page) -> None:
    """Wait until a forecast in sight was measured, too."""
    settle(page)
    page.wait_for_function(MEASURED, polling=LOOK_MS)
    settle(page)
