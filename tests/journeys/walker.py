"""A person with a browser: opens the app, clicks and waits for what a person would wait for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, Error, Locator, Page, ViewportSize, expect

from tests.patience import PATIENCE_MS
from tests.server import ROOT, Studio
from tests.slow import slow_down
from tests.still import LOOK_MS, RESTLESS, listen, settle, visit

JOB = "#shell-job :is(textarea, input)"
TOLD: WeakKeyDictionary[Page, list[str]] = (
    WeakKeyDictionary()
)  # of each page, for whoever fails on it


@contextmanager
def visitor(
    browser: Browser, *, locale: str = "en-US", width: int = 1280, by_touch: bool = False
) -> Iterator[Page]:
    """A fresh browser profile; any script error on the page fails the test, a failure leaves a picture and what the page told."""
    view: ViewportSize = {"width": width, "height": 900}
    context = browser.new_context(
        locale=locale, viewport=view, has_touch=by_touch, is_mobile=by_touch
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    slow_down(page)
    listen(page)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    told = TOLD[page] = []
    page.on("console", lambda said: told.append(f"{said.type}: {said.text}"))
    page.on("requestfailed", lambda sent: told.append(f"not answered: {sent.url} {sent.failure}"))
    page.on("framenavigated", lambda frame: told.append(f"opened: {frame.url}"))
    try:
        yield page
    except BaseException as error:
        error.add_note(told_at_last(page))
        page.screenshot(path=ROOT / "screens" / "failed.png", full_page=True)
        raise
    finally:
        context.close()
    assert errors == [], errors


def told_at_last(page: Page) -> str:
    """Return what a page told programs and people at last, and what it waits for, for the note of a failed test."""
    try:
        news = page.locator(".toast-body").all_inner_texts()
        waits = page.evaluate(RESTLESS)
    except Error as error:  # a page that is gone
        news, waits = [], error.message
    return "\n".join(["The page told at last:", *TOLD[page][-20:], *news, f"It waits for: {waits}"])


def open_tab(page: Page, studio: Studio, slug: str, **query: str) -> None:
    """Follow a link to a tab."""
    rest = "".join(f"&{name}={value}" for name, value in query.items())
    visit(page, f"{studio.url}?tab={slug}{rest}", slug)
    expect_tab(page, slug)


def reload(page: Page, slug: str) -> None:
    """Load the page again and wait, as a person does, until the tab has shown what was there before."""
    page.reload()
    expect_tab(page, slug)
    settle(page)


def press_tab(page: Page, slug: str) -> None:
    """Press a tab; on a phone its group in the bar below first, where it is not in sight."""
    tab = page.locator(f"#tab-{slug}-button")
    group = page.locator(f".bm-nav button[data-tabs~={slug}]")
    expect(tab.or_(group).filter(visible=True).first).to_be_visible()
    if not tab.is_visible():
        group.click()
    if tab.is_visible():
        tab.click()
    expect_tab(page, slug)


def expect_tab(page: Page, slug: str) -> None:
    expect(page.locator(f"#tab-{slug}-button")).to_have_attribute("aria-selected", "true")


def upload(page: Page, file: Path) -> None:
    """Choose a file or a folder on the Data tab and wait until it is understood, and not one of that name before it."""
    settle(page)
    chosen = page.locator("#shell-dataset").locator("textarea, input")
    before = chosen.input_value()
    box = page.locator("#data-folder input" if file.is_dir() else "#data-upload input[type=file]")
    if not box.count():  # the file before is still named there
        page.locator("#data-upload button[title]").click()
    box.set_input_files(file)
    expect(chosen).not_to_have_value(before)
    expect(page.locator("#data-facts")).to_contain_text(file.name)


def choose(page: Page, group: str, value: str) -> None:
    """Choose an option of a radio group by its value, as soon as no news lies over it."""
    option = f"input[type=radio][value='{value}']"
    page.locator(f"#{group} label:has({option})").click()
    expect(page.locator(f"#{group} {option}")).to_be_checked()


def choose_training(page: Page, base: str, preset: str = "") -> None:
    """Choose a base, and perhaps how thorough, and wait until the settings follow."""
    choose(page, "train-base", base)
    expect_settings_of(page, f"/{base}/")
    if preset:
        choose(page, "train-preset", preset)
        expect_settings_of(page, f"/{base}/{preset}")


def choose_task(page: Page, title: str, name: str) -> None:
    """Choose another task than the one that suits best, and wait until the settings follow."""
    page.locator("#train-task input").click()
    page.get_by_role("option", name=title, exact=True).click()
    expect_settings_of(page, f"{name}/")


def train_instant(page: Page, demo: str) -> None:
    """From the dataset that the Data tab shows to the tab that tries its instant model."""
    page.locator("#data-train").click()
    reach_results(page)
    page.locator("#results-try").click()
    expect_tab(page, demo)


def reach_results(page: Page) -> None:
    """From the Train tab, by the instant model, to its results."""
    expect_tab(page, "train")
    choose_training(page, "instant")
    start_training(page)
    wait_for_state(page, "succeeded")
    page.locator("#jobs-results").click()
    expect_results(page)


def expect_results(page: Page) -> None:
    """Wait for the results of the chosen training: until they come, those of the one before stand in their place."""
    expect_tab(page, "results")
    page.wait_for_function(
        """() => {
          const [job, seen] = ['shell-job', 'results-seen']
            .map(id => document.querySelector(`#${id} :is(textarea, input)`)?.value);
          return job && seen?.startsWith(`${job} `);
        }""",
        polling=LOOK_MS,
    )
    expect(page.get_by_test_id("results-sentence-text")).to_be_visible()


def start_training(page: Page, *, presses: int = 1) -> None:
    """Press Train on its tab and wait for the Jobs tab, and for a job that is not the one before it."""
    job = page.locator(JOB)
    before = job.input_value()
    page.locator("#train-train").click(click_count=presses)
    expect(job).not_to_have_value(before)
    expect_tab(page, "jobs")
    expect(page.get_by_test_id("jobs-head")).to_have_attribute("data-job", job.input_value())


def expect_settings_of(page: Page, choice: str) -> None:
    box = page.locator("#train-filled-for").locator("textarea, input")
    expect(box).to_have_value(re.compile(re.escape(choice)))


def chart(page: Page, elem_id: str) -> Locator:
    return page.get_by_test_id(f"{elem_id}-chart")


def points(page: Page, elem_id: str) -> int:
    return int(chart(page, elem_id).get_attribute("data-points") or 0)


def wait_for_points(page: Page, elem_id: str, more_than: int) -> int:
    """Wait until a chart has grown, and return how many points it then has."""
    page.wait_for_function(
        "([id, least]) => Number(document.querySelector(`[data-testid='${id}-chart']`)"
        "?.dataset.points || 0) > least",
        arg=[elem_id, more_than],
        polling=LOOK_MS,
    )
    return points(page, elem_id)


def is_drawn_whole(page: Page, elem_id: str) -> bool:
    """Tell whether a figure fills its place, and nothing of it is cut off."""
    place = chart(page, elem_id).bounding_box()
    drawn = chart(page, elem_id).locator("svg.main-svg").first.bounding_box()
    assert place is not None
    assert drawn is not None
    return all(abs(place[side] - drawn[side]) <= 1 for side in ("width", "height"))


def wait_for_state(page: Page, state: str) -> None:
    """Wait until the chosen job is in sight and in a state."""
    page.wait_for_function(
        """state => {
          const chosen = document.querySelector('#shell-job textarea, #shell-job input')?.value;
          const head = document.querySelector('[data-testid=jobs-head]');
          return chosen && head?.dataset.job === chosen && head.dataset.state === state;
        }""",
        arg=state,
        polling=LOOK_MS,
    )


def chosen_job(page: Page) -> str:
    return page.locator(JOB).input_value()


def job_in_sight(page: Page) -> str:
    """Return the job that the Jobs tab shows, once the address names it too: it follows a moment later."""
    return str(
        page.wait_for_function(
            """() => {
              const job = document.querySelector('[data-testid=jobs-head]')?.dataset.job;
              return job === new URL(location).searchParams.get('job') && job;
            }""",
            polling=LOOK_MS,
        ).json_value()
    )


def unfold(page: Page, part: str) -> Locator:
    """Open a folded part once its tab has filled it, and return it."""
    settle(page)
    head = page.locator(f"#{part} > button").first
    if "open" not in (head.get_attribute("class") or "").split():
        head.click()
    expect(head).to_have_class(re.compile(r"\bopen\b"))
    return page.locator(f"#{part}")


def wait_for_query(page: Page, name: str, value: str) -> None:
    """Wait until the address says so of a name, also while the page loads itself again."""
    page.wait_for_function(
        "([name, value]) => new URL(location).searchParams.get(name) === value",
        arg=[name, value],
        polling=LOOK_MS,
    )


def is_too_wide(page: Page) -> bool:
    return bool(
        page.evaluate(
            "() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        )
    )
