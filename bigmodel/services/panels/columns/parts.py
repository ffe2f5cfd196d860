"""How the answer in one of several columns stands on a page."""

from html import escape


def named(column: str, content: str) -> str:
    """Return HTML below the name of its column."""
    return f'<section data-testid="answer-column"><h4>{escape(column)}</h4>{content}</section>'
