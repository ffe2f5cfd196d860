"""Points and lengths of time in words; nothing is read from a clock of its own but today's date."""

from datetime import UTC, datetime

from bigmodel.core.callbacks import Say


def span(seconds: float, say: Say) -> str:
    """Return a length of time in words."""
    whole = max(0, round(seconds))
    if whole < 60:
        return say("pages.jobs.seconds", count=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return say("pages.jobs.minutes", count=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    return say("pages.jobs.hours", count=hours, minutes=minutes)


def span_short(seconds: float, say: Say) -> str:
    """Return a length of time in as few characters as a tab's title has room for."""
    if seconds < 60:
        return say("pages.jobs.seconds", count=max(0, round(seconds)))
    if seconds < 3600:
        return say("pages.jobs.minutes_only", count=round(seconds / 60))
    return span(seconds, say)


def clock(at: datetime, *, seconds: bool = False) -> str:
    """Return a time of this place: the hour of today, or the day."""
    local = at.astimezone()
    if local.date() == datetime.now(UTC).astimezone().date():
        return local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return local.strftime("%Y-%m-%d %H:%M")
