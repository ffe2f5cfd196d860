"""When a text is a date or a time, as tables and forms write it; it opens no file."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

LAST_MONTH, NOON, SECOND_DIGITS = 12, 12, 10
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


YEAR_FIRST = re.compile(r"(\d{4})[-/.年]\s?(\d{1,2})[-/.月]\s?(\d{1,2})|(\d{4})(\d\d)(\d\d)(?!\d)")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{2,4})")
BY_NAME = re.compile(
    rf"(\d{{1,2}})[ -]({MONTH})[ -](\d{{2,4}})|({MONTH}) (\d{{1,2}}),? (\d{{4}})", re.I
)
TIME = re.compile(r"(\d{1,2})[:：时](\d{2})(?:[:：分](\d{2}(?:[.,]\d+)?))?")
AFTERNOON = re.compile(r"p\.?m\.?|下午", re.IGNORECASE)
STAMP = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")  # seconds or milliseconds since 1970
YEAR = re.compile(r"(?:19|20)\d\d")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def is_day_first(texts: Iterable[str]) -> bool | None:
    """Tell whether 3/4/2024 is a day in April, by other texts of the same column; None where they leave it open."""
    found = [match for text in texts if (match := YEAR_LAST.match(text.strip()))]
    if any(int(match[1]) > LAST_MONTH or match[2] == "." for match in found):
        return True
    if any(int(match[3]) > LAST_MONTH for match in found):
        return False
    return None if found else True


def seconds_of(text: str, *, day_first: bool) -> float | None:
    """Return seconds that put moments of one column in order (zones are not looked at); None for what is no day."""
    plain = text.strip()
    if YEAR.fullmatch(plain):
        return _seconds(int(plain), 1, 1)
    if STAMP.fullmatch(plain):
        value = float(plain)
        return value / 1000 if len(plain.partition(".")[0]) > SECOND_DIGITS else value
    if not is_moment(plain) or (day := _day(plain, day_first=day_first)) is None:
        return None
    start = _seconds(*day)
    clock = TIME.search(plain)
    if start is None or clock is None:
        return start
    hour, minute, second = int(clock[1]), int(clock[2]), (clock[3] or "0").replace(",", ".")
    if AFTERNOON.search(plain):
        hour = hour % NOON + NOON
    return start + 3600 * hour + 60 * minute + float(second)


def _day(plain: str, *, day_first: bool) -> tuple[int, int, int] | None:
    """Return year, month and day."""
    if match := YEAR_FIRST.match(plain):
        year, month, day = [int(each) for each in match.groups() if each]
        return year, month, day
    if match := YEAR_LAST.match(plain):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        day, month = (first, second) if day_first else (second, first)
        return _full(year), month, day
    if match := BY_NAME.search(plain):
        named = match[2] or match[4]
        month = MONTHS.index(named[:3].lower()) + 1
        return _full(int(match[3] or match[6])), month, int(match[1] or match[5])
    return None


def _full(year: int) -> int:
    return year + 2000 if year < 100 else year


def _seconds(year: int, month: int, day: int) -> float | None:
    try:
        return datetime(year, month, day, tzinfo=UTC).timestamp()
    except ValueError:  # a day that no calendar has
        return None
