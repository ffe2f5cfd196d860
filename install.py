"""Installs the pinned packages into the Python that runs it, and says how far it is; it needs nothing but Python.

    python install.py

Without an NVIDIA GPU it takes PyTorch from its index of builds for processors, a tenth of the size, if that answers;
TORCH_INDEX names another such index, `TORCH_INDEX=off` leaves it to the index that pip is set to.
With `LOCKED=1` each file is checked against its hash in requirements.lock. PyTorch then comes from pip's own index,
for its builds for processors have other hashes; only where TORCH_INDEX names an index of those, it comes from there unchecked.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
LOCK = REQUIREMENTS.with_suffix(".lock")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
ANSWER_S = 5.0  # patience with that index
TICK_S, LINE_S = 1.0, 20.0  # between updates of a line, and between lines where none can be updated
KEPT_LINES = 30  # of what pip said, when it fails
UNITS = {"kB": 1e3, "MB": 1e6, "GB": 1e9}
GPU = re.compile(r"(?:torch(?:audio|vision)?|triton|nvidia-\S+|cuda-\S+)==")
DOWNLOAD = re.compile(
    r"\s*(?:Downloading|Using cached) (\S+?)(?:\.metadata)? \(([\d.]+) ?(kB|MB|GB)\)"
)


class Progress:
    """What is being installed, how much has come, and how long it took. `told` is the last line."""

    def __init__(self, title: str) -> None:
        self._title, self._start = title, time.monotonic()
        self._doing, self._came, self._files = "", 0.0, 0
        self._pending = 0.0
        self._unpacked, self._before = 0, 0  # packages to unpack, and how many stood here before
        self.is_shown = sys.stdout.isatty()

    def hear(self, line: str) -> None:
        """Take note of a line of pip."""
        if found := DOWNLOAD.match(line):
            self._came += self._pending
            self._pending = float(found[2]) * UNITS[found[3]]
            if not line.rstrip().endswith(".metadata"):
                self._files += 1
            self._doing = f"{_name(found[1])} ({found[2]} {found[3]})"
        elif line.startswith("Installing collected packages:"):
            self._came, self._pending = self._came + self._pending, 0.0
            self._unpacked, self._before = line.count(",") + 1, _installed()

    def line(self) -> str:
        """Return where things stand."""
        came = f"{self._came / 1e9:.2f} GB" if self._came >= 1e9 else f"{self._came / 1e6:.0f} MB"
        minutes, seconds = divmod(int(time.monotonic() - self._start), 60)
        doing = self._doing or "looking for packages"
        if self._unpacked:
            done = min(_installed() - self._before, self._unpacked)
            doing = f"unpacking, {done} of {self._unpacked} packages"
        return (
            f"{self._title}: {doing} · {self._files} files, {came} so far · {minutes}:{seconds:02d}"
        )

    def watch(self, ended: threading.Event) -> None:
        """Show the line until the end: over itself on a terminal, else a new one now and then."""
        while not ended.wait(TICK_S if self.is_shown else LINE_S):
            self.show()
        if self.is_shown:
            sys.stdout.write("\n")

    def show(self) -> None:
        text = self.line()
        sys.stdout.write(f"\r\033[K{text[: _width() - 1]}" if self.is_shown else f"{text}\n")
        sys.stdout.flush()


def main() -> int:
    """Install everything; return pip's exit status."""
    if os.environ.get("LOCKED") == "1":
        return _locked(cpu_index() if "TORCH_INDEX" in os.environ else "")
    index = cpu_index()
    sys.stdout.write(foretold(index))
    sys.stdout.flush()
    if index:
        pins = torch_pins(REQUIREMENTS.read_text("utf-8"))
        if _pip("PyTorch for this processor", [*pins, "--index-url", index], is_needed=False):
            sys.stdout.write(f"{index} did not give it: taking PyTorch like the other packages.\n")
    return _pip("Packages", ["-r", str(REQUIREMENTS), *sys.argv[1:]])


def _locked(index: str) -> int:
    """Install what the lock holds, each file checked; PyTorch from the index of its builds for processors, if one is given."""
    if not index:
        return _by_hashes(LOCK)
    pins = torch_pins(REQUIREMENTS.read_text("utf-8"))
    if failed := _pip("PyTorch for this processor", [*pins, "--index-url", index]):
        return failed
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / LOCK.name
        kept.write_text(without_gpu(LOCK.read_text("utf-8")), "utf-8")
        return _by_hashes(kept)


def _by_hashes(lock: Path) -> int:
    args = ["--no-deps", "--require-hashes", "-r", str(lock), *sys.argv[1:]]
    return _pip("Packages, each checked against its hash", args)


def without_gpu(lock: str) -> str:
    """Return a lock without PyTorch and the GPU libraries that nothing but it brings."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE | re.IGNORECASE)
    return "".join(entry for entry in entries if not GPU.match(entry))


def cpu_index() -> str:
    """Return the index of builds without GPU libraries, or nothing where they are not wanted or it does not answer."""
    index = os.environ.get("TORCH_INDEX", CPU_INDEX)
    if index == "off" or sys.platform != "linux" or has_gpu():
        return ""
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=ANSWER_S):  # noqa: S310
            return index
    except (OSError, ValueError):
        return ""


def foretold(index: str) -> str:
    """Return what is about to come, and why so much where it is much."""
    if index or sys.platform != "linux":
        return "Installing, once: about 1 GB to download, 2.5 GB on disk.\n"
    much = "Installing, once: about 3.5 GB to download, 6 GB on disk, most of it PyTorch's GPU libraries.\n"
    if has_gpu() or (wanted := os.environ.get("TORCH_INDEX", CPU_INDEX)) == "off":
        return much
    return f"{much}There is no NVIDIA GPU here, but {wanted}, which has PyTorch without them, does not answer.\n"


def has_gpu() -> bool:
    """Tell whether an NVIDIA driver is here."""
    return Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi") is not None


def torch_pins(requirements: str) -> list[str]:
    """Return the pins that come from the index of PyTorch."""
    return re.findall(r"^torch(?:audio|vision)?==\S+", requirements, re.MULTILINE)


def _pip(title: str, args: Sequence[str], *, is_needed: bool = True) -> int:
    """Run `pip install`, show how far it is, and return its status; what it said of a failure is shown."""
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    progress, ended, last = Progress(title), threading.Event(), []
    with subprocess.Popen(
        [*command, "--progress-bar", "off", *args],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as pip:  # fmt: skip
        watcher = threading.Thread(target=progress.watch, args=(ended,))
        watcher.start()
        for line in pip.stdout or ():
            progress.hear(line)
            last = [*last[1 - KEPT_LINES :], line]
    ended.set()
    watcher.join()
    if pip.returncode and is_needed:
        sys.stdout.write("".join(last))
    elif not pip.returncode:
        sys.stdout.write(f"{progress.line()} · done\n")
    return pip.returncode


def _name(file: str) -> str:
    """Return the package and its version from the name or address of a file."""
    parts = file.rpartition("/")[2].split("-")
    return " ".join(part.removesuffix(".tar.gz") for part in parts[:2])


def _installed() -> int:
    return sum(1 for _ in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def _width() -> int:
    return shutil.get_terminal_size().columns


if __name__ == "__main__":
    sys.exit(main())
