"""Tests wait as long as `tests/patience.py` says: a few seconds of their own are shorter than a slow disk may stall."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
GIVE_UP = {
    "get",
    "post",
    "put",
    "delete",
    "request",
    "stream",
    "Client",
    "AsyncClient",
}  # of httpx, after five seconds


def impatient(code: str) -> Iterator[int]:
    """Yield the lines of calls that give up after a time of their own."""
    for call in ast.walk(ast.parse(code)):
        if not isinstance(call, ast.Call):
            continue
        limits = [word.value for word in call.keywords if word.arg == "timeout"]
        match call.func:
            case ast.Attribute(ast.Name("httpx"), name) if name in GIVE_UP and not limits:
                yield call.lineno
            case ast.Attribute(_, "create_connection"):
                limits += call.args[1:2]
        if any(isinstance(limit, ast.Constant) and limit.value for limit in limits):
            yield call.lineno


def test_calls_without_patience_are_found() -> None:
    lines = (
        "httpx.get(url)", "httpx.get(url, timeout=PATIENCE_S)", "line.recv(timeout=5)",
        "socket.create_connection(place, 10)", "httpx.Client(timeout=60)", "page.click(timeout=0)",
    )  # fmt: skip
    assert list(impatient("\n".join(lines))) == [1, 3, 4, 5]


def test_no_test_waits_for_a_time_of_its_own() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in TESTS.rglob("*.py")
        if TESTS / "faults" not in path.parents  # where time is a part of the fault
        for line in impatient(path.read_text("utf-8"))
    ]
    assert found == []
