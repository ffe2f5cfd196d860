"""The page on the architecture names every room there is, in the words of the room itself."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
START, END = "<!-- tree -->", "<!-- /tree -->"
LIMIT = 16  # modules of one folder


def rooms() -> list[Path]:
    """Return every folder of code, tasks aside: those are found, not listed."""
    found = [
        path.parent for top in ("bigmodel", "pages") for path in (ROOT / top).rglob("__init__.py")
    ]
    found = [path for path in found if path.parent.name != "tasks"]
    return sorted(found, key=lambda path: path.relative_to(ROOT).parts)


def tree() -> str:
    """Return the tree as the page has to show it."""
    lines = []
    for room in rooms():
        about = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
        place = room.relative_to(ROOT)
        name = f"{'  ' * (len(place.parts) - 1)}{place.name}/"
        lines.append(f"{name:<28}{about.splitlines()[0]}")
    return "\n".join(["```", *lines, "```"])


def test_page_shows_the_tree_as_it_is() -> None:
    shown = PAGE.read_text("utf-8").partition(START)[2].partition(END)[0].strip()
    assert shown == tree(), "run: python -m tests.unit.test_architecture"


def test_no_room_is_crowded() -> None:
    crowded = {str(room.relative_to(ROOT)): len(list(room.glob("*.py"))) for room in rooms()}
    assert {room: count for room, count in crowded.items() if count > LIMIT} == {}


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    before, rest = text.split(START)
    PAGE.write_text(f"{before}{START}\n{tree()}\n{END}{rest.split(END)[1]}", "utf-8")
