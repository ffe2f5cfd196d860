"""A slow line, app and machine for the browser tests, by chance: `SLOW=<seed>` in the environment; off by default.

Run as a program (`python -m tests.slow`), it is the app whose handlers take their time.
"""

import asyncio
import functools
import os
import random
import runpy
import sys
from typing import Any

from gradio.blocks import Blocks
from playwright.sync_api import Page

SEED = os.environ.get("SLOW", "")
OFTEN_S, SELDOM_S, SELDOM = 1.5, 3.0, 0.1
THROTTLES = (1, 2, 4)
# Answers may overtake each other, as on a real line.
LINE = """(() => {
  const often = OFTEN, seldom = SELDOM_MS, share = SHARE, fetched = window.fetch;
  let at = SEED;
  const draw = () => {
    at = (at + 0x6D2B79F5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const wait = () => new Promise(done => setTimeout(done, draw() < share ? seldom : draw() * often / 2));
  window.fetch = async (...asked) => {
    await wait();
    const answer = await fetched.apply(window, asked);
    await wait();
    return answer;
  };
})()"""


def command() -> list[str]:
    """Return what starts the app: as it is, or as one whose handlers take their time."""
    return [sys.executable, *(("-m", "tests.slow") if SEED else ("app.py",))]


def slow_down(page: Page) -> None:
    """Put a page that has opened nothing yet on a slow line and machine, where that is asked for."""
    if not SEED:
        return
    given = {"OFTEN": OFTEN_S * 1000, "SELDOM_MS": SELDOM_S * 1000, "SHARE": SELDOM, "SEED": SEED}
    script = functools.reduce(
        lambda text, one: text.replace(one[0], str(one[1])), given.items(), LINE
    )
    page.add_init_script(script)
    rate = random.Random(f"{SEED} {id(page)}").choice(THROTTLES)  # noqa: S311 - no secret
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})


def main() -> None:
    """Be the app, each of whose handlers waits by chance before and after its work."""
    chance, work = random.Random(SEED), Blocks.call_function  # noqa: S311 - no secret

    async def wait() -> None:
        seldom = chance.random() < SELDOM / 2
        await asyncio.sleep(SELDOM_S / 2 if seldom else chance.uniform(0, OFTEN_S / 2))

    @functools.wraps(work)
    async def slowly(*args: Any, **kwargs: Any) -> Any:  # Any: Gradio's own
        await wait()
        done = await work(*args, **kwargs)
        await wait()
        return done

    Blocks.call_function = slowly  # type: ignore[method-assign]
    sys.argv = ["app.py"]
    runpy.run_path("app.py", run_name="__main__")


if __name__ == "__main__":
    main()
