"""Programs are written out whole: each definition once, after what it uses, and never two of one name."""

from pathlib import Path

import pytest

from bigmodel.services.results import standalone
from bigmodel.services.results.standalone import assemble

USES = "from bigmodel.one import first\n\nprint(first(2))\n"
ONE = '''
from functools import cache
from math import floor

from bigmodel.two import second

BASE: int = 3
UNUSED = 4


@cache
def first(n: int) -> int:
    """Return it."""
    return floor(second(n)) + BASE + (first(n - 1) if n else 0)
'''
TWO = "import math\n\nHALF = 0.5\n\n\ndef second(n):\n    return math.ceil(n * HALF)\n"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app of two modules, and a program that uses it."""
    monkeypatch.setattr(standalone, "ROOT", tmp_path)
    (tmp_path / "bigmodel").mkdir()
    for name, text in (("bigmodel/one.py", ONE), ("bigmodel/two.py", TWO), ("program.py", USES)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_program_runs_without_the_app(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = assemble(app / "program.py")
    assert "bigmodel" not in text
    assert "UNUSED" not in text
    exec(compile(text, "program", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out == "11\n"


def test_two_of_one_name_are_refused(app: Path) -> None:
    (app / "bigmodel" / "two.py").write_text(TWO + "\n\ndef first():\n    return second(1)\n")
    more = "from bigmodel.two import first\n"
    (app / "program.py").write_text(USES + more)
    with pytest.raises(ValueError, match="two definitions of first"):
        assemble(app / "program.py")


def test_another_name_is_refused(app: Path) -> None:
    (app / "bigmodel" / "one.py").write_text("from bigmodel.two import second as first\n")
    with pytest.raises(ValueError, match="by another name"):
        assemble(app / "program.py")
