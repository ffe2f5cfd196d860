"""The house keeps its shape: no torch in the web process, no task named outside its folder."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bigmodel.tasks import find_tasks

ROOT = Path(__file__).parents[2]
HEAVY = [
    "torch",
    "transformers",
    "timm",
    "torchaudio",
    "torchvision",
    "accelerate",
    "sklearn",
    "scipy",
]
WEB = """
import json, sys
import app
from bigmodel.services.studio import open_services
from pages import find_pages
from pages.shared.web import server
from bigmodel.jobs.supervisor import supervisor
from bigmodel.tasks import find_tasks
find_pages(), find_tasks()
print(json.dumps([name for name in sys.modules if "." not in name]))
"""


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_web_process_loads_nothing_heavy() -> None:
    assert modules_after(WEB) & set(HEAVY) == set()


def test_nothing_is_committed_that_is_to_be_ignored() -> None:
    """A link `.venv` that is committed takes the place of the folder wherever it is merged."""
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout == ""


def named_by(name: str) -> str:
    """Return what names a task in code: the name itself, and where it is a plain word, that in quotes or a path."""
    return name if "_" in name else rf"[\"'./]{name}(?!\w)(?!\.\s)"


def test_no_task_is_named_outside_its_folder() -> None:
    sources = [*(ROOT / "bigmodel").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    named = [
        (str(path.relative_to(ROOT)), name)
        for name in find_tasks()
        for path in sources
        if f"tasks/{name}/" not in path.as_posix()
        and re.search(named_by(name), path.read_text("utf-8"))
    ]
    assert named == []
