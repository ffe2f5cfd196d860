"""Samples whose answers are more than a class, from a file to a model that is tried, believed and taken along, on a phone and a desk."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bigmodel.services.datasets.samples import sample_path
from tests.fakes.tiny_detectors import write_tiny_detector
from tests.journeys import walker
from tests.server import Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]
Ask = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def phone(browser: Browser, studio: Studio) -> Iterator[Page]:
    """One page for all samples, as a person tries them one after the other: to open one costs more than a sample."""
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        walker.open_tab(page, studio, "data")
        yield page


@pytest.fixture(scope="module")
def desk(browser: Browser, studio: Studio) -> Iterator[Page]:
    """Another person's page on the same machine, on which every training stands in the list."""
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "jobs")
        yield page


def click_example(page: Page, demo: str) -> None:
    page.locator(f"#{demo}-examples button").first.click()


def ask_of_a_document(page: Page, demo: str) -> None:
    """Open a document of one's own, and ask about it."""
    text = "港口旁边的旧磨坊建于1902年。" * 3
    document = {"name": "说明.txt", "mimeType": "text/plain", "buffer": text.encode("gb18030")}
    with page.expect_file_chooser() as asked:
        page.locator(f"#{demo}-open").click()
    asked.value.set_files(files=[document])  # type: ignore[list-item]
    expect(page.locator(f"#{demo}-text textarea")).to_have_value(text)
    page.locator(f"#{demo}-text-2 textarea").fill("旧磨坊建于哪一年？")
    page.locator(f"#{demo}-run").click()


def make(page: Page, demo: str) -> None:
    page.locator(f"#{demo}-make-run").click()


def speak(page: Page, demo: str) -> None:
    page.locator(f"#{demo}-make-text textarea").fill("seven three")
    page.locator(f"#{demo}-make-run").click()


@pytest.mark.parametrize(
    ("sample", "purpose", "demo", "ask"),
    [
        ("phrases_en", "", "text-demo", click_example),
        ("places_zh", "", "text-demo", ask_of_a_document),
        ("requests_zh", "", "text-demo", click_example),
        ("pots_zh", "", "mixed-demo", click_example),
        ("tiles", "让图片更清晰", "image-demo", click_example),
        ("little", "做图片", "image-demo", make),
        ("noisy_en", "更干净的声音", "voice-demo", click_example),
        ("numbers_en", "自己的声音", "voice-demo", speak),
    ],
)
def test_sample_becomes_a_model(
    phone: Page, desk: Page, sample: str, purpose: str, demo: str, ask: Ask
) -> None:
    walker.press_tab(phone, "data")
    if purpose:  # of what the file itself does not tell
        phone.locator("#data-task input").click()
        phone.get_by_role("option", name=purpose, exact=True).click()
    walker.upload(phone, sample_path(sample))
    phone.locator("#data-train").click()
    walker.expect_tab(phone, "train")
    settle(phone)  # until then the form is that of the sample before
    walker.reach_results(phone)
    expect(phone.locator("#results-wrong-title")).not_to_be_empty()
    assert not walker.is_too_wide(phone)
    phone.locator("#results-try").click()
    walker.expect_tab(phone, demo)
    settle(phone)
    result = phone.locator(f"#{demo}-result")
    hint = result.inner_text()
    ask(phone, demo)
    expect(result).not_to_have_text(hint)
    expect(result).not_to_be_empty()
    expect(phone.locator(".toast-body.error")).to_have_count(0)
    assert not walker.is_too_wide(phone)

    walker.press_tab(desk, "jobs")
    desk.get_by_test_id(f"job-{walker.chosen_job(phone)}").click()
    walker.wait_for_state(desk, "succeeded")
    desk.locator("#jobs-results").click()
    walker.expect_results(desk)
    with desk.expect_download() as taken:
        desk.locator("#results-download").click()
    with zipfile.ZipFile(Path(taken.value.path())) as archive:
        assert any(name.endswith("predict.py") for name in archive.namelist())
    desk.locator("#results-try").click()
    walker.expect_tab(desk, demo)


def test_sample_and_a_detector_of_ones_own_become_a_finder(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    body = write_tiny_detector(tmp_path / "finder")
    with zipfile.ZipFile(tmp_path / "finder.zip", "w") as archive:
        for file in sorted(body.iterdir()):
            archive.write(file, f"finder/{file.name}")
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        walker.open_tab(page, studio, "data")
        walker.upload(page, sample_path("table"))
        page.locator("#data-train").click()
        walker.expect_tab(page, "train")
        walker.unfold(page, "train-other")
        page.locator("#train-folder input[type=file]").set_input_files(tmp_path / "finder.zip")
        expect(page.locator("#train-base input[value='finder']")).to_have_count(1)
        settle(page)  # what came fills the form: a preset pressed before that would be undone
        walker.choose_training(page, "finder", "fast")
        walker.start_training(page)
        walker.wait_for_points(page, "jobs-loss", 3)
        walker.wait_for_state(page, "succeeded")
        assert not walker.is_too_wide(page)
        address = page.url
    with walker.visitor(browser) as page:
        page.goto(address)
        walker.wait_for_state(page, "succeeded")
        page.locator("#jobs-results").click()
        walker.expect_results(page)
        page.locator("#results-model label").filter(has_text="finder").click()
        settle(page)
        expect(page.locator("#results-wrong-title")).not_to_be_empty()
        page.locator("#results-try").click()
        walker.expect_tab(page, "image-demo")
        click_example(page, "image-demo")
        expect(page.locator("#image-demo-result").get_by_test_id("answer")).to_be_visible()
        walker.press_tab(page, "results")
        with page.expect_download() as taken:
            page.locator("#results-download").click()
        with zipfile.ZipFile(Path(taken.value.path())) as archive:
            assert "queries.json" in archive.namelist()
            assert "AutoModelForObjectDetection" in archive.read("predict.py").decode()
