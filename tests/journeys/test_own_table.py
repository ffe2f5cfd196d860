"""From an unlabelled workbook, by sorting some rows, to the same workbook with answers and nothing else changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.reviews import HEADER_ROW, WORDINGS, contents, frame, read_texts, write_reviews
from tests.journeys import walker
from tests.journeys.watch import watch
from tests.office import convert
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
LOCALES = {"en": "en-US", "zh": "zh-CN"}
ROWS = 90
SORTED = 24  # as many as a training needs
TEXT, LABEL, CERTAINTY = (
    3,
    7,
    8,
)  # columns of the sheet; beside the last two, "none of these" is added
SAID = {"en": ("label", "certainty"), "zh": ("类别", "把握")}


def shown(page: Page) -> str:
    return page.get_by_test_id("sort-text").inner_text()


def add_classes(page: Page, names: list[str]) -> None:
    for name in names:
        page.get_by_test_id("sort-new").fill(name)
        page.get_by_test_id("sort-new").press("Enter")
        expect(page.locator(f".bm-sort-class[data-label='{name}']")).to_be_visible()


def give(page: Page, names: list[str], label: str, *, by_key: bool) -> None:
    """Give the row in sight a label, by its key or by thumb, and wait for the next row."""
    row = page.get_by_test_id("sort-row").get_attribute("data-row") or ""
    if by_key:
        page.keyboard.press(str(names.index(label) + 1))
    else:
        page.locator(f".bm-sort-class[data-label='{label}']").click()
    expect(page.get_by_test_id("sort-row")).not_to_have_attribute("data-row", row)


def sort(page: Page, truth: Mapping[str, str], count: int, *, by_key: bool) -> dict[str, str]:
    """Sort rows, at the keyboard with one mistake that is taken back and one row that is skipped; return what was given."""
    names = sorted(set(truth.values()))
    add_classes(page, names)
    given: dict[str, str] = {}
    while len(given) < count:
        text = shown(page)
        if len(given) == 5 and by_key:
            wrong = next(name for name in names if name != truth[text])
            give(page, names, wrong, by_key=True)
            page.keyboard.press("z")
            expect(page.get_by_test_id("sort-text")).to_have_text(text)
            page.keyboard.press("s")
            expect(page.get_by_test_id("sort-text")).not_to_have_text(text)
            text = shown(page)
        give(page, names, truth[text], by_key=by_key)
        given[text] = truth[text]
    return given


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
def test_workbook_without_labels_comes_back_with_them(
    browser: Browser, studio: Studio, tmp_path: Path, language: str, width: int
) -> None:
    truth = read_texts(language, ROWS)
    book = write_reviews(tmp_path / f"{language}-{width}.xlsx", language, list(truth))
    with walker.visitor(browser, locale=LOCALES[language], width=width) as page:
        seen = watch(page, studio)
        walker.open_tab(page, studio, "data")
        walker.upload(page, book)
        header = page.locator(f"#data-grid button[data-row='{HEADER_ROW}']")
        expect(header).to_have_attribute("aria-pressed", "true")
        page.locator("#data-sort-go").click()
        walker.expect_tab(page, "sort")
        assert not walker.is_too_wide(page)
        given = sort(page, truth, SORTED, by_key=width > 400)
        page.get_by_test_id("sort-train").click()
        walker.reach_results(page)
        with page.expect_download() as started:
            page.locator("#results-own-table").click()
        assert not walker.is_too_wide(page)
        assert seen.raw_texts() == []
        after = tmp_path / started.value.suggested_filename
        started.value.save_as(after)
    seen.assert_quiet()
    sheet = WORDINGS[language].sheet
    expect_answers(after, sheet, language, given)
    expect_unchanged(book, after, sheet)
    expect_opened_by_libreoffice(after, sheet, tmp_path / "opened")


def expect_answers(path: Path, sheet: str, language: str, given: Mapping[str, str]) -> None:
    """Each sorted row carries the person's label, every other one the model's, with its certainty."""
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(min_row=HEADER_ROW, values_only=True))
    assert rows[0][LABEL - 1 : CERTAINTY] == SAID[language]
    answers = {row[TEXT - 1]: row[LABEL - 1 : CERTAINTY] for row in rows[1:]}
    assert len(answers) == ROWS
    assert {text: answers[text] for text in given} == {
        text: (label, None) for text, label in given.items()
    }
    others = [answer for text, answer in answers.items() if text not in given]
    assert {label for label, _ in others} <= set(given.values())
    assert all(0.5 <= certainty <= 1 for _, certainty in others)


def expect_unchanged(before: Path, after: Path, sheet: str) -> None:
    """All cells that were there are as they were, in value and looks; what came is three columns and a sheet."""
    old, new = contents(before), contents(after)
    added = set(new[sheet]) - set(old[sheet])
    assert {"".join(filter(str.isalpha, place)) for place in added} == {"G", "H", "I"}
    assert all({place: new[name][place] for place in old[name]} == old[name] for name in old)
    assert len(new) == len(old) + 1
    assert frame(after, sheet) == frame(before, sheet)


def expect_opened_by_libreoffice(path: Path, sheet: str, out: Path) -> None:
    """LibreOffice finds the same values, and computes the formulas."""
    [opened] = convert([path], "xlsx", out)
    made, seen = (values(each, sheet) for each in (path, opened))
    assert [row[:5] + row[6:] for row in seen] == [row[:5] + row[6:] for row in made]
    assert seen[HEADER_ROW][5] == pytest.approx(1.06 * seen[HEADER_ROW][4])


def values(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path, data_only=True)
    return [tuple(row[:CERTAINTY]) for row in book[sheet].iter_rows(values_only=True)]
