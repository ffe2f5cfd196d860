"""Pictures and recordings come in every way a person has them, are looked at, listened to and asked about."""

import io
import re
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
HOSTILE = "<img src=x onerror=window.BAD=1>"


def photo(seed: int) -> bytes:
    colours = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(colours).resize((80, 60)).save(buffer, "JPEG")
    return buffer.getvalue()


def folder_of_photos(place: Path, each: int = 8) -> Path:
    for number, label in enumerate(("rose", "tulip")):
        (place / label).mkdir(parents=True)
        for i in range(each):
            (place / label / f"{label} {i}.jpg").write_bytes(photo(100 * number + i))
    return place


def archive_of(place: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(place, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return place


def thumbs(page: Page) -> Locator:
    return page.locator("#data-gallery img")


def expect_pictures(page: Page, count: int) -> None:
    """Wait for thumbnails that the browser could really show."""
    expect(thumbs(page)).to_have_count(count)
    thumbs(page).first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#data-gallery img')?.naturalWidth > 0")


def expect_to_play_and_jump(clips: Locator) -> None:
    """Play one clip of a second or more, then begin another near its end."""
    clips.first.locator("button").click()
    expect(clips.first).to_have_attribute("data-at", re.compile("[1-9]"))
    other = clips.nth(1)
    wave = other.locator("svg")
    box = wave.bounding_box()
    assert box is not None
    wave.click(position={"x": box["width"] * 0.8, "y": 10})
    first_heard = "node => Number(node.dataset.at) || 0"
    begun = other.page.wait_for_function(first_heard, arg=other.element_handle())
    assert begun.json_value() > 0.5


def class_card(page: Page, label: str) -> Locator:
    return page.locator(f"#data-tray [data-label='{label}']")


def add_class(page: Page, label: str) -> Locator:
    page.get_by_test_id("tray-new-class").fill(label)
    page.get_by_test_id("tray-add-class").click()
    card = class_card(page, label)
    expect(card).to_be_visible()
    return card


def open_tray(page: Page, mode: str) -> None:
    walker.unfold(page, "data-collect")
    button = page.get_by_test_id(f"tray-mode-{mode}")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_folder_goes_on_where_it_stopped(browser: Browser, studio: Studio, tmp_path: Path) -> None:
    folder = folder_of_photos(tmp_path / "flowers")
    sent: list[str] = []

    def let_five_through(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) > 5:
            route.abort("connectionrefused")
        else:
            route.continue_()

    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        page.route("**/files?path=*", let_five_through)
        page.locator("#data-folder input").set_input_files(folder)
        expect(page.locator("#data-folder")).to_contain_text("No connection")
        # Before the way is free again: the page that is left would use it.
        walker.reload(page, "data")
        page.unroute("**/files?path=*")
        again: list[str] = []
        page.on(
            "request", lambda asked: again.append(asked.url) if "/files?" in asked.url else None
        )
        page.locator("#data-folder input").set_input_files(folder)
        expect(page.locator("#data-facts")).to_contain_text("flowers")
        expect_pictures(page, 12)
        assert 1 <= len(again) <= 16 - 4  # up to four were still on their way


def test_archive_asks_about_its_unreadable_files_and_shows_the_rest(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    files = {f"cat/{i}.jpg": photo(i) for i in range(8)}
    files |= {f"{HOSTILE.replace('/', '')}/{i}.jpg": photo(50 + i) for i in range(8)}
    files |= {"cat/torn.jpg": photo(99)[:200], "cat/note.jpg": b"not a picture"}
    archive = archive_of(tmp_path / "pets.zip", files)
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        page.locator("#data-upload input[type=file]").set_input_files(archive)
        expect(page.locator("#data-refused")).to_contain_text("torn.jpg")
        expect(page.locator("#data-refused")).to_contain_text("damaged or cut off")
        page.get_by_role("button", name="Leave these 2 out and go on").click()
        expect(page.locator("#data-facts")).to_contain_text("pets.zip")
        expect_pictures(page, 12)
        expect(page.locator("#data-refused")).to_be_hidden()
        expect(page.locator("#data-facts")).not_to_contain_text("Encoding")
        page.locator("#data-gallery-class input").click()
        page.get_by_role("option", name="cat").click()
        expect(page.locator("#data-gallery section")).to_have_count(1)
        assert page.evaluate("() => typeof window.BAD") == "undefined"


def test_level_is_chosen_and_the_dataset_grows(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    places = [f"{where}/{pet}" for where in ("indoor", "outdoor") for pet in ("cat", "dog")]
    files = {
        f"{place}/{i}.jpg": photo(7 * i + k) for i in range(5) for k, place in enumerate(places)
    }
    own = {
        f"{place}/{i}.jpg": photo(500 + 7 * i + k)
        for i in range(3)
        for k, place in enumerate(places)
    }
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        deep = archive_of(tmp_path / "deep.zip", files)
        page.locator("#data-upload input[type=file]").set_input_files(deep)
        level = page.locator("#data-level")
        expect(level).to_contain_text("indoor, outdoor")
        level.locator("input").nth(1).check()
        page.locator("#data-go-on").click()
        expect(page.locator("#data-classes")).to_contain_text("cat")
        open_tray(page, "image")
        card = add_class(page, "cat")
        shots = [
            {"name": f"{i}.jpg", "mimeType": "image/jpeg", "buffer": photo(900 + i)}
            for i in range(3)
        ]
        card.locator("input[type=file]").first.set_input_files(shots)
        expect(card.get_by_test_id("tray-item")).to_have_count(3)
        page.get_by_test_id("tray-add").click()
        expect(page.locator("#data-facts")).to_contain_text("23 (23")
        walker.unfold(page, "data-test")
        test_file = archive_of(tmp_path / "own test.zip", own)
        page.locator("#data-test-upload input[type=file]").set_input_files(test_file)
        name = page.locator("#data-test-name")
        expect(name).to_contain_text("own test.zip")


def test_camera_shots_and_files_become_a_model(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    folder = folder_of_photos(tmp_path / "own")
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        open_tray(page, "image")
        shots, files = add_class(page, "shots"), add_class(page, "files")
        files.locator("input[type=file]").set_input_files(sorted((folder / "rose").iterdir()))
        expect(files.get_by_test_id("tray-item")).to_have_count(8)
        expect(page.get_by_test_id("tray-make")).to_be_disabled()
        shots.get_by_test_id("tray-open").click()
        page.wait_for_function("document.querySelector('#data-tray video')?.videoWidth > 0")
        for count in (1, 2, 3):
            shots.get_by_test_id("tray-shoot").click()
            expect(shots.get_by_test_id("tray-item")).to_have_count(count)
        shots.get_by_test_id("tray-item").first.get_by_role("button").click()
        expect(shots.get_by_test_id("tray-item")).to_have_count(2)
        expect(page.get_by_test_id("tray-advice")).to_contain_text("“shots” has 2: 8 more")
        page.get_by_test_id("tray-name").fill("my shots")
        page.get_by_test_id("tray-make").click()
        expect(page.locator("#data-facts")).to_contain_text("my shots")
        expect_pictures(page, 8)
        expect(page.get_by_test_id("tray-item")).to_have_count(0)
        walker.train_instant(page, "image-demo")
        page.locator("#image-demo-box [data-part=file]").set_input_files(
            next((folder / "rose").iterdir())
        )
        expect(page.get_by_test_id("answer")).to_have_text("files")


def test_phone_opens_its_camera_and_finds_its_shots_again(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390, by_touch=True) as page:
        walker.open_tab(page, studio, "data")
        open_tray(page, "image")
        card = add_class(page, "猫")
        camera = card.locator("input[capture=environment]")
        expect(camera).to_have_attribute("accept", "image/*")
        shot = {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": photo(5)}
        camera.set_input_files([shot])
        expect(card.get_by_test_id("tray-item")).to_have_count(1)
        walker.reload(page, "data")
        walker.unfold(page, "data-collect")
        expect(class_card(page, "猫").get_by_test_id("tray-item")).to_have_count(1)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 1


def test_takes_with_their_text_become_a_model(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        open_tray(page, "speech")
        card = class_card(page, "speech")
        card.get_by_test_id("tray-open").click()
        expect(page.get_by_test_id("tray-meter")).to_be_visible()
        expect(card.locator(".bm-tray-hearing .bm-number")).to_have_text("1 s")
        card.get_by_test_id("tray-stop").click()
        expect(card.get_by_test_id("tray-item")).to_have_count(1)
        expect(page.get_by_test_id("tray-advice")).to_contain_text("Recordings without a text: 1")
        files = [
            {"name": f"{i}.wav", "mimeType": "audio/wav", "buffer": tone(200 + 20 * i)}
            for i in range(9)
        ]
        card.locator("input[type=file]").set_input_files(files)
        expect(card.get_by_test_id("tray-item")).to_have_count(10)
        for number in range(10):
            line = page.get_by_test_id("tray-text").nth(number)
            line.fill(f"word {number}")
            line.press("Enter")
        expect(page.get_by_test_id("tray-make")).to_be_enabled()
        page.get_by_test_id("tray-make").click()
        expect(page.locator("#data-gallery .bm-clip q")).to_have_count(10)
        expect(page.locator("#data-gallery")).to_contain_text("word 7")
        expect_to_play_and_jump(page.locator("#data-gallery .bm-clip"))
        walker.train_instant(page, "voice-demo")
        page.locator("#voice-demo-box [data-part=file]").set_input_files(files[0])
        expect(page.get_by_test_id("answer")).to_be_visible()


def tone(hertz: float) -> bytes:
    samples = (8_000 * np.sin(np.arange(8_000) * hertz / 8_000 * 2 * np.pi)).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()
