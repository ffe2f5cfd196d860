"""A damaged database leads to a page with a way back, never to a silent new one; a real app and a real browser."""

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bigmodel.settings import Settings
from bigmodel.store import recovery
from bigmodel.store.open import open_store
from tests.fakes.things import dataset_of
from tests.journeys import walker
from tests.patience import PATIENCE_S
from tests.server import Studio


@pytest.mark.slow
@pytest.mark.ui
def test_damaged_database_is_restored_in_the_page(browser: Browser, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = Settings(home=home)
    open_store(settings).datasets.add(dataset_of(name="kept reviews"))
    recovery.back_up(settings, "daily")
    settings.database.write_bytes(b"torn" * 3000)
    studio = Studio(home, trains=False)
    studio.start()
    try:
        with walker.visitor(browser) as page:
            page.goto(studio.url)
            expect(page.locator("#recovery")).to_contain_text("cannot be read")
            page.locator("#recovery-restore").click()
            expect(page.locator("#shell-head")).to_be_visible()
            (aside,) = (home / recovery.ASIDE).iterdir()
            assert (aside / "studio.db").read_bytes() == b"torn" * 3000
            with urllib.request.urlopen(f"{studio.url}bm/pulse", timeout=PATIENCE_S) as answer:
                assert json.load(answer)["live"] == []
            assert open_store(settings).datasets.list_all("local")[0].name == "kept reviews"
    finally:
        studio.stop()
