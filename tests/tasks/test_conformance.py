"""What every task must do, found by looking: a new task is held to this without naming it here."""

import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bigmodel.answers import answer_type
from bigmodel.core.datasets.dataset import Form, Summary, TaskData
from bigmodel.core.form import form_of
from bigmodel.core.job import Wish
from bigmodel.core.language import LANGUAGES
from bigmodel.core.task import (
    PRESETS,
    BaseFiles,
    HasBaseline,
    Medium,
    Params,
    Portable,
    StopRequested,
    Task,
)
from bigmodel.tasks import find_tasks, load_engine
from bigmodel.words import load_words
from tests.fakes.reporter import FakeReporter
from tests.patience import PATIENCE_S
from tests.tasks.material import ROWS, SCRATCH, material_of

TASKS = find_tasks()
FORBIDDEN = ("torch", "transformers", "accelerate", "sklearn", "scipy", "timm")
WORDS = load_words()

every_task = pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
with_baseline = pytest.mark.parametrize(
    "task",
    [task for task in TASKS.values() if isinstance(load_engine(task), HasBaseline)],
    ids=lambda task: task.name,
)
trained = pytest.mark.parametrize(
    "task",
    [task for task in TASKS.values() if material_of(task).bases],
    ids=lambda task: task.name,
)
with_base = pytest.mark.parametrize(
    ("task", "kind"),
    [(task, kind) for task in TASKS.values() for kind in material_of(task).bases],
    ids=lambda value: value if isinstance(value, str) else value.name,
)


Trained = tuple[Path, FakeReporter]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conformance")


@pytest.fixture(scope="module")
def tuned(home: Path) -> Callable[[Task], Trained]:
    """Return what trains a task a few rounds on its base, once, and gives the model's folder and what was reported."""

    @cache
    def train(task_name: str) -> Trained:
        task, folder = TASKS[task_name], home / f"tuned-{task_name}"
        folder.mkdir()
        rounds = material_of(task).rounds
        values = settings(task, epochs=rounds, learning_rate=3e-3, warmup_share=0.0)
        report = FakeReporter(folder / "checkpoints")
        load_engine(task).train(data_of(task, home), values, base_of(task, home), folder, report)
        return folder, report

    return lambda task: train(task.name)


def base_of(task: Task, home: Path) -> BaseFiles:
    return material_of(task).base(home / f"base-{task.name}")


def data_of(task: Task, home: Path, rows: int = ROWS) -> TaskData:
    folder = home / f"{task.name}-{rows}"
    folder.mkdir(exist_ok=True)
    return material_of(task).data(folder, rows)


def settings(task: Task, **values: object) -> Params:
    """Return quick settings, of those that the task has."""
    wanted = {"batch_size": 16, **material_of(task).small, **values}
    known = {name: value for name, value in wanted.items() if name in task.params.model_fields}
    return task.params.model_validate({"base": "tiny", **known})


@every_task
def test_networks_leave_torch_where_that_is_offered(task: Task) -> None:
    assert isinstance(load_engine(task), Portable) == task.has_onnx


@every_task
def test_form_is_explained_in_both_languages(task: Task) -> None:
    for field in form_of(task.params):
        keys = [f"params.{field.name}.title", f"params.{field.name}.help"]
        keys += [f"params.{field.name}.{choice}" for choice in field.choices]
        keys.append(f"params.groups.{field.group}")
        for language in LANGUAGES:
            assert [key for key in keys if key not in WORDS.texts[language]] == []


@every_task
def test_task_and_bases_have_words(task: Task) -> None:
    keys = [f"tasks.{task.name}.{word}" for word in ("name", "about")]
    for base in bases_of(task):
        keys += [f"tasks.{task.name}.bases.{base['name']}.{word}" for word in ("name", "about")]
    for language in LANGUAGES:
        assert [key for key in keys if key not in WORDS.texts[language]] == []


@every_task
def test_presets_are_valid_settings(task: Task) -> None:
    for base in bases_of(task):
        assert set(base["presets"]) == set(PRESETS)
        for values in base["presets"].values():
            task.params.model_validate({"base": base["name"], **values})


@every_task
def test_settings_out_of_bounds_are_refused(task: Task) -> None:
    with pytest.raises(ValueError, match="seed"):
        task.params.model_validate({"seed": -1})
    with pytest.raises(ValueError, match="unheard_of"):
        task.params.model_validate({"unheard_of": 1})


@pytest.fixture(scope="module")
def heavy() -> dict[str, list[str]]:
    """Return the heavy libraries that the spec of each task was the first to load, in a process that loads them all."""
    code = (
        "import importlib, json, sys\n"
        "found, told = {}, set()\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(f'bigmodel.tasks.{name}.spec')\n"
        f"    found[name] = sorted({set(FORBIDDEN)!r} & sys.modules.keys() - told)\n"
        "    told.update(found[name])\n"
        "print(json.dumps(found))"
    )
    command = [sys.executable, "-c", code, *TASKS]
    told = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE_S)
    found: dict[str, list[str]] = json.loads(told.stdout)
    return found


@every_task
def test_spec_loads_without_heavy_libraries(task: Task, heavy: dict[str, list[str]]) -> None:
    assert heavy[task.name] == []


