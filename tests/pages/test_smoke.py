"""Every tab of the real app, narrow and wide, light in one language and dark in the other, with nothing in it and with a model; by keyboard, too."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages import find_pages
from tests import axe, keyboard
from tests.journeys import shell, walker
from tests.journeys.watch import Watch, watch
from tests.server import ROOT, Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]
SLUGS = [page.slug for page in find_pages()]
WIDTHS = (1280, 390)
ZOOMED = 640  # what is left of 1280 at 200 %
# A colour depends on the theme and not on the language: each language is looked at in one of the two themes.
LANGUAGES = pytest.mark.parametrize(("locale", "is_dark"), [("en-US", False), ("zh-CN", True)])


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The app on a data folder of its own, empty until `filled` with one small training."""
    app = Studio(tmp_path_factory.mktemp("smoke"), trains=False)
    app.start()
    yield app
    app.stop()


@pytest.fixture(scope="module")
def filled(studio: Studio) -> tuple[Studio, dict[str, str]]:
    """The app with one trained model, and what names it in the address."""
    made = shell.train_instant(studio, ROOT / "assets" / "samples" / "support_en.csv")
    return studio, {"dataset": made["dataset"], "job": made["job"]}


def look_at_every_tab(
    page: Page, seen: Watch, *, is_dark: bool, by_keyboard: bool = False
) -> list[str]:
    """Open each tab at each width; return what nobody should see."""
    found = []
    for slug in SLUGS:
        walker.press_tab(page, slug)
        settle(page)
        expect(page.locator(".bm-wait:visible")).to_have_count(0)
        seen.open_everything()
        if by_keyboard:
            settle(page)
            found += [f"{slug}: {line}" for line in keyboard.go_round(page)]
        for width in (ZOOMED, *WIDTHS) if by_keyboard else WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            settle(page)
            if walker.is_too_wide(page):
                found.append(f"{slug} is wider than {width} px")
            wrong = axe.violations(page, is_dark=is_dark) if width in WIDTHS else []
            found += [f"{slug} at {width}: {line}" for line in wrong]
        found += [f"{slug}: {line}" for line in seen.raw_texts()]
        found += [
            f"{slug}: {toast}" for toast in page.get_by_test_id("toast-body").all_inner_texts()
        ]
    return found


@LANGUAGES
def test_empty_app_is_clean_on_every_tab(
    browser: Browser, studio: Studio, locale: str, is_dark: bool
) -> None:
    with walker.visitor(browser, locale=locale) as page:
        seen = watch(page, studio)
        page.goto(studio.url)
        assert look_at_every_tab(page, seen, is_dark=is_dark) == []
    seen.assert_quiet()


@LANGUAGES
def test_app_with_a_model_is_clean_on_every_tab(
    browser: Browser, filled: tuple[Studio, dict[str, str]], locale: str, is_dark: bool
) -> None:
    studio, made = filled
    with walker.visitor(browser, locale=locale) as page:
        seen = watch(page, studio)
        walker.open_tab(page, studio, "results", **made)
        walker.wait_for_points(page, "results-matrix", 1)
        assert walker.is_drawn_whole(page, "results-matrix")
        for name in ("matrix", "roc"):
            assert_has_table(page, f"results-{name}")
        found = look_at_every_tab(page, seen, is_dark=is_dark, by_keyboard=not is_dark)
        assert found == []
    seen.assert_quiet()


def assert_has_table(page: Page, panel: str) -> None:
    """A key shows the numbers of a chart, which offers nothing that would send them away."""
    table = page.get_by_test_id(f"{panel}-chart-table")
    expect(table).to_be_hidden()
    page.locator(f"#{panel} .bm-chart-table button").press("Enter")
    expect(table.locator("tbody tr").nth(2)).to_contain_text(re.compile(r"\d"))
    offered = page.locator(f"#{panel} .modebar-btn").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    assert offered
    assert "Share chart..." not in offered


def test_app_wrote_no_error_into_its_log(filled: tuple[Studio, dict[str, str]]) -> None:
    log = Path(filled[0].home / "app.log").read_text("utf-8", "replace")
    assert "Traceback" not in log
