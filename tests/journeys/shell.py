"""The command line on the data folder of an app under test."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_S
from tests.server import ROOT, Studio


def train_instant(studio: Studio, table: Path) -> dict[str, Any]:
    """Train the instant model on a table, wait for it, and return what the command answered."""
    environment = {**os.environ, "BIGMODEL_HOME": str(studio.home), "BIGMODEL_OFFLINE": "1"}
    command = [sys.executable, "-m", "bigmodel", "train", str(table)]
    command += ["--base", "instant", "--wait", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
