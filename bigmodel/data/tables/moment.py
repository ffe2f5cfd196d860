"""When a text is a date or a time, as tables and forms write it; it opens no file."""

import re

LONGEST = 45
DAY = r"(?:\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{8})"
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
NAMED = rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(?:\d{{1,2}}[ -]{MONTH}[ -]\d{{2,4}}|{MONTH} \d{{1,2}},? \d{{4}})"
CLOCK = r"\d{1,2}[:：时]\d{2}(?:[:：分]\d{2}(?:[.,]\d+)?秒?)?\s*(?:[ap]\.?m\.?|上午|下午)?"
ZONE = r"(?:\s*(?:z|utc|gmt|[a-z]{3,4}t|[ce]?est?)?\s*(?:[+-]\d{1,2}(?::?\d{2})?)?)"
MOMENT = re.compile(
    rf"(?:{DAY}|{NAMED})(?:[T ,]*(?:上午|下午)?\s*{CLOCK})?{ZONE}|{CLOCK}{ZONE}", re.IGNORECASE
)


def is_moment(text: str) -> bool:
    """Tell a date, a time of day, or both."""
    plain = text.strip()
    return (
        len(plain) <= LONGEST
        and plain[-1:] != ""
        and bool(MOMENT.fullmatch(plain))
        and not _is_number(plain)
    )


def _is_number(plain: str) -> bool:
    """Tell eight digits that are no day."""
    return plain.isdigit() and not (
        "1900" <= plain[:4] <= "2100" and "01" <= plain[4:6] <= "12" and "01" <= plain[6:] <= "31"
    )
