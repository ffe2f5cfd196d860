"""Text files that are read by what they are brought for: lines with marks inside, and conversations as a script has them.

`[Ann](PERSON) lives here.` is a row where words are to be marked; lines of `User: …` and `Assistant: …` are one where a
model is to learn to write.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bigmodel.core.datasets.turns import BEFORE, MODEL, PERSON, conversation_of, turns_of
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.shapes.inline import are_tagged, inline_shape
from bigmodel.data.tables.table import Findings, Target

ASKED = re.compile(r"(?P<who>q|a|question|answer|问|答|问题|回答|答案)\s*[:：]", re.IGNORECASE)
ENDINGS = (".txt", ".text", ".md")
PEOPLE = PERSON | set("q|customer|client|visitor|patient|me|顾客|客户|问题|患者".split("|"))  # noqa: SIM905
MODELS = MODEL | set("a|ai|agent|support|operator|doctor|you|客服|坐席|回答|医生".split("|"))  # noqa: SIM905
SAID = re.compile(r"[#*\s]*(?P<who>[^\W\d_]{1,12})\s?\**\s?[:：]\**\s*(?P<what>.*)")
SEEN_LINES, FEWEST = 400, 8
FITTING = 0.8  # of the conversations have both sides
Block = tuple[int, list[str]]  # the number of its first line, and its lines


def _role(line: str) -> tuple[str, str]:
    """Return who speaks as roles are called, and what; nobody of a line that goes on with the one before."""
    match = SAID.fullmatch(line)
    who = match["who"].casefold() if match else ""
    sides = (("user", PEOPLE), ("assistant", MODELS), ("system", BEFORE))
    role = next((name for name, known in sides if who in known), "")
    return (role, match["what"]) if match and role else ("", line)


def _conversation(lines: Sequence[str]) -> str:
    said: list[dict[str, str]] = []
    for role, what in map(_role, lines):
        if role:
            said.append({"role": role, "content": what})
        elif said:
            said[-1]["content"] += f"\n{what}"
    return conversation_of([each for each in said if each["content"].strip()])


def _blocks(lines: Iterator[str]) -> Iterator[Block]:
    """Yield conversations: an empty line before a person's turn ends the one before."""
    held: list[str] = []
    first, is_apart = 1, False
    for number, raw in enumerate(lines, 1):
        line = raw.strip("\ufeff \r\n")
        if held and is_apart and _role(line)[0] in ("user", "system"):
            yield first, held
            held = []
        is_apart = not line
        if line:
            first = first if held else number
            held.append(line)
    if held:
        yield first, held


def _read_turns(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    target.start(("conversation",))
    turns = left = 0
    for line, lines in _blocks(read_lines(path, encoding, target.findings)):
        text = _conversation(lines)
        left += not text
        turns += len(turns_of(text))
        if text:
            target.add((text,), line)
        if target.is_full:
            break
    target.findings.note("chats", level="info", rows=target.rows, turns=turns)
    if left:
        target.findings.note("turns_left", count=left)


def _claims_turns(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    if path.suffix.lower() not in ENDINGS:
        return False
    lines = islice(read_lines(path, find_encoding(path), Findings()), SEEN_LINES)
    blocks = [lines for _, lines in _blocks(lines)][:-1]
    told = sum(bool(_conversation(each)) for each in blocks)
    return told >= max(FEWEST, FITTING * len(blocks))


def _lines(path: Path, findings: Findings) -> Iterator[str]:
    return (line.strip("\ufeff \r\n") for line in read_lines(path, find_encoding(path), findings))


def _read_marks(path: Path, target: Target) -> None:
    target.encoding = find_encoding(path).name
    target.start(("text",))
    for number, line in enumerate(_lines(path, target.findings), 1):
        if line:
            target.add((line,), number)
        if target.is_full:
            return


def _claims_marks(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    if path.suffix.lower() not in ENDINGS:
        return False
    lines = list(islice(_lines(path, Findings()), SEEN_LINES))
    return not any("\t" in line for line in lines) and (
        are_tagged(lines) or inline_shape(lines) is not None
    )


def _claims_questions(head: bytes, path: Path) -> bool:
    """Tell blocks that are all a question and its answer, and say so in front of both."""
    lines = [line for line in islice(_lines(path, Findings()), SEEN_LINES) if line]
    marks = {found["who"].casefold() for line in lines if (found := ASKED.match(line))}
    return len(marks) > 1 and _claims_turns(head, path)


INLINE = Reader(
    name="inline",
    order=0,
    endings=ENDINGS,
    claims=_claims_marks,
    read=_read_marks,
    kind="spans",
    is_first=True,
)


TURNS = Reader(
    name="turns",
    order=0,
    endings=ENDINGS,
    claims=_claims_turns,
    read=_read_turns,
    kind="none",
    is_first=True,
)

QUESTIONS = Reader(
    name="turns", order=95, endings=ENDINGS, claims=_claims_questions, read=_read_turns
)
READERS = (INLINE, TURNS, QUESTIONS)
