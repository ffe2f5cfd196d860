"""Who speaks, from a ZIP to a model that gets to know somebody by three takes, forgets somebody else, and is taken along: a phone and a desk."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.voices import people_zip, takes_of
from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
NEW, GONE, KNOWN = "小明 <b>", "Kira", "#voice-people-list"


def give(page: Page, box: str, *files: Path) -> None:
    page.locator(f"#{box} input[data-part=file]").set_input_files(list(files))


def test_somebody_comes_and_somebody_goes(browser: Browser, studio: Studio, tmp_path: Path) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        walker.open_tab(page, studio, "data")
        walker.upload(page, people_zip(tmp_path / "people.zip", "Leo"))
        walker.train_instant(page, "voice-demo")
        get_to_know(page, tmp_path)
        address = page.url
    with walker.visitor(browser) as page:
        page.goto(address)
        walker.expect_tab(page, "voice-demo")
        forget(page)
        walker.press_tab(page, "results")
        walker.expect_results(page)
        expect(page.locator("body")).not_to_contain_text(GONE)
        with page.expect_download() as taken:
            page.locator("#results-download").click()
        with zipfile.ZipFile(Path(taken.value.path())) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist())
        assert GONE.encode() not in whole
        assert "小明".encode() in whole


def get_to_know(page: Page, place: Path) -> None:
    """Give a wrong file, then three takes; a fourth is recognised, also after the page was loaded again."""
    takes = takes_of(place / "takes", "Leo", 4)
    walker.unfold(page, "voice-people")
    expect(page.locator(KNOWN)).to_contain_text("11")
    wrong = place / "wrong.wav"
    wrong.write_bytes(b"RIFF no sound at all")
    give(page, "voice-people-box", wrong)
    expect(page.locator(".toast-body.error")).to_be_visible()
    page.locator(".toast-close").first.click()
    for count, take in enumerate(takes[:3], 1):
        give(page, "voice-people-box", take)
        expect(page.get_by_test_id("takes").locator("li")).to_have_count(count)
    page.locator("#voice-people-name textarea, #voice-people-name input").fill(NEW)
    page.locator("#voice-people-enrol").click()
    expect(page.locator(KNOWN)).to_contain_text(NEW)
    expect(page.get_by_test_id("takes")).to_have_count(0)
    give(page, "voice-demo-box", takes[3])
    expect(page.locator("#voice-demo-result [data-testid=answer]")).to_be_visible()
    expect(page.locator("#voice-demo-result")).to_contain_text(NEW)
    assert not walker.is_too_wide(page)
    walker.reload(page, "voice-demo")
    walker.unfold(page, "voice-people")
    expect(page.locator(KNOWN)).to_contain_text(NEW)


def forget(page: Page) -> None:
    """Delete somebody who was trained on, once it is said what goes."""
    walker.unfold(page, "voice-people")
    expect(page.locator(KNOWN)).to_contain_text(GONE)
    page.locator("#voice-people-whom input").click()
    page.get_by_role("option", name=GONE, exact=True).click()
    page.locator("#voice-people-delete").click()
    expect(page.locator("#voice-people-question")).to_contain_text(f"Delete {GONE} for good?")
    page.locator("#voice-people-yes").click()
    expect(page.locator(KNOWN)).not_to_contain_text(GONE)
    expect(page.locator(KNOWN)).to_contain_text(NEW)
