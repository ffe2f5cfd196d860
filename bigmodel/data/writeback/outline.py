"""Where the elements of a small part stand (the list of sheets, of types, of styles), so that one can be added; nothing is written anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.splice import TAG, as_utf8, prefix_of


@dataclass
class Node:
    """An element: its names and attributes, and between which bytes its content stands."""

    space: str
    name: str
    attributes: Mapping[str, str]
    depth: int
    start: int
    stop: int = 0  # where its end tag begins, or the byte after it where it has none
    is_empty: bool = False
    children: list["Node"] = field(default_factory=list)

    def child(self, name: str) -> "Node | None":
        return next((node for node in self.children if node.name == name), None)

    def named(self, name: str) -> list["Node"]:
        return [node for node in self.children if node.name == name]


@dataclass(frozen=True)
class Outline:
    """A part with the places of its elements, and the prefixes its root declares."""

    content: bytes
    root: Node
    prefixes: Mapping[str, str]  # by namespace

    def appended(self, parent: Node, tag: str, attributes: Mapping[str, str]) -> bytes:
        """Return the part with one more empty element at the end of another."""
        prefix = prefix_of(self.content[parent.start :])
        said = "".join(f' {name}="{value}"' for name, value in attributes.items())
        new = b"<" + prefix + f"{tag}{said}/>".encode()
        if not parent.is_empty:
            return self.content[: parent.stop] + new + self.content[parent.stop :]
        found = TAG.match(self.content, parent.start)
        name = parent.name.encode()
        opened = found.group()[:-2].rstrip() + b">" if found else b""
        closed = b"</" + prefix + name + b">"
        return self.content[: parent.start] + opened + new + closed + self.content[parent.stop :]


def outline(raw: bytes) -> Outline:
    """Return the outline of a part.

    Raises:
        DatasetError: `workbook_broken` or `workbook_unsafe`.
    """
    content = b"".join(as_utf8([raw]))
    prefixes: dict[str, str] = {}
    stack: list[Node] = []
    roots: list[Node] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        node = Node(space, local, attributes, len(stack), parser.CurrentByteIndex)
        (stack[-1].children if stack else roots).append(node)
        stack.append(node)

    def end(_name: str) -> None:
        node = stack.pop()
        node.stop = parser.CurrentByteIndex
        tag = TAG.match(content, node.start)
        node.is_empty = bool(tag and tag.group().endswith(b"/>"))

    def declare(prefix: str | None, space: str | None) -> None:
        if not stack and prefix and space:
            prefixes.setdefault(space, prefix)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartNamespaceDeclHandler = declare
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise DatasetError("workbook_broken") from error
    return Outline(content, roots[0], prefixes)


def refuse(*_: object) -> None:
    """Refuse a document type."""
    raise DatasetError("workbook_unsafe")


def free_name(start: str, taken: Sequence[str], most: int = 31) -> str:
    """Return a name that is not taken, whatever the case of its letters, and not longer than allowed."""
    known = {name.casefold() for name in taken}
    name, number = start[:most], 1
    while name.casefold() in known:
        number += 1
        end = f" {number}"
        name = start[: most - len(end)] + end
    return name
