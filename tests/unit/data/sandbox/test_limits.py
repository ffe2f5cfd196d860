"""What a limited child does: it bounds itself, and its report says what was found or why not."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.sandbox.limited import end_of
from bigmodel.data.sandbox.limits import EXIT_BROKEN, EXIT_MEMORY, EXIT_REFUSED, Request, report_of
from tests.server import ROOT

LIMITED = """
from bigmodel.data.sandbox.limits import limit_self
limit_self(memory_mb=4_096, processor_s=60, file_mb=1)
"""
WITHOUT_PANDAS = f"""{LIMITED}
import sys
from bigmodel.data.sandbox.limits import leave_out_pandas
leave_out_pandas()
import pyarrow
print(pyarrow.array(["a"]).to_pylist(), "pandas" in sys.modules)
"""
TOO_BIG = f"""{LIMITED}
import signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open(sys.argv[1], "wb") as file:
    file.write(bytes(2 * 2**20))
"""


def run(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True
    )


def test_limited_child_may_import_all_of_torch() -> None:
    done = run(f"{LIMITED}\nimport torch._dynamo\nprint(1)".replace("4_096", "16_384"))
    assert done.stdout == "1\n", done.stderr


def test_child_makes_arrays_without_pandas() -> None:
    done = run(WITHOUT_PANDAS)
    assert done.stdout.split() == ["['a']", "False"], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the system cannot bound a process")
def test_child_writes_no_more_than_its_bound(tmp_path: Path) -> None:
    done = run(TOO_BIG, str(tmp_path / "big"))
    assert "File too large" in done.stderr
    assert (tmp_path / "big").stat().st_size <= 2**20


def refuse(_: Request) -> Request:
    raise DatasetError("one_class", label="pos")


def run_out(_: Request) -> Request:
    raise MemoryError


def break_off(_: Request) -> Request:
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("work", "code", "said"),
    [
        (lambda asked: {"rows": asked["rows"]}, 0, {"rows": 3}),
        (lambda _: None, 0, None),
        (refuse, EXIT_REFUSED, {"key": "one_class", "args": {"label": "pos"}}),
        (run_out, EXIT_MEMORY, None),
        (break_off, EXIT_BROKEN, None),
    ],
)
def test_report_says_what_was_found_or_why_not(
    tmp_path: Path, work: Callable[[Request], Request | None], code: int, said: object
) -> None:
    report = tmp_path / "report"
    assert report_of({"report": str(report), "rows": 3}, work) == code
    assert (json.loads(report.read_text("utf-8")) if report.exists() else None) == said


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (EXIT_MEMORY, "reader_memory"),
        (-9, "reader_memory"),
        (-6, "reader_memory"),
        (-24, "reader_time"),
        (-25, "reader_time"),
        (EXIT_BROKEN, "reader_broken"),
        (1, "reader_broken"),
    ],
)
def test_end_of_a_child_has_a_reason(code: int, key: str) -> None:
    error = end_of(code, seconds=9.5, memory_mb=7)
    assert error.key == key
    assert error.args_of_words in ({"mb": 7}, {"seconds": 9}, {})
