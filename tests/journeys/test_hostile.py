"""Tables made to do harm: what is in them stays text on every tab, and no file we give out carries a live formula."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages import find_pages
from tests.journeys import shell, walker
from tests.journeys.watch import watch
from tests.server import ROOT, Studio
from tests.still import settle

CORPUS = ROOT.parent / "shared" / "badfiles" / "corpus"
pytestmark = [
    pytest.mark.ui,
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of bad files is not here"),
]
NASTY = (
    '"><img src=x onerror=window.BAD=1><script>window.BAD=1</script>[x](javascript:window.BAD=1)'
)
STARTS = tuple("=+-@\t\r＝＋－＠")  # noqa: RUF001 - full-width ones count for spreadsheets, too
# Whatever a person's text may have turned into: handlers, script links, scripts, images of strangers.
ALIVE = r"""() => [...document.querySelectorAll('*')].filter(node =>
  [...node.attributes].some(a =>
    /^on/i.test(a.name) && /BAD/.test(a.value)
    || /^(xlink:)?href$|^src$/i.test(a.name) && /^\s*javascript:/i.test(a.value))
  || node.tagName === 'SCRIPT' && /^\s*window\.BAD/.test(node.textContent)
  || node.tagName === 'IMG' && node.getAttribute('src') === 'x'
).map(node => node.outerHTML.slice(0, 200))"""


# The tabs that show this dataset, its training or its model; the others must be as harmless.
SHOWING = ("data", "train", "jobs", "results", "text-demo")


def assert_harmless(page: Page, where: str) -> None:
    assert (where, page.evaluate(ALIVE)) == (where, [])
    assert page.evaluate("() => typeof window.BAD") == "undefined", where


def test_markup_in_a_table_stays_text_on_every_tab(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser) as page:
        seen = watch(page, studio)
        walker.open_tab(page, studio, "data")
        walker.upload(page, CORPUS / "t_xss.csv")
        seen.open_everything()
        page.locator("#data-name input, #data-name textarea").fill(NASTY)
        page.locator("#data-rename").click()
        expect(page.locator("#data-chosen input")).to_have_value(NASTY)
        page.locator("#data-delete").click()
        expect(page.locator("#data-delete-question")).to_contain_text("<img src=x")
        assert_harmless(page, "data")
        page.locator("#data-train").click()
        walker.expect_tab(page, "train")
        walker.choose(page, "train-base", "instant")
        walker.start_training(page)
        walker.wait_for_state(page, "succeeded")
        for slug in [tab.slug for tab in find_pages()]:
            walker.press_tab(page, slug)
            settle(page)
            seen.open_everything()
            if slug in SHOWING:
                assert any("onerror=window.BAD" in line for line in seen.texts()), slug
            assert_harmless(page, slug)
        walker.press_tab(page, "text-demo")
        page.locator("#text-demo-text textarea").fill(f"{NASTY}\n{NASTY} again")
        page.locator("#text-demo-run").click()
        expect(page.locator("#text-demo-result")).to_contain_text("again")
        assert_harmless(page, "answers")
    seen.assert_quiet()


def test_files_for_spreadsheets_hold_no_live_formula(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    table = tmp_path / "=1+1.csv"
    labels = ("=HYPERLINK(A1)", "@SUM(1)", "+cmd|x")
    rows = [(f"=cmd|' /C calc'!A{n}", labels[n * n % 7 % 3]) for n in range(90)]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("=text", "+label"), *rows])
    made = shell.train_instant(studio, table)
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "results", job=made["job"])
        with page.expect_download() as wrong:
            page.locator("#results-wrong-file").click()
        walker.press_tab(page, "text-demo")
        walker.unfold(page, "text-demo-file-section")
        page.locator("#text-demo-file input[type=file]").set_input_files(CORPUS / "t_formula.csv")
        page.locator("#text-demo-file-run").click()
        expect(page.locator("#text-demo-file-out")).to_be_visible()
        with page.expect_download() as answered:
            page.locator("#text-demo-file-out").click()
        for download, least in ((wrong.value, 5), (answered.value, 61)):
            cells = cells_of(Path(download.path()))
            assert len(cells) > least
            assert [cell for cell in cells if cell.startswith(STARTS)] == []


def cells_of(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return [cell for row in csv.reader(text) for cell in row]


@pytest.mark.parametrize(
    ("name", "problem", "fix"),
    [
        ("t_one_class.csv", "每一行的标签都是“pos”", "至少需要两个类别"),
        ("t_html_named.csv", "这是一个网页，不是表格", "请先登录网站，重新下载表格"),
    ],
    ids=["one class", "web page"],
)
def test_refused_upload_says_problem_and_fix_in_the_page(
    browser: Browser, studio: Studio, name: str, problem: str, fix: str
) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        seen = watch(page, studio)
        walker.open_tab(page, studio, "data")
        page.locator("#data-upload input[type=file]").set_input_files(CORPUS / name)
        expect(page.locator("#data-refused")).to_contain_text(problem)
        expect(page.locator("#data-refused")).to_contain_text(fix)
        expect(page.locator("#data-body")).to_be_hidden()
        settle(page)
        assert not walker.is_too_wide(page)
        assert seen.raw_texts() == []
    seen.assert_quiet()
