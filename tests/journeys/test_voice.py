"""A voice waits for its speaker: on a phone and at a desk the Train tab says what is missing, and no press gets around it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.agreed import voice_zip
from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
VISITS = (("en-US", 1280, "The speaker agrees first"), ("zh-CN", 390, "先要说话人同意"))


def test_own_recordings_make_no_voice_before_somebody_agreed(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    file = voice_zip(tmp_path / "my voice.zip")
    address = ""
    for locale, width, title in VISITS:
        with walker.visitor(browser, locale=locale, width=width) as page:
            if not address:
                walker.open_tab(page, studio, "data")
                walker.upload(page, file)
                page.locator("#data-train").click()
                walker.expect_tab(page, "train")
                walker.choose_task(page, "A voice of your own", "speech_synthesis")
                expect(page.locator("#train-consent")).to_contain_text(title)
                address = page.url
            else:
                page.goto(address)
                walker.expect_tab(page, "train")
                walker.choose_task(page, "自己的声音", "speech_synthesis")
            expect(page.locator("#train-consent")).to_contain_text(title)
            expect(page.locator("#train-consent-fetch")).to_contain_text("ge2e, whisper-base")
            expect(page.locator("#train-consent-ask")).to_be_hidden()
            expect(page.locator("#train-train")).to_be_disabled()
            assert not walker.is_too_wide(page)
