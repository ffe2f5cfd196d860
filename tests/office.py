"""Finds a LibreOffice for the tests, or brings one: `python -m tests.office`. It never opens a file that no test made."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.patience import PATIENCE_S

PACKAGE = "libreoffice-calc-nogui"  # 90 MB to fetch, 280 MB on disk
STEP_S = 600
MISSING = (
    "These tests need LibreOffice Calc (on Debian: apt install --no-install-recommends "
    f"{PACKAGE}).\n"
)


def system_office() -> str | None:
    """Return the path of the LibreOffice that the system has, if it can open tables."""
    path = shutil.which("soffice") or shutil.which("libreoffice")
    return path if path and _can_calculate(path) else None


def convert(files: Sequence[Path], ending: str, out: Path) -> list[Path]:
    """Open files in one LibreOffice with a profile of its own and save each as another kind; return the new ones.

    Raises:
        RuntimeError: there is no LibreOffice, or it could not open a file.
    """
    office = system_office()
    if office is None:
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [
                office, "--headless", "--norestore", f"-env:UserInstallation=file://{profile}",
                "--convert-to", ending, "--outdir", str(out), *map(str, files),
            ],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    made = [out / f"{file.stem}.{ending.partition(':')[0]}" for file in files]
    missing = [path.name for path in made if not path.is_file()]
    if missing:
        raise RuntimeError(f"LibreOffice did not write {missing}: {done.stdout} {done.stderr}")
    return made


def main() -> int:
    """Make sure that LibreOffice is here; return the exit status."""
    if system_office():
        return 0
    if hasattr(os, "geteuid") and os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = [*apt, "install", "-y", "--no-install-recommends", PACKAGE]
        for step in ([*apt, "update"], install):
            subprocess.run(step, check=False, env=quiet, timeout=STEP_S)
        if system_office():
            return 0
    sys.stderr.write(MISSING)
    return 1


def _can_calculate(path: str) -> bool:
    """Tell whether Calc is there: Writer alone has the same program."""
    return sys.platform != "linux" or (Path(path).resolve().parent / "libsclo.so").exists()


if __name__ == "__main__":
    sys.exit(main())
