"""Boxes drawn on one's own pictures: with the mouse, with keys and with a finger, undone, opened again, and on to training."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from bigmodel.core.datasets.boxes import Box
from tests.fakes.boxed_pictures import SIDE, write_boxed
from tests.journeys import walker
from tests.server import Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]
THING = (19, 19, 45, 45)  # where a box is drawn, in pixels of a picture


def begin(page: Page, studio: Studio, folder: Path, count: int) -> None:
    """Bring pictures without classes, and choose to draw boxes on them."""
    dice, place = np.random.default_rng(0), folder / f"{count}-shots.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for number in range(count):
            write_boxed(folder / "one.png", dice)
            archive.write(folder / "one.png", f"{number:02}.png")
    walker.open_tab(page, studio, "data")
    walker.upload(page, place)
    page.locator("#data-sort-go").click()
    page.get_by_test_id("sort-draw").click()
    page.get_by_test_id("sort-draw-yes").click()
    page.get_by_test_id("sort-new").fill("thing")
    page.get_by_test_id("sort-new").press("Enter")
    expect(page.locator('.bm-sort-class[data-label="thing"]')).to_have_attribute("aria-pressed", "true")  # fmt: skip


def screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where a place of the picture is on the screen."""
    area = page.get_by_test_id("draw-area")
    expect(area.locator("image")).to_have_count(1)
    box = area.bounding_box()
    assert box is not None
    side = min(box["width"], box["height"])  # a square picture stands in the middle of its place
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    return left + x * side / SIDE, top + y * side / SIDE


def drag(page: Page) -> None:
    page.get_by_test_id("draw-area").scroll_into_view_if_needed()
    page.mouse.move(*screen(page, *THING[:2]))
    page.mouse.down()
    page.mouse.move(*screen(page, 30, 40), steps=3)
    page.mouse.move(*screen(page, *THING[2:]))
    page.mouse.up()


def drawn(page: Page) -> list[Box]:
    """Return the boxes that stand on the picture."""
    found = page.get_by_test_id("draw-area").evaluate(
        """area => [...area.querySelectorAll('.bm-draw-box')].map(box => {
             const place = box.querySelector('rect'), at = name => Number(place.getAttribute(name));
             return [at('x'), at('y'), at('x') + at('width'), at('y') + at('height'), box.dataset.kind];
           })"""
    )
    return [Box(*each) for each in found]


def skip_slowly(page: Page) -> None:
    """Press Skip while the buttons are drawn anew: the press must not be lost."""
    row = page.get_by_test_id("sort-row")
    before = str(row.get_attribute("data-row"))
    page.get_by_test_id("sort-skip").hover()
    page.mouse.down()
    page.keyboard.press("n")
    page.mouse.up()
    expect(row).not_to_have_attribute("data-row", before)


def progress(page: Page, done: int, total: int) -> None:
    said = page.get_by_test_id("sort-progress")
    expect(said).to_contain_text(str(total))
    expect(said).to_contain_text(str(done))


def test_boxes_are_drawn_by_mouse_and_keys_and_trained(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        begin(page, studio, tmp_path, 24)
        drag(page)
        (box,) = drawn(page)
        assert box.kind == "thing"
        assert all(abs(a - b) <= 1 for a, b in zip(box[:4], THING, strict=True))
        page.keyboard.press("z")
        expect(page.locator(".bm-draw-box")).to_have_count(0)
        page.keyboard.press("n")
        (before,) = drawn(page)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
        (after,) = drawn(page)
        assert after.left > before.left
        assert (after.top, after.bottom > before.bottom) == (before.top, True)
        page.keyboard.press("Enter")
        progress(page, 1, 24)
        expect(page.locator(".bm-draw-box")).to_have_count(0)
        page.keyboard.press("z")  # the picture comes back with its box
        progress(page, 0, 24)
        (again,) = drawn(page)
        assert again[:4] == pytest.approx(after[:4], abs=0.01)
        page.keyboard.press("Enter")
        progress(page, 1, 24)
        page.reload()
        progress(page, 1, 24)
        page.get_by_test_id("sort-again").click()
        expect(page.locator(".bm-draw-box")).to_have_count(1)
        page.get_by_test_id("sort-done").click()
        skip_slowly(page)
        for done in range(2, 13):
            drag(page)
            page.keyboard.press("Enter")
            progress(page, done, 24)
        page.get_by_test_id("sort-train").click()
        walker.expect_tab(page, "train")
        expect(page.locator("#train-train")).to_be_visible()


def test_finger_draws_on_a_phone(browser: Browser, studio: Studio, tmp_path: Path) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390, by_touch=True) as page:
        begin(page, studio, tmp_path, 12)
        notice = page.evaluate_handle(
            "() => document.body.appendChild(Object.assign(document.createElement('div'), {className: 'toast-body info', textContent: 'ready'}))"
        )
        assert not notice.as_element().is_visible()  # it would lie over the picture
        settle(page)
        start, end = screen(page, *THING[:2]), screen(page, *THING[2:])
        touch = page.context.new_cdp_session(page)
        for kind, at in (("Start", start), ("Move", screen(page, 30, 30)), ("Move", end), ("End", None)):  # fmt: skip
            points = [{"x": at[0], "y": at[1]}] if at else []
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        (box,) = drawn(page)
        assert all(abs(a - b) <= 2 for a, b in zip(box[:4], THING, strict=True))
        assert not walker.is_too_wide(page)
        page.get_by_test_id("sort-done").tap()
        progress(page, 1, 12)


def test_drawing_that_was_not_saved_comes_back(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        begin(page, studio, tmp_path, 8)
        drag(page)
        page.context.set_offline(True)
        page.keyboard.press("Enter")  # is not saved, and comes again with what was drawn
        expect(page.get_by_test_id("sort-said")).to_have_attribute("role", "alert")
        page.context.set_offline(False)
        row = page.get_by_test_id("sort-row")
        for _ in range(8):
            if drawn(page):
                break
            before = row.get_attribute("data-row")
            page.keyboard.press("s")
            expect(row).not_to_have_attribute("data-row", str(before))
            expect(page.get_by_test_id("draw-area").locator("image")).to_have_count(1)
        assert len(drawn(page)) == 1
        progress(page, 0, 8)
