"""Installing says what comes, how much and how long, and takes the small PyTorch only where that is sure to work."""

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import install

LINES = """Looking in indexes: https://index.example/simple
Collecting torch==2.11.0 (from -r requirements.txt (line 40))
  Downloading torch-2.11.0-cp311-cp311-manylinux_2_28_x86_64.whl (530.6 MB)
Collecting numpy==2.4.6
  Using cached https://index.example/numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (66 kB)
  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (16.6 MB)
Installing collected packages: numpy, torch
"""


def test_progress_names_what_how_much_and_how_long() -> None:
    progress = install.Progress("Packages")
    assert "looking for packages" in progress.line()
    lines = LINES.splitlines()
    for line in lines[:3]:
        progress.hear(line)
    assert "torch 2.11.0 (530.6 MB) · 1 files, 0 MB so far · 0:0" in progress.line()
    for line in lines[3:6]:
        progress.hear(line)
    assert "numpy 2.4.6 (16.6 MB)" in progress.line()
    assert "531 MB so far" in progress.line()
    progress.hear(lines[6])
    assert "unpacking, 0 of 2 packages" in progress.line()
    assert "547 MB so far" in progress.line()


def test_pins_of_torch_are_those_of_the_requirements() -> None:
    pins = install.torch_pins(install.REQUIREMENTS.read_text("utf-8"))
    assert sorted(pin.partition("==")[0] for pin in pins) == ["torch", "torchaudio", "torchvision"]


def test_lock_holds_every_pin_and_a_hash_of_every_file() -> None:
    locked = re.split(r"\n(?=[A-Za-z])", install.LOCK.read_text("utf-8"))[1:]
    versions = {part.split(" ")[0].strip().lower() for part in locked}
    pins = re.findall(r"^[^#\s]\S+$", install.REQUIREMENTS.read_text("utf-8"), re.MULTILINE)
    assert [pin for pin in pins if pin.lower().replace("_", "-") not in versions] == []
    assert [part for part in locked if "--hash=sha256:" not in part] == []


def test_locked_install_asks_for_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setenv("LOCKED", "1")
    monkeypatch.setattr(install, "_pip", lambda _title, args: asked.append(args) or 0)
    monkeypatch.setattr("sys.argv", ["install.py"])
    assert install.main() == 0
    assert asked == [["--no-deps", "--require-hashes", "-r", str(install.LOCK)]]


@pytest.fixture
def index() -> Iterator[str]:
    handler = http.server.BaseHTTPRequestHandler
    served = type("Index", (handler,), {
        "do_GET": lambda self: (self.send_response(200), self.end_headers()),
        "log_message": lambda *_: None,
    })  # fmt: skip
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), served)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_small_build_is_taken_without_a_gpu(index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_INDEX", index)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(install, "has_gpu", lambda: False)
    assert install.cpu_index() == index
    monkeypatch.setattr(install, "has_gpu", lambda: True)
    assert install.cpu_index() == ""


@pytest.mark.parametrize("index", ["off", "http://127.0.0.1:1", "nonsense"])
def test_index_that_does_not_answer_is_left(index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_INDEX", index)
    monkeypatch.setattr(install, "has_gpu", lambda: False)
    assert install.cpu_index() == ""


def test_what_comes_is_said_before(index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(install, "has_gpu", lambda: False)
    assert "1 GB" in install.foretold(index)
    told = install.foretold("")
    assert "3.5 GB" in told
    assert f"{install.CPU_INDEX}, which has PyTorch without them, does not answer" in told
    monkeypatch.setattr(install, "has_gpu", lambda: True)
    assert "does not answer" not in install.foretold("")


def test_failed_index_leads_to_the_usual_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def pip(_title: str, args: list[str], *, is_needed: bool = True) -> int:
        asked.append(args)
        return 1 if "--index-url" in args else 0

    monkeypatch.setattr(install, "cpu_index", lambda: "https://cpu.example")
    monkeypatch.setattr(install, "_pip", pip)
    monkeypatch.setattr("sys.argv", ["install.py"])
    assert install.main() == 0
    assert asked[0][-1] == "https://cpu.example"
    assert asked[1][:2] == ["-r", str(install.REQUIREMENTS)]
    assert "did not give it" in capsys.readouterr().out


def test_failure_of_pip_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert install._pip("Packages", ["--no-index", "--no-such-option"]) != 0
    assert "no such option" in capsys.readouterr().out


def test_installed_packages_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listing = tmp_path / "listing.txt"
    listing.write_text("numpy\n", "utf-8")
    assert install._pip("Packages", ["--no-index", "-r", str(listing)]) == 0
    assert "done" in capsys.readouterr().out
