"""A dirty table, dirty photos and dirty recordings become clean ones by the buttons of the check-up and the cards below it, and back by undo."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys import walker
from tests.journeys.watch import watch
from tests.server import Studio
from tests.unit.data.checkup.test_kinds import PLANTED, clean_rows
from tests.unit.data.checkup.test_media_kinds import RATE, scene, tone

pytestmark = [pytest.mark.ui, pytest.mark.slow]
LOCALES = {"en": "en-US", "zh": "zh-CN"}


def dirty_table(folder: Path) -> tuple[Path, tuple[str, ...]]:
    path = folder / "reviews.csv"
    kinds = ("labels_alike", "noise_html", "duplicates")
    rows = [*clean_rows(120), *(PLANTED[kind] for kind in kinds)]
    for at in range(10, 60, 10):  # labels that are wrong
        rows[at] = [rows[at][0], {"good": "bad", "bad": "good"}[rows[at][1]]]
    path.write_text("\n".join(["text,label", *(",".join(row) for row in rows)]), "utf-8")
    return path, kinds


def dirty_photos(folder: Path) -> tuple[Path, tuple[str, ...]]:
    path = folder / "photos.zip"
    pictures = {f"{'ab'[at % 2]}/{at}.png": scene(at) for at in range(24)}
    for at in range(1, 24, 2):  # a border gives class b away
        framed = Image.new("RGB", (136, 120), "black")
        framed.paste(pictures[f"b/{at}.png"], (20, 12))
        pictures[f"b/{at}.png"] = framed
    pictures["a/again.png"] = scene(2).rotate(90)
    pictures["b/plain.png"] = Image.new("RGB", (90, 90), "navy")
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in pictures.items():
            buffer = BytesIO()
            picture.save(buffer, "PNG")
            archive.writestr(name, buffer.getvalue())
    return path, ("leak_border", "picture_plain", "duplicates_near")


def dirty_recordings(folder: Path) -> tuple[Path, tuple[str, ...]]:
    path = folder / "sounds.zip"
    still = np.zeros(RATE, np.float32)
    sounds = {f"{'ab'[at % 2]}_{at}.wav": np.append(tone(at), still) for at in range(16)}
    sounds["a_2.wav"] = tone(2)
    sounds["a_97.wav"] = 0.5 * tone(2)
    sounds["b_98.wav"] = np.zeros(RATE, np.float32)
    with zipfile.ZipFile(path, "w") as archive:
        for name, samples in sounds.items():
            buffer = BytesIO()
            soundfile.write(buffer, samples, RATE, format="WAV")
            archive.writestr(name, buffer.getvalue())
    return path, ("sound_silent", "duplicates_near")


def expect_report(page: Page) -> None:
    expect(page.locator("#data-checkup [data-act=start]")).to_be_visible()


def repair(page: Page, kind: str) -> None:
    """Press the button of a finding, look at what would change, and do it; the finding is gone after that."""
    folded = page.locator("#data-checkup details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    finding = page.locator(f"#data-checkup [data-kind={kind}].bm-finding")
    finding.locator("[data-act=preview]").click()
    expect(page.get_by_test_id("checkup-preview")).to_be_visible()
    page.locator("#data-checkup [data-act=repair]").click()
    expect(page.locator("#data-checkup [data-act=undo]")).to_be_visible()
    expect(finding).to_have_count(0)
    expect_report(page)


def mend_labels(page: Page) -> None:
    """Mend labels that look wrong, and measure what that brings."""
    suspects = page.locator("#data-suspects")
    suspects.locator("[data-act=start]").click()
    for left in range(5, 0, -1):
        expect(suspects.locator(".bm-suspect")).to_be_visible()
        row = suspects.locator(".bm-suspect").get_attribute("data-row")
        suspects.locator("[data-act=change].is-primary").click()
        if left > 1:
            expect(suspects.locator(f".bm-suspect[data-row='{row}']")).to_have_count(0)
    suspects.locator("[data-act=apply]").click()
    applied = page.get_by_test_id("suspects-applied")
    applied.locator("[data-act=gain]").click()
    expect(applied.locator("[role=status]")).to_contain_text("95 %")


def pad_pictures(page: Page) -> None:
    card = walker.unfold(page, "data-polish")
    expect(card.get_by_role("checkbox").first).to_be_checked()
    card.get_by_role(
        "checkbox"
    ).first.uncheck()  # the squares inside are seen with their borders again
    walker.choose(page, "data-polish-square", "pad")
    shown = card.locator("#data-polish-preview")
    expect(shown.locator("td:last-child img").first).to_be_visible()
    assert not walker.is_too_wide(page)
    card.locator("#data-polish-apply").click()
    expect(shown.locator("img")).to_have_count(0)


def trim_recordings(page: Page) -> None:
    card = walker.unfold(page, "data-polish")
    for box in card.get_by_role("checkbox").all():
        box.check()
    shown = card.locator("#data-polish-preview")
    expect(shown.locator("td:last-child audio").first).to_be_visible()
    expect(shown.locator("td:last-child").first).to_contain_text(" s")
    card.locator("#data-polish-apply").click()
    expect(shown.locator("audio")).to_have_count(0)


def take_names(page: Page, path: Path) -> None:
    """Say that the word in the names is the class."""
    page.locator("#data-upload input[type=file]").set_input_files(path)
    page.locator("#data-go-on").click()
    expect(page.locator("#data-facts")).to_contain_text(path.name)


@pytest.mark.parametrize(
    ("make", "language", "width", "further"),
    [
        (dirty_table, "en", 1280, mend_labels),
        (dirty_photos, "zh", 390, pad_pictures),
        (dirty_recordings, "en", 1280, trim_recordings),
    ],
    ids=["table-en", "photos-zh", "recordings-en"],
)
def test_dirty_data_become_clean(
    browser: Browser,
    studio: Studio,
    tmp_path: Path,
    make: Callable[[Path], tuple[Path, tuple[str, ...]]],
    language: str,
    width: int,
    further: Callable[[Page], None],
) -> None:
    path, kinds = make(tmp_path)
    with walker.visitor(browser, locale=LOCALES[language], width=width) as page:
        seen = watch(page, studio)
        walker.open_tab(page, studio, "data")
        if make is dirty_recordings:
            take_names(page, path)
        else:
            walker.upload(page, path)
        expect_report(page)
        for kind in kinds:
            repair(page, kind)
        page.locator("#data-checkup [data-act=undo]").click()
        expect(page.locator(f"#data-checkup [data-kind={kinds[-1]}].bm-finding")).to_have_count(1)
        further(page)
        assert seen.raw_texts() == []
        seen.assert_quiet()
