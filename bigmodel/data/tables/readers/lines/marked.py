"""Lines that begin or end with their class and a mark ("pos: …", "[spam] …", "… #happy", `__label__pos …` of fastText), and blocks of `text: …`, `label: …`."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.guess import LABEL_NAMES, TEXT_NAMES
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Findings, Target

FASTTEXT_MARK = "__label__"
FASTTEXT_LABELS = re.compile(rf"\s*((?:{FASTTEXT_MARK}\S+\s*)*)(.*)", re.DOTALL)
BOM = b"\xef\xbb\xbf"
PROGRESS_ROWS = 20_000
WORD = r"[^\W_][\w+&/-]*(?:[ _][\w+&/-]+){0,2}"  # a class: up to three words
# How a line is parted from its class; the first that fits nearly all lines is taken.
SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<label>{WORD})\s*\+{{3}}\$\+{{3}}\s*(?P<text>\S.*)",
        rf"[\[【<](?P<label>{WORD})[\]】>]\s*(?P<text>\S.*)",
        rf"(?P<label>{WORD})\s*(?:[:：]|=>|->|→)\s*(?P<text>\S.*)",
        rf"(?P<label>{WORD})\s+[-–—]\s+(?P<text>\S.*)",
        r"(?P<text>\S.*?)\s+#(?P<label>\w+)",
        rf"(?P<text>\S.*?)\s*[\[【](?P<label>{WORD})[\]】]",
    )
)
# Who speaks is no class of what is said.
SPEAKERS = re.compile(
    r"q|a|question|answer|user|human|bot|ai|assistant|system|agent|customer|client|speaker ?\d*|person ?\d*|me|you"
    r"|interviewer|host|guest|doctor|patient|问|答|问题|回答|客服|顾客|用户|助手|医生|患者|我|你|甲|乙",
    re.IGNORECASE,
)
SEEN_LINES, FEWEST_LINES = 400, 8
FITTING = 0.95  # of the lines
LONGEST_LABEL = 30
RECURRING = 3.0  # lines of a usual class, at least
DATES = re.compile(r"\d{2,}.*")  # hours and years are no classes


def _lines(
    path: Path, findings: Findings, target: Target | None = None
) -> Iterator[tuple[int, str]]:
    encoding = find_encoding(path)
    if target is not None:
        target.encoding = encoding.name
        if encoding.is_assumed:
            findings.note("encoding_assumed", encoding=encoding.name)
    lines = enumerate(read_lines(path, encoding, findings), 1)
    return ((number, text) for number, line in lines if (text := line.strip("\ufeff \r\n")))


def _shape(lines: Sequence[str]) -> re.Pattern[str] | None:
    """Return how lines are parted from their class, None where they are not."""
    if len(lines) < FEWEST_LINES or any("\t" in line for line in lines):
        return None
    for shape in SHAPES:
        found = [match for line in lines if (match := shape.fullmatch(line))]
        if len(found) >= FITTING * len(lines) and _are_classes(found):
            return shape
    return None


def _are_classes(found: Sequence[re.Match[str]]) -> bool:
    labels = Counter(match["label"].casefold() for match in found)
    longer = sum(len(match["text"]) > len(match["label"]) for match in found)
    return (
        1 < len(labels) <= len(found) / RECURRING
        and longer >= 0.8 * len(found)
        and len({match["text"] for match in found}) > len(labels)
        and not any(len(x) > LONGEST_LABEL or DATES.fullmatch(x) for x in labels)
        and not all(map(SPEAKERS.fullmatch, labels))
        and not _are_keys(labels)
    )


def _are_keys(labels: Counter[str]) -> bool:
    """Tell names of columns from classes."""
    is_text = any(map(TEXT_NAMES.fullmatch, labels))
    return is_text and any(map(LABEL_NAMES.fullmatch, labels))


def _keys(lines: Sequence[str]) -> list[str]:
    """Return the names that lines of blocks begin with, one block after the other, none where lines are no such blocks."""
    found = [match for line in lines if (match := SHAPES[2].fullmatch(line))]
    labels = Counter(match["label"].casefold() for match in found)
    if len(lines) < FEWEST_LINES or len(found) < len(lines) or not _are_keys(labels):
        return []
    names = list(labels)
    first = [match["label"].casefold() for match in found[: len(names)]]
    return names if first == names and min(labels.values()) >= 0.5 * max(labels.values()) else []


def _read(path: Path, target: Target) -> None:
    lines = _lines(path, target.findings, target)
    head = list(islice(lines, SEEN_LINES))
    sample = [text for _, text in head]
    whole = (each for part in (head, lines) for each in part)
    if names := _keys(sample):
        target.findings.note("blocks", level="info", names=", ".join(names))
        target.start(names)
        _copy(_blocks(whole, names), target, path.stat().st_size)
        return
    shape = _shape(sample)
    assert shape is not None  # noqa: S101 - it was claimed by these lines
    first = shape.fullmatch(sample[0])
    target.findings.note(
        "marked", level="info", line=sample[0][:60], label=first["label"] if first else ""
    )
    target.start(["text", "label"])
    _copy(_parted(whole, shape, target.findings), target, path.stat().st_size)


def _parted(
    lines: Iterator[tuple[int, str]], shape: re.Pattern[str], findings: Findings
) -> Iterator[tuple[int, list[str]]]:
    for number, line in lines:
        match = shape.fullmatch(line)
        if match is None:
            findings.at("lines_unmarked", number)
        yield number, [match["text"].strip(), match["label"]] if match else [line, ""]


def _blocks(
    lines: Iterator[tuple[int, str]], names: Sequence[str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield a row for each block: it ends where its first name comes again; lines without a name go on with the last."""
    row: dict[str, str] = {}
    start, last = 0, names[0]
    for number, line in lines:
        match = SHAPES[2].fullmatch(line)
        key = match["label"].casefold() if match else ""
        if match is None or key not in names:
            row[last] = f"{row.get(last, '')}\n{line}".strip()
            continue
        if key in row:
            yield start, [row.get(name, "") for name in names]
            row = {}
        start = start if row else number
        row[key], last = match["text"].strip(), key
    if row:
        yield start, [row.get(name, "") for name in names]


