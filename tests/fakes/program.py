"""A program as it goes along with a downloaded model, as a module: whole, and away from this app."""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bigmodel.services.results.standalone import assemble


def run_package(folder: Path, texts: list[str]) -> list[dict[str, Any]]:
    """Run the program of an unpacked model where nothing of this app can be imported."""
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "predict.py", "--json", "--", *texts],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def load_program(source: Path) -> Any:  # Any: a module made from a file
    """Write the program out and import it."""
    text = assemble(source)
    assert "bigmodel" not in text
    assert text.count('if __name__ == "__main__":') == 1
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "predict.py"
        place.write_text(text, "utf-8")
        spec = importlib.util.spec_from_file_location(f"{source.parent.name}_{source.stem}", place)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module
