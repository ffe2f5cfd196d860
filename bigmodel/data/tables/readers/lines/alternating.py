"""Lines in turns: one holds the class and the next its text, or the same in two languages; it never guesses where a text may be a class."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.pairs.columns import guess_pair
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.readers.lines.marked import SPEAKERS
from bigmodel.data.tables.table import Findings, Target

ENDINGS = (".txt", ".text")
PAIR = ("source", "target")
HAN = re.compile("[\u3400-\u9fff]")
SEEN_LINES, FEWEST_LINES = 400, 12
LONGEST_LABEL = 30  # characters
RECURRING = 3.0  # lines of a usual class, at least
DIFFERENT = 0.5  # of the texts
LONGER = 2.0  # times as long as a class is a usual text
PROGRESS_ROWS = 20_000


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    if encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    lines = _lines(path, target.findings)
    head = list(islice(lines, SEEN_LINES))
    place = _label_place([text for _, text in head])
    target.findings.note(
        "lines_in_turns", level="info", label=head[place][1], text=head[1 - place][1][:60]
    )
    target.start(["text", "label"])
    size, characters = path.stat().st_size, 0
    held: list[str] = []
    for number, text in (each for part in (head, lines) for each in part):
        held.append(text)
        characters += len(text)
        if len(held) == 2:
            target.add([held[1 - place], held[place]], number)
            held = []
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, characters / max(1, size)))
        if target.is_full:
            return
    if held:  # the last line has no partner
        target.add([held[0], ""], number)


def _lines(path: Path, findings: Findings) -> Iterator[tuple[int, str]]:
    lines = enumerate(read_lines(path, find_encoding(path), findings), 1)
    return ((number, text) for number, line in lines if (text := line.strip("\ufeff \r\n")))


def _label_place(lines: Sequence[str]) -> int:
    """Return which of two lines in turn holds the class: 0 the first, 1 the second, -1 where neither is one."""
    if len(lines) < FEWEST_LINES or any("\t" in line for line in lines):
        return -1
    sides = lines[::2], lines[1::2]
    fitting = [place for place in (0, 1) if _are_classes(sides[place], sides[1 - place])]
    return fitting[0] if len(fitting) == 1 else -1


def _are_classes(labels: Sequence[str], texts: Sequence[str]) -> bool:
    counts = Counter(labels)
    usual = sum(map(len, texts)) / max(1, len(texts))
    return (
        1 < len(counts) <= len(labels) / RECURRING
        and max(map(len, counts)) <= LONGEST_LABEL
        and len(set(texts)) >= DIFFERENT * len(texts)
        and usual >= LONGER * sum(map(len, labels)) / len(labels)
        and not counts.keys() & set(texts)
        and not all(map(SPEAKERS.fullmatch, counts))
    )


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    if path.suffix.lower() not in ENDINGS:
        return False
    return _label_place([text for _, text in islice(_lines(path, Findings()), SEEN_LINES)]) >= 0


def _are_in_turns(lines: Sequence[str]) -> bool:
    """Tell lines of which every second one is written in Chinese characters, and the others never."""
    han = [bool(HAN.search(line)) for line in lines]
    return len(lines) >= FEWEST_LINES and all(a != b for a, b in pairwise(han))


def _are_alike(lines: Sequence[str]) -> bool:
    """Tell lines that say the same in turn as far as that shows: by their script or their lengths."""
    sides = (lines[::2], lines[1::2])
    even = min(map(len, sides))
    sample = {name: side[:even] for name, side in zip("ab", sides, strict=True)}
    return even >= FEWEST_LINES // 2 and guess_pair(sample) is not None


def _read_languages(path: Path, target: Target) -> None:
    target.encoding = find_encoding(path).name
    target.start(PAIR)
    held: list[str] = []
    for number, text in _lines(path, target.findings):
        held.append(text)
        if len(held) == 2:
            target.add(held, number)
            held = []
        if target.is_full:
            break
    target.findings.note("languages_in_turns", level="info", count=target.rows)


def _head(path: Path) -> list[str]:
    return [text for _, text in islice(_lines(path, Findings()), SEEN_LINES)]


def _claims_languages(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    return path.suffix.lower() in ENDINGS and _are_in_turns(_head(path))


def _claims_asked(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    if path.suffix.lower() not in ENDINGS or any("\t" in line for line in _head(path)):
        return False
    return _are_alike(_head(path))


READERS = (
    Reader(name="alternating", order=98, endings=ENDINGS, claims=_claims, read=_read),
    Reader(name="bilingual", order=95, endings=ENDINGS, claims=_claims_languages, read=_read_languages),
    Reader(
        name="bilingual", order=0, endings=ENDINGS, claims=_claims_asked, read=_read_languages,
        kind="text", is_first=True,
    ),
)  # fmt: skip
