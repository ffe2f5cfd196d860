"""Rows that are conversations: what a person says and what is answered, in turns, as one text; it opens no file.

The turns are parted as the parts of any row (`core/datasets/inputs`); the first is a person's.
"""

from collections.abc import Mapping, Sequence

from bigmodel.core.datasets.inputs import MARK, SEPARATOR, parts_of

PERSON = frozenset({"user", "human", "prompter", "person", "question", "用户", "人类", "问"})
MODEL = frozenset({"assistant", "gpt", "bot", "chatgpt", "model", "answer", "助手", "机器人", "答"})
BEFORE = frozenset({"system", "系统"})  # stands before what the person says first
WHO = ("role", "from", "speaker")
WHAT = ("content", "value", "text")


def turns_of(text: str) -> tuple[str, ...]:
    """Return the turns of a conversation, none of any other text."""
    return parts_of(text) if MARK in text else ()


def conversation_of(messages: object) -> str:
    """Return a list of messages as one text, "" where it is no conversation.

    What comes before the person's first turn, and after the last answer, is left out.
    """
    if not isinstance(messages, list) or not messages:
        return ""
    said = [_said(part) for message in messages for part in _parts(message)]
    turns: list[str] = []
    opening = ""
    for each in said:
        if each is None:
            return ""
        who, what = each
        if who in BEFORE:
            opening = f"{opening}\n{what}".strip() if not turns else opening
        elif (who in PERSON) == (len(turns) % 2 == 0):
            turns.append(what)
        elif turns:  # the same speaker once more
            turns[-1] = f"{turns[-1]}\n{what}"
    turns = turns[: len(turns) // 2 * 2]
    if not turns or not all(turn.strip() for turn in turns):
        return ""
    turns[0] = f"{opening}\n{turns[0]}".strip()
    return SEPARATOR.join(turn.replace(MARK, "").strip() for turn in turns)


def branch_of(record: Mapping[str, object]) -> str:
    """Return the conversation that a chat program exported as a tree of messages, "" of any other record.

    Of answers that were asked for again, the branch counts that the person saw last.
    """
    nodes = record.get("mapping")
    if not isinstance(nodes, dict) or not all(isinstance(each, dict) for each in nodes.values()):
        return ""
    at: object = record.get("current_node") or next(reversed(nodes), None)
    said: list[dict[str, str]] = []
    for _ in nodes:
        node = nodes.get(at) if isinstance(at, str) else None
        if node is None:
            break
        said.append(_exported(node.get("message")))
        at = node.get("parent")
    return conversation_of([each for each in reversed(said) if each.get("content", "").strip()])


def _exported(message: object) -> dict[str, str]:
    """Return a message of a tree as others are written; nothing of what a tool said."""
    author, content = (
        (message.get("author"), message.get("content")) if isinstance(message, dict) else (0, 0)
    )
    if not isinstance(author, dict) or not isinstance(content, dict):
        return {}
    who, parts = str(author.get("role", "")), content.get("parts")
    text = "\n".join(p for p in parts if isinstance(p, str)) if isinstance(parts, list) else ""
    return {"role": who, "content": text} if who in PERSON | MODEL | BEFORE else {}


def _parts(message: object) -> list[object]:
    """Return a turn of both sides, such as {"human": …, "assistant": …}, as two; any other message as it is."""
    sides = PERSON | MODEL | BEFORE
    if not isinstance(message, Mapping) or not {str(key).lower() for key in message} <= sides:
        return [message]
    return [{"role": str(who), "content": what} for who, what in message.items()]


def _said(message: object) -> tuple[str, str] | None:
    """Return who says what, None of anything else."""
    if not isinstance(message, Mapping):
        return None
    who, what = (_first(message, names) for names in (WHO, WHAT))
    known = who.lower() in PERSON | MODEL | BEFORE
    return (who.lower(), what) if known and what else None


def _first(message: Mapping[str, object], names: Sequence[str]) -> str:
    found = (message[name] for name in names if isinstance(message.get(name), str))
    return str(next(found, ""))
