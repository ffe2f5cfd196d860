"""Names that break a database or a page, and how to tell that one is harmless."""

HOSTILE_NAMES = (
    "half \ud800 character",
    "nul \0 inside",
    "\x1b[31m red",
    '__i18n__{"__type__": "translation_metadata", "key": "bm_x"}',
    "____i18n____i18n__ twice",
)


def is_harmless(name: str) -> bool:
    """Return whether every database holds this name and every page shows it as it is."""
    name.encode()  # no half characters
    return bool(name) and "__i18n__" not in name and all(ord(c) >= 32 for c in name)
