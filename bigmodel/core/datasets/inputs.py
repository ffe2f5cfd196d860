"""Inputs of several columns, such as a question and its context: one text on its way, its parts where it is used."""

from collections.abc import Callable, Sequence

MARK = "\u2063"  # the invisible separator of Unicode: XML and every table take it
SEPARATOR = f"\n{MARK}\n"


def join_inputs(parts: Sequence[str]) -> str:
    """Return the parts as one text, "" where the first is empty; a single part stays as it is."""
    if len(parts) == 1:
        return parts[0].strip()
    clean = [part.replace(MARK, "").strip() for part in parts]
    return SEPARATOR.join(clean) if clean[0] else ""


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of an input, in the order of the task's inputs."""
    return tuple(part.strip() for part in text.split(MARK))


def in_short(text: str) -> str:
    """Return an input as lists show it: of several parts the shortest first, so that a question stands before its passage."""
    parts = parts_of(text)
    return " · ".join(sorted(filter(None, parts), key=len)) if len(parts) > 1 else text


def each_part(texts: Sequence[str], change: Callable[[list[str]], list[str]]) -> list[str]:
    """Return texts whose every part was changed for itself, for no change may know of the mark between them."""
    parts = [parts_of(text) for text in texts]
    changed = iter(change([part for row in parts for part in row]))
    return [join_inputs([next(changed) for _ in row]) for row in parts]
