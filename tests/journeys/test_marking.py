"""From a file of tagged words to a model that marks them in a new text, and that is taken along."""

import json
import random
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.program import run_package
from tests.journeys import walker
from tests.server import Studio

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
