"""The tabs, one file each, found by looking; a tab never imports another tab."""

import importlib
from pathlib import Path

from pages.shared.web.page import Page


def find_pages() -> list[Page]:
    """Return the `PAGE` of every module in this folder, in their order on the screen."""
    names = sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"
    )
    pages: list[Page] = [importlib.import_module(f"{__name__}.{name}").PAGE for name in names]
    return sorted(pages, key=lambda page: page.order)