def _copy(rows: Iterator[tuple[int, list[str]]], target: Target, size: int) -> None:
    characters = 0
    for number, values in rows:
        characters += sum(map(len, values))
        target.add(values, number)
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, characters / max(1, size)))
        if target.is_full:
            return


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    if path.suffix.lower() not in MARKED.endings:
        return False
    sample = [text for _, text in islice(_lines(path, Findings()), SEEN_LINES)]
    return bool(_keys(sample)) or _shape(sample) is not None


def _read_fasttext(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    if encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    target.findings.note("fasttext", level="info")
    target.start(["text", "label"])
    size, characters = path.stat().st_size, 0
    for number, line in enumerate(read_lines(path, encoding, target.findings), 1):
        characters += len(line)
        if not line.strip():
            continue
        found = FASTTEXT_LABELS.fullmatch(line.rstrip("\r\n"))
        marks, text = found.groups() if found else ("", line)
        labels = [mark.removeprefix(FASTTEXT_MARK) for mark in marks.split()]
        target.add([text.strip(), ";".join(labels)], number)
        if number % PROGRESS_ROWS == 0:
            target.progress(min(0.95, characters / max(1, size)))
        if target.is_full:
            return


MARKED = Reader(
    name="marked", order=97, endings=(".txt", ".text", ".md"), claims=_claims, read=_read
)
FASTTEXT = Reader(
    name="fasttext",
    order=98,
    endings=(".txt", ".csv", ".tsv", ".tab"),
    claims=lambda head, path: head.removeprefix(BOM).lstrip().startswith(FASTTEXT_MARK.encode()),  # noqa: ARG005
    read=_read_fasttext,
)
READERS = (MARKED, FASTTEXT)
