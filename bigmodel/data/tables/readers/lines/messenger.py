"""Chats as messengers export them: a time, who wrote and what on a line (WhatsApp), or the text below (QQ); rows are messages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Findings, Target

DAY, CHAT = "day", "chat"  # brought to learn to write, the messages of a day are a conversation
WHOLE = "none"  # the target kind of that
COLUMNS = ("sender", "message")
HEAD = re.compile(
    r"[\u200e\u200f]*\[?(?P<day>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}),?\s+"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?\s?m\.?)?\]?\s*(?:-\s+)?(?P<rest>\S.*)",
    re.IGNORECASE,
)
SAID = re.compile(r"(?P<who>[^:：]{1,60}?)[:：]\s(?P<what>.*)")
LEVELS = re.compile(
    r".*\b(info|error|warn(ing)?|debug|fatal|critical|trace|notice)\b.*", re.IGNORECASE
)
LEFT_OUT = re.compile(  # in the place of a picture or a voice
    r"[\u200e\u200f]*(<[^>]*(omitted|attached|weggelassen|excluded|omis)[^>]*>|\w+ (omitted|weggelassen)|\[[^\]]{1,6}\])"
)
SEEN_LINES, FEWEST = 400, 8
HEADS = 0.3  # of the lines begin a message
FITTING = 0.8  # of those say who wrote
MESSAGES_EACH = 2.0  # of a usual sender, at least
Message = tuple[int, str, str, str]  # line, day, sender, text


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    if encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    target.start([CHAT if target.asked.kind == WHOLE else DAY, *COLUMNS])
    senders: Counter[str] = Counter()
    left = 0
    for line, day, who, text in _messages(_lines(path, target.findings)):
        if not text or LEFT_OUT.fullmatch(text):
            left += 1
            continue
        senders[who] += 1
        target.add([day, who, text], line)
        if target.is_full:
            break
    args = {"rows": target.rows, "count": len(senders), "left": left}
    target.findings.note("messenger", level="info", **args)


def _lines(path: Path, findings: Findings) -> Iterator[tuple[int, str]]:
    lines = enumerate(read_lines(path, find_encoding(path), findings), 1)
    return ((number, line.strip("\ufeff \r\n")) for number, line in lines)


def _messages(lines: Iterator[tuple[int, str]]) -> Iterator[Message]:
    """Yield messages; lines without a time go on with the one before, those of nobody are what the messenger says."""
    held: Message | None = None
    for number, line in lines:
        head = HEAD.fullmatch(line)
        if head is None:
            if held is not None and line:
                held = (*held[:3], f"{held[3]}\n{line}".strip())
            continue
        if held is not None:
            yield held
        said = SAID.fullmatch(head["rest"])
        who, what = (said["who"], said["what"]) if said else (head["rest"], "")
        held = (number, head["day"], who.strip(), what.strip("\u200e\u200f "))
    if held is not None:
        yield held


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    if path.suffix.lower() not in READER.endings:
        return False
    return _is_chat(list(islice(_lines(path, Findings()), SEEN_LINES)))


def _is_chat(lines: Sequence[tuple[int, str]]) -> bool:
    """Tell messages of people from logs of programs and from tables with a time first."""
    filled = [line for line in lines if line[1]]
    heads = [HEAD.fullmatch(line) for _, line in filled]
    begun = sum(head is not None for head in heads)
    if begun < max(FEWEST, HEADS * len(filled)) or not any(heads[:2]):
        return False
    told = [(who, text) for _, _, who, text in _messages(iter(filled)) if text]
    senders = Counter(who for who, _ in told)
    are_tabbed = sum("\t" in line for _, line in filled) > 0.5 * len(filled)
    return (
        len(told) >= FITTING * begun
        and 1 < len(senders) <= len(told) / MESSAGES_EACH
        and not are_tabbed
        and not any(map(LEVELS.fullmatch, senders))
        and not all(who.replace(",", "").strip().isdigit() for who in senders)
    )


READER = Reader(name="messenger", order=96, endings=(".txt", ".text"), claims=_claims, read=_read)
