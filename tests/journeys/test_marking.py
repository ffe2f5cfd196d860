"""From tagged words, or words marked by hand with a mouse, keys or a finger, to a model that marks them in a new text and is taken along."""

import json
import random
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.fakes.program import run_package
from tests.journeys import walker
from tests.server import Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]
PEOPLE, PLACES = ["Ann", "Bob Lee", "Carla", "Dan"], ["Rome", "New York", "Oslo", "Lima"]
SHAPES = [
    "{0} lives in {1} .",
    "Did {0} go to {1} today ?",
    "{1} is where {0} was born .",
    "Nobody was there .",
]


def write_conll(path: Path, count: int = 80) -> Path:
    """Write sentences with their tags, a word a line."""
    draw, lines = random.Random(0), ["-DOCSTART-\tO", ""]  # noqa: S311  (no secret)
    for number in range(count):
        person, place = draw.choice(PEOPLE), draw.choice(PLACES)
        for word in SHAPES[number % len(SHAPES)].split():
            kind, name = {"{0}": ("PER", person), "{1}": ("LOC", place)}.get(word, ("", word))
            for at, part in enumerate(name.split()):
                tag = f"{'I' if at else 'B'}-{kind}" if kind else "O"
                lines.append(f"{part}\t{tag}")
        lines += [f"{number}\tO", ""]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_tagged_words_lead_to_marks_in_a_new_text(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        walker.upload(page, write_conll(tmp_path / "people.conll"))
        expect(page.locator("#data-body")).to_contain_text("Words with their tags were read")
        page.locator("#data-train").click()
        walker.reach_results(page)
        expect(page.locator("#results-sentence")).to_contain_text("Of 100 marked words")
        expect(page.locator("#results-panels")).to_contain_text("PER")
        with page.expect_download() as package:
            page.locator("#results-download").click()
        package.value.save_as(tmp_path / "model.zip")
        page.locator("#results-try").click()
        walker.expect_tab(page, "text-demo")
        page.locator("#text-demo-text textarea").fill("Did Bob Lee go to Lima today ?")
        expect(page.locator("#text-demo-run")).to_have_text("Mark the words")
        page.locator("#text-demo-run").click()
        answer = page.get_by_test_id("answer")
        expect(answer.locator("mark")).to_have_text(["Bob LeePER", "LimaLOC"])
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        archive.extractall(tmp_path / "away")
    [told] = run_package(tmp_path / "away", ["Did Bob Lee go to Lima today ?"])
    assert [found["text"] for found in told["entities"]] == ["Bob Lee", "Lima"]
    assert json.loads((tmp_path / "away" / "labels.json").read_text("utf-8")) == ["LOC", "PER"]


def begin_marking(page: Page, studio: Studio, folder: Path) -> None:
    """Bring texts without labels, and choose to mark words in them."""
    texts = [f"Note {number}: Bob Lee went to New York today." for number in range(14)]
    (folder / "notes.csv").write_text("\n".join(["text", *texts]), "utf-8")
    walker.open_tab(page, studio, "data")
    walker.upload(page, folder / "notes.csv")
    page.locator("#data-sort-go").click()
    page.get_by_test_id("sort-draw").click()
    page.get_by_test_id("sort-draw-yes").click()
    for kind in ("person", "place"):
        if page.get_by_test_id("sort-new").count() == 0:
            page.get_by_test_id("sort-menu").click()
        page.get_by_test_id("sort-new").fill(kind)
        page.get_by_test_id("sort-new").press("Enter")
        expect(page.locator(f'.bm-sort-class[data-label="{kind}"]')).to_be_visible()


def word(page: Page, text: str) -> Locator:
    return page.get_by_test_id("mark-area").locator("[data-at]").get_by_text(text, exact=True)


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def marked(page: Page) -> list[list[str]]:
    """Return the marks that stand in the text, with their kinds."""
    found: list[list[str]] = page.get_by_test_id("mark-area").evaluate(
        "area => [...area.querySelectorAll('mark')].map(m => [m.querySelector('b').textContent, m.dataset.kind])"
    )
    return found


def test_words_are_marked_by_mouse_and_keys_and_trained(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        begin_marking(page, studio, tmp_path)
        page.keyboard.press("Escape")
        settle(page)
        page.mouse.move(*middle(word(page, "Bob")))
        page.mouse.down()
        page.mouse.move(*middle(word(page, "Lee")), steps=3)
        page.mouse.up()
        assert marked(page) == [["Bob Lee", "person"]]
        page.locator('.bm-sort-class[data-label="place"]').click()  # of the chosen mark
        assert marked(page) == [["Bob Lee", "place"]]
        page.keyboard.press("z")
        word(page, "New").click()
        page.keyboard.press("Shift+ArrowRight")
        assert marked(page) == [["Bob Lee", "person"], ["New York", "place"]]
        page.keyboard.press("Enter")
        said = page.get_by_test_id("sort-progress")
        expect(said).to_contain_text("1 of 14")
        page.keyboard.press("z")  # the text comes back with its marks
        expect(said).to_contain_text("0 of 14")
        assert marked(page) == [["Bob Lee", "person"], ["New York", "place"]]
        page.reload()
        expect(page.get_by_test_id("mark-area")).to_be_visible()
        for done in range(1, 13):
            for name, kind in (("Bob", 1), ("New", 2)):
                word(page, name).click()
                page.keyboard.press("Shift+ArrowRight")
                page.keyboard.press(str(kind))
            page.keyboard.press("Enter")
            expect(said).to_contain_text(f"{done} of 14")
        page.get_by_test_id("sort-train").click()
        walker.reach_results(page)
        expect(page.locator("#results-panels")).to_contain_text("person")


def test_finger_marks_words_on_a_phone(browser: Browser, studio: Studio, tmp_path: Path) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390, by_touch=True) as page:
        begin_marking(page, studio, tmp_path)
        settle(page)
        start, end = middle(word(page, "Bob")), middle(word(page, "Lee"))
        touch = page.context.new_cdp_session(page)
        for kind, at in (("Start", start), ("Move", end), ("End", None)):
            points = [{"x": at[0], "y": at[1]}] if at else []
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        expect(page.get_by_test_id("mark-area").locator("mark")).to_have_count(1)
        assert marked(page) == [["Bob Lee", "person"]]
        word(page, "York").tap()
        assert len(marked(page)) == 2
        assert not walker.is_too_wide(page)
        page.get_by_test_id("sort-done").tap()
        expect(page.get_by_test_id("sort-progress")).to_contain_text("1 / 14")
