"""Subtitles of a recording from what was heard when: SRT and WebVTT; it hears nothing itself."""

import textwrap
from collections.abc import Iterator, Sequence

from bigmodel.core.results.alignment import is_unspaced

Segment = tuple[float, float, str]  # from second, to second, text
LINE, LINE_UNSPACED = 42, 20  # letters that are read at a glance; Chinese ones are twice as wide
LINES = 2


def srt(segments: Sequence[Segment]) -> str:
    """Return subtitles as most players read them."""
    blocks = (
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(_shown(segments), 1)
    )
    return "\n".join(blocks)


def vtt(segments: Sequence[Segment]) -> str:
    """Return subtitles as browsers read them."""
    blocks = (
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n{text.replace('-->', '→')}\n"
        for start, end, text in _shown(segments)
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _shown(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Yield segments of two lines at most; longer ones are parted, their time by the letters."""
    for start, end, text in segments:
        lines = _lines(text)
        parts = [lines[place : place + LINES] for place in range(0, len(lines), LINES)]
        total, at = sum(map(len, lines)), start
        for part in parts:
            until = at + (end - start) * sum(map(len, part)) / total
            yield at, until, "\n".join(part)
            at = until


def _lines(text: str) -> list[str]:
    width = LINE_UNSPACED if is_unspaced(text) else LINE
    return textwrap.wrap(text, width)


def _clock(seconds: float, point: str) -> str:
    minutes, rest = divmod(round(1000 * seconds), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
