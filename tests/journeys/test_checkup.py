"""A dirty table, dirty photos and dirty recordings become clean ones by the buttons of the check-up, and back by undo."""

import zipfile
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
    path.write_text("\n".join(["text,label", *(",".join(row) for row in rows)]), "utf-8")
    return path, kinds


def dirty_photos(folder: Path) -> tuple[Path, tuple[str, ...]]:
    path = folder / "photos.zip"
    pictures = {f"{'ab'[at % 2]}/{at}.png": scene(at) for at in range(16)}
    pictures["a/again.png"] = scene(2).rotate(90)
    pictures["b/plain.png"] = Image.new("RGB", (90, 90), "navy")
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in pictures.items():
            buffer = BytesIO()
            picture.save(buffer, "PNG")
            archive.writestr(name, buffer.getvalue())
    return path, ("picture_plain", "duplicates_near")


def dirty_recordings(folder: Path) -> tuple[Path, tuple[str, ...]]:
    path = folder / "sounds.zip"
    sounds = {f"{'ab'[at % 2]}/{at}.wav": tone(at) for at in range(16)}
    sounds["a/quieter.wav"] = 0.5 * tone(2)
    sounds["b/silent.wav"] = np.zeros(RATE, np.float32)
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


@pytest.mark.parametrize(
    ("make", "language"),
    [(dirty_table, "en"), (dirty_photos, "zh"), (dirty_recordings, "en")],
    ids=["table-en", "photos-zh", "recordings-en"],
)
def test_dirty_data_become_clean(
    browser: Browser,
    studio: Studio,
    tmp_path: Path,
    make: object,
    language: str,
) -> None:
    path, kinds = make(tmp_path)  # type: ignore[operator]
    with walker.visitor(browser, locale=LOCALES[language]) as page:
        seen = watch(page, studio)
        walker.open_tab(page, studio, "data")
        walker.upload(page, path)
        expect_report(page)
        for kind in kinds:
            repair(page, kind)
        page.locator("#data-checkup [data-act=undo]").click()
        expect(page.locator(f"#data-checkup [data-kind={kinds[-1]}].bm-finding")).to_have_count(1)
        assert seen.raw_texts() == []
        seen.assert_quiet()