@with_baseline
def test_instant_model_stands_in_seconds(task: Task, home: Path, tmp_path: Path) -> None:
    data = data_of(task, home, material_of(task).instant_rows)
    report = FakeReporter(tmp_path / "checkpoints")
    start = time.process_time()  # what others do on this machine does not count
    load_engine(task).train_instant(data, settings(task), tmp_path, report)
    assert time.process_time() - start < 10
    loaded = load_engine(task).load(tmp_path)
    again = load_engine(task).load(tmp_path)
    answers = loaded.answer(data.test.inputs)
    assert answers == again.answer(data.test.inputs)
    assert material_of(task).is_learned(answers, data.test)


@with_baseline
def test_instant_model_answers_without_torch(task: Task, home: Path, tmp_path: Path) -> None:
    data = data_of(task, home)
    load_engine(task).train_instant(data, settings(task), tmp_path, FakeReporter(tmp_path))
    code = (
        "import sys, pathlib, bigmodel.tasks as t\n"
        f"model = t.load_engine(t.get_task({task.name!r})).load(pathlib.Path(sys.argv[1]))\n"
        "model.answer([sys.argv[2]])\n"
        "print('torch' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), data.test.inputs[0]]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert found.stdout.strip() == "False"


@trained
def test_few_steps_lower_the_loss(task: Task, tuned: Callable[[Task], Trained]) -> None:
    _, report = tuned(task)
    losses = [loss for _, loss in report.curves["train/loss"]]
    assert losses[-1] < losses[0]
    assert report.curves["train/learning_rate"]
    assert report.curves["validation/loss"]


@with_base
def test_saved_model_answers_the_same_after_loading(
    task: Task, kind: str, home: Path, tmp_path: Path, tuned: Callable[[Task], Trained]
) -> None:
    data, engine, folder = data_of(task, home), load_engine(task), tmp_path
    if kind == base_of(task, home).name:
        folder = tuned(task)[0]
    else:
        values, report = settings(task, epochs=1), FakeReporter(tmp_path / "c")
        engine.train(data, values, SCRATCH, folder, report)
    one = engine.load(folder).answer(data.test.inputs)
    two = engine.load(folder).answer(data.test.inputs)
    assert one == two
    encode, are_alike = answer_type(task).encode, material_of(task).are_alike
    assert all(are_alike(encode(answer), encode(answer)) for answer in one), "NaN is like nothing"
    assert engine.load(folder).answer([]) == []
    alone = engine.load(folder).answer(data.test.inputs[:1])
    assert are_alike(encode(alone[0]), encode(one[0]))


@trained
@pytest.mark.parametrize("stop", [0, 2])
def test_stops_within_one_step(task: Task, stop: int, home: Path, tmp_path: Path) -> None:
    report = FakeReporter(tmp_path / "checkpoints", stop_at=stop, wish=Wish.CANCEL)
    base = base_of(task, home)
    with pytest.raises(StopRequested):
        load_engine(task).train(data_of(task, home), settings(task), base, tmp_path, report)
    assert max(report.steps) == stop


@trained
def test_paused_training_goes_on_to_same_model(task: Task, home: Path, tmp_path: Path) -> None:
    data, engine, base = data_of(task, home), load_engine(task), base_of(task, home)
    values = settings(task, epochs=2, batch_size=8)
    for name in ("straight", "resumed"):
        (tmp_path / name).mkdir()
    engine.train(data, values, base, tmp_path / "straight", FakeReporter(tmp_path / "a"))
    paused = FakeReporter(tmp_path / "b", stop_at=3)
    with pytest.raises(StopRequested):
        engine.train(data, values, base, tmp_path / "resumed", paused)
    resumed = FakeReporter(tmp_path / "c", resume=paused.checkpoints[-1])
    engine.train(data, values, base, tmp_path / "resumed", resumed)
    weights = [weights_in(tmp_path / name) for name in ("straight", "resumed")]
    assert weights[0]
    assert weights[0] == weights[1]


@every_task
def test_rows_of_another_medium_do_not_suit(task: Task) -> None:
    for medium, form in ((Medium.IMAGE, Form.FOLDERS), (Medium.AUDIO, Form.TRANSCRIPTS)):
        if medium != task.medium:
            classes = {"good": 500, "bad": 500}
            other = Summary(1000, 1000, ("text", "target"), classes, {}, medium=medium, form=form)
            assert task.fit(other) == 0


@every_task
def test_own_kind_of_data_suits_best(task: Task) -> None:
    own = material_of(task).suits
    others = [other for other in TASKS.values() if other != task and other.inputs == task.inputs]
    for other in others if own else ():
        assert other.fit(own) < task.fit(own)


def weights_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.safetensors")}


def bases_of(task: Task) -> list[dict]:  # type: ignore[type-arg]
    return tomllib.loads((task.folder / "models.toml").read_text("utf-8"))["base"]  # type: ignore[no-any-return]


def test_words_name_no_unknown_task_or_base() -> None:
    pattern = re.compile(r"tasks\.([a-z_]+)\.bases\.([a-z0-9_]+)\.")
    for key in WORDS.texts["en"]:
        if found := pattern.match(key):
            assert found[2] in {base["name"] for base in bases_of(TASKS[found[1]])}
