"""From a folder of pictures, a ZIP of sounds or of speech to its demo tab, with a camera and a microphone that are fakes."""

import csv
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.media_zips import write_picture, write_pictures, write_sounds, write_speech
from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]


def train(page: Page, studio: Studio, file: Path, demo: str) -> None:
    """Give a ZIP or a folder, train the instant model on it, and go to the tab that tries it."""
    walker.open_tab(page, studio, "data")
    walker.upload(page, file)
    walker.train_instant(page, demo)


def unpacked(archive: Path) -> Path:
    folder = archive.with_suffix("")
    shutil.unpack_archive(archive, folder)
    return folder


def answer(page: Page) -> str:
    """Wait for the answer and return it."""
    shown = page.get_by_test_id("answer")
    expect(shown).to_be_visible()
    return shown.inner_text()


def forget(page: Page) -> None:
    """Take the shown answer away, so that the next one is known to be new."""
    page.get_by_test_id("answer").evaluate("node => node.remove()")


def give(page: Page, demo: str, *files: Path) -> None:
    page.locator(f"#{demo}-box [data-part=file]").set_input_files(files)


def use_device(page: Page, demo: str, *, until: str = "") -> None:
    """Open camera or microphone, wait for what a person would wait for, and take what it gives."""
    box = page.locator(f"#{demo}-box")
    box.locator("[data-part=open]").click()
    if until:
        page.wait_for_function(until)
    box.locator("[data-part=take]").click()


def download(page: Page, demo: str) -> list[dict[str, str]]:
    with page.expect_download() as started:
        page.locator(f"#{demo}-out").click()
    return list(csv.DictReader(Path(started.value.path()).read_text("utf-8-sig").splitlines()))


def test_pictures_become_a_model_for_the_camera(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        train(page, studio, unpacked(write_pictures(tmp_path / "colours.zip")), "image-demo")
        expect(page.locator("#image-demo-card")).to_contain_text("pictures it never saw")

        page.locator("#image-demo-examples [data-row]").first.click()
        assert answer(page) in ("red", "blue")
        expect(page.get_by_test_id("nearest").locator("img")).to_have_count(3)

        forget(page)
        box = page.locator("#image-demo-box")
        box.locator("[data-part=open]").click()
        box.locator("[data-part=live] input").check()
        assert answer(page) in ("red", "blue")  # of the live picture, without another click
        box.locator("[data-part=live] input").uncheck()
        box.locator("[data-part=take]").click()  # its answer may read exactly as the live one did
        expect(box.get_by_role("img", name="photo.jpg")).to_be_visible()
        assert answer(page) in ("red", "blue")

        broken, good = tmp_path / "broken.png", write_picture(tmp_path / "照片.png")
        broken.write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
        give(page, "image-demo", broken, good)
        expect(page.get_by_test_id("answers")).to_contain_text("照片.png")
        rows = download(page, "image-demo")
        assert [bool(row["problem"]) for row in rows] == [True, False]


def test_sounds_become_a_model_for_the_microphone(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        train(page, studio, write_sounds(tmp_path / "tones.zip"), "voice-demo")
        page.locator("#voice-demo-examples [data-row]").first.click()
        assert answer(page) in ("low", "high")
        forget(page)
        heard = "Number(document.querySelector('[data-part=level] i')?.dataset.peak) > 0.01"
        use_device(page, "voice-demo", until=f"() => {heard}")
        assert answer(page) in ("low", "high")
        assert not walker.is_too_wide(page)


def test_speech_is_written_down_and_compared(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        train(page, studio, write_speech(tmp_path / "speech.zip"), "voice-demo")
        expect(page.locator("#voice-demo-card")).to_contain_text("words wrong (WER)")
        page.locator("#voice-demo-examples [data-row]").first.click()
        assert answer(page)
        expect(page.locator("#voice-demo-difference")).to_contain_text("words wrong (WER")
        page.locator("#voice-demo-said").locator("input, textarea").fill("blue blue blue")
        page.locator("#voice-demo-compare").click()
        expect(page.locator("#voice-demo-difference")).to_contain_text("of 3 words wrong")
