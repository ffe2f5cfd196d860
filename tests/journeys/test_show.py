"""A model is shown to somebody: as a page, as a picture, alone, and on a phone behind a code."""

import struct
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import shell, walker
from tests.journeys.watch import watch
from tests.server import ROOT, Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
QUESTION = "I was charged twice on my invoice"
PNG_SIZE = slice(16, 24)


@dataclass(frozen=True)
class Scene:
    studio: Studio
    made: dict[str, str]


@pytest.fixture(scope="module")
def scene(studio: Studio) -> Scene:
    made = shell.train_instant(studio, ROOT / "assets" / "samples" / "support_en.csv")
    return Scene(studio, {"dataset": made["dataset"], "job": made["job"]})


def unfold(page: Page, scene: Scene, part: str) -> None:
    walker.open_tab(page, scene.studio, "results", **scene.made)
    walker.unfold(page, part)


def ask(page: Page) -> None:
    page.locator("#text").fill(QUESTION)
    page.locator("#ask").click()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_demo_alone_answers_on_a_narrow_screen(browser: Browser, scene: Scene, locale: str) -> None:
    with walker.visitor(browser, locale=locale, width=390) as page:
        seen = watch(page, scene.studio)
        page.goto(f"{scene.studio.url}?demo={scene.made['job']}")
        ask(page)
        expect(page.get_by_test_id("answer")).to_have_text("billing")
        expect(page.get_by_role("tab")).to_have_count(0)
        assert not walker.is_too_wide(page)
        assert seen.raw_texts() == []
    seen.assert_quiet()


def test_phone_comes_in_by_code_once_until_closed(browser: Browser, scene: Scene) -> None:
    with walker.visitor(browser) as page, walker.visitor(browser, width=390) as phone:
        unfold(page, scene, "results-alone")
        box = page.locator("#results-doors")
        box.locator("[data-part=start]").click()
        link = box.locator("[data-part=link]")
        expect(link).to_contain_text("http://")
        expect(box.locator("[data-part=qr]")).to_be_visible()
        address = link.inner_text()

        phone.goto(address)
        ask(phone)
        expect(phone.get_by_test_id("answer")).to_have_text("billing")
        assert not walker.is_too_wide(phone)
        assert "#" not in phone.url
        expect(box).to_contain_text("1 let in, 1 of them")

        with walker.visitor(browser, width=390) as stranger:
            stranger.goto(address)
            expect(stranger.locator("#status")).to_contain_text("has been used already")
            expect(stranger.locator("body")).not_to_contain_text("support_en")

        box.locator("[data-part=close]").click()
        expect(box).to_contain_text("Closed.")
        ask(phone)
        expect(phone.locator("#status")).to_contain_text("No answer came")


def test_picture_is_copied_or_saved(browser: Browser, scene: Scene, tmp_path: Path) -> None:
    with walker.visitor(browser) as page:
        page.add_init_script("delete window.ClipboardItem")
        unfold(page, scene, "results-share")
        with page.expect_download() as saved:
            page.locator("#results-picture [data-part=make]").click()
        saved.value.save_as(tmp_path / "a.png")
        width, height = struct.unpack(">II", (tmp_path / "a.png").read_bytes()[PNG_SIZE])
        assert width == 1800
        assert height > 600
        drawn = page.locator("#results-picture img")
        expect(drawn).to_have_attribute("alt", picture_text(page))


def picture_text(page: Page) -> str:
    """Return the picture's text for those who do not see it: name and sentence."""
    sentence = page.get_by_test_id("results-sentence-text").inner_text()
    return f"support_en · instant: {sentence}"


def test_page_is_a_file_without_rows(browser: Browser, scene: Scene, tmp_path: Path) -> None:
    with walker.visitor(browser, locale="zh-CN") as page:
        unfold(page, scene, "results-share")
        expect(page.locator("#results-page-rows input")).not_to_be_checked()
        with page.expect_download() as saved:
            page.locator("#results-page-make").click()
        file = tmp_path / saved.value.suggested_filename
        saved.value.save_as(file)
    with walker.visitor(browser, width=390) as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        expect(page.get_by_test_id("sentence")).to_contain_text("每 100 条")
        expect(page.locator("footer")).to_contain_text("不含任何一条数据")
        assert requests == [file.as_uri()]
        assert not walker.is_too_wide(page)
