"""Names that people give to datasets, jobs and classes, made safe to store and to show; values only."""

import unicodedata

MARKER = "__i18n__"  # begins what a page translates in the browser


def printable(text: str) -> str:
    """Return a text that every database and page can hold, without spaces around it.

    Half characters (lone surrogates) are replaced, control characters become spaces, and the marker of
    translated texts is broken up, or the browser would take the text for a key and show nothing.
    """
    whole = text.encode("utf-8", "replace").decode()
    printed = "".join(" " if unicodedata.category(c) == "Cc" else c for c in whole)
    return printed.replace(MARKER, "_ i18n _").strip()


def clean_name(text: str, most: int = 120) -> str:
    """Return a printable name of at most `most` characters."""
    return printable(text)[:most].rstrip()
