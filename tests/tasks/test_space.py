"""A model of every task, downloaded as a Space, runs with `python app.py` away from this app and answers alike."""

import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from bigmodel.answers import answer_type
from bigmodel.core.answer import Tried
from bigmodel.core.datasets.attached import file_of
from bigmodel.core.datasets.inputs import MARK, parts_of
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import Medium, Task
from bigmodel.services.panels import answer_html
from bigmodel.services.results.export import write_package
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks, load_engine
from bigmodel.words import load_words
from tests.fakes.reporter import FakeReporter
from tests.patience import PATIENCE_S
from tests.server import free_port
from tests.tasks.material import material_of
from tests.tasks.test_conformance import data_of, settings
from tests.tasks.without_torch import both_answers

TASKS = find_tasks()
HOST = Path(__file__).parent / "space_host.py"
BARE = next(iter(TASKS))  # is started as a person starts it
LEFT_OUT = ("accelerate", "scikit-learn", "pandas", "pyarrow", "SQLAlchemy")
every_task = pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Starter:
    """Starts Spaces as forks of a process that has only imported their libraries: each alone takes ten times as long."""

    host: subprocess.Popen[str]

    def start(self, folder: Path, environment: dict[str, str]) -> psutil.Process:
        assert self.host.stdin
        assert self.host.stdout
        asked = {"folder": str(folder), "environment": environment}
        self.host.stdin.write(json.dumps(asked) + "\n")
        self.host.stdin.flush()
        return psutil.Process(int(self.host.stdout.readline()))


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    with subprocess.Popen(
        [sys.executable, HOST], cwd=tmp_path_factory.mktemp("host"), env=bare_environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
    ) as host:  # fmt: skip
        yield Starter(host)
        host.kill()


def bare_environment() -> dict[str, str]:
    """Return an environment with nothing of ours."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "OMP_NUM_THREADS")}


def start_bare(folder: Path, environment: dict[str, str]) -> psutil.Process:
    """Start the app of a Space as a person does."""
    with (folder / "app.log").open("ab") as log:
        return psutil.Popen(
            [sys.executable, "app.py"], cwd=folder, env=bare_environment() | environment,
            stdout=log, stderr=log,
        )  # fmt: skip


@contextmanager
def running(folder: Path, start: Callable[[Path, dict[str, str]], psutil.Process]) -> Iterator[str]:
    """Start the app of a Space in its own folder, with nothing of ours in its environment."""
    log, port = folder / "app.log", free_port()
    log.touch()
    environment = {"GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1"}
    process = start(folder, environment | {"GRADIO_TEMP_DIR": str(folder / "files")})
    try:
        url, deadline = f"http://127.0.0.1:{port}/gradio_api", time.monotonic() + PATIENCE_S
        while not _answers(url):
            told = log.read_text("utf-8")
            assert is_alive(process), told
            assert time.monotonic() < deadline, told
            time.sleep(0.1)
        yield url
    finally:
        with suppress(psutil.NoSuchProcess):
            process.kill()
        process.wait()


def is_alive(process: psutil.Process) -> bool:
    try:
        process.wait(0)
    except psutil.TimeoutExpired:
        return True
    return False


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/info", timeout=PATIENCE_S).status_code == 200
    except httpx.HTTPError:
        return False


def ask(url: str, task: Task, given: str) -> str:
    """Ask as the page does, and return the answer as HTML."""
    parts = parts_of(given) if len(task.inputs) > 1 or MARK in given else (given,)
    asked: list[object] = [_sent(url, file) if (file := file_of(part)) else part for part in parts]
    if task.medium != Medium.TEXT and not answer_type(task).asks:
        asked = [_sent(url, given)]
    event = httpx.post(f"{url}/call/answer", json={"data": asked}, timeout=PATIENCE_S).json()[
        "event_id"
    ]
    told = httpx.get(f"{url}/call/answer/{event}", timeout=PATIENCE_S).text
    assert "event: complete" in told, told
    return str(json.loads(told.rpartition("data: ")[2])[0])


def _sent(url: str, given: str) -> object:
    """Send a file as a browser does, and return what stands for it in a question."""
    with Path(given).open("rb") as file:
        [path] = httpx.post(f"{url}/upload", files={"files": file}, timeout=PATIENCE_S).json()
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def plain_lead(html: str) -> str:
    """Return what stands in large letters in an answer that is drawn."""
    found = re.search(r'data-testid="answer">(.*?)</div>', html, re.DOTALL)
    assert found, html
    return re.sub(r"<[^>]+>", "", found[1])


@every_task
def test_model_runs_as_a_space(task: Task, starter: Starter, tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "home", offline=True)
    home.make_folders()
    sort = "tuned" if material_of(task).bases else "instant"
    model = TrainedModel(
        id="m", kind=sort, task=task.name, base="tiny", folder="jobs/j/1/models/tuned",
        digest="", size_mb=1.0, labels=(), metrics={}, kept=True,
    )  # fmt: skip
    folder = home.home / model.folder
    folder.mkdir(parents=True)
    data, engine = data_of(task, tmp_path), load_engine(task)
    base = material_of(task).base(tmp_path / "base")
    report = FakeReporter(tmp_path / "c")
    if sort == "tuned":
        engine.train(data, settings(task, epochs=1), base, folder, report)
    else:
        engine.train_instant(data, settings(task), folder, report)
    asked, kind = data.test.inputs, answer_type(task)
    expected = engine.load(folder).answer(asked)
    results = kind.evaluate(Tried(data.test.targets, expected, data.labels))
    model = TrainedModel(**{**vars(model), "labels": data.labels})
    package = write_package(home, model, results=results, split_rows={}, bases={}, sort="space")
    space = tmp_path / "space"
    with zipfile.ZipFile(package) as file:
        file.extractall(space)
    pins = (space / "requirements.txt").read_text("utf-8")
    assert [name for name in LEFT_OUT if f"{name}==" in pins] == []
    assert "gradio==" in pins
    assert list(space.glob("*.safetensors"))
    assert str(home.home) not in "".join(path.read_text("utf-8") for path in space.glob("*.json"))
    if kind.asks == "class":
        asked = [data.labels[0]]
        expected = engine.load(folder).answer(asked)
    start = start_bare if task.name == BARE else starter.start
    with running(space, start) as url:
        said = ask(url, task, asked[0])
    drawn = answer_html(kind.view(expected[0]), partial(load_words().text, "en"))
    assert plain_lead(said) == (plain_lead(drawn) if expected[0].text else "–")
    if task.has_onnx:
        by_torch, by_onnx = both_answers(task, model, folder, space, list(asked[:5]))
        assert material_of(task).are_alike(by_torch, by_onnx)
