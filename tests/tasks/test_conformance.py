"""What every task must do, found by looking: a new task is held to this without naming it here."""

import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest

from bigmodel.core.dataset import Summary
from bigmodel.core.form import form_of
from bigmodel.core.job import Wish
from bigmodel.core.language import LANGUAGES
from bigmodel.core.task import PRESETS, BaseFiles, Family, Medium, Params, StopRequested, Task
from bigmodel.tasks import find_tasks, load_engine
from bigmodel.words import load_words
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert

TASKS = find_tasks()
TEXT_TASKS = [task for task in TASKS.values() if task.medium == Medium.TEXT]
FORBIDDEN = ("torch", "transformers", "accelerate", "sklearn", "scipy", "timm")
WORDS = load_words()

every_task = pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
text_task = pytest.mark.parametrize("task", TEXT_TASKS, ids=lambda task: task.name)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BaseFiles:
    return BaseFiles("tiny", "folder", write_tiny_bert(tmp_path_factory.mktemp("base") / "tiny"))


def settings(task: Task, **values: object) -> Params:
    return task.params.model_validate({"base": "tiny", "batch_size": 16} | values)


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


@every_task
def test_spec_loads_without_heavy_libraries(task: Task) -> None:
    module = f"bigmodel.tasks.{task.name}.spec"
    code = f"import sys, {module}; print(*[n for n in {FORBIDDEN!r} if n in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.split() == []


@text_task
def test_instant_model_stands_in_seconds(task: Task, tmp_path: Path) -> None:
    data = text_data(task.family, 375)
    report = FakeReporter(tmp_path / "checkpoints")
    start = time.perf_counter()
    load_engine(task).train_instant(data, settings(task), tmp_path, report)
    assert time.perf_counter() - start < 10
    loaded = load_engine(task).load(tmp_path)
    again = load_engine(task).load(tmp_path)
    assert loaded.predict(data.test.inputs) == again.predict(data.test.inputs)
    assert is_better_than_guessing(task, loaded.predict(data.test.inputs), data.test.targets)


@text_task
def test_instant_model_answers_without_torch(task: Task, tmp_path: Path) -> None:
    data = text_data(task.family)
    load_engine(task).train_instant(data, settings(task), tmp_path, FakeReporter(tmp_path))
    code = (
        "import sys, pathlib, bigmodel.tasks as t\n"
        f"t.load_engine(t.get_task({task.name!r})).load(pathlib.Path(sys.argv[1])).predict(['a'])\n"
        "print('torch' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "False"


@text_task
def test_few_steps_lower_the_loss(task: Task, tiny: BaseFiles, tmp_path: Path) -> None:
    values = settings(task, epochs=8, learning_rate=3e-3, warmup_share=0.0)
    report = FakeReporter(tmp_path / "checkpoints")
    load_engine(task).train(text_data(task.family), values, tiny, tmp_path, report)
    losses = [loss for _, loss in report.curves["train/loss"]]
    assert losses[-1] < losses[0]
    assert report.curves["train/learning_rate"]
    assert report.curves["validation/loss"]


@text_task
@pytest.mark.parametrize("kind", ["tiny", "scratch"])
def test_saved_model_answers_the_same_after_loading(
    task: Task, kind: str, tiny: BaseFiles, tmp_path: Path
) -> None:
    base = tiny if kind == "tiny" else BaseFiles("scratch", "scratch")
    data = text_data(task.family)
    engine = load_engine(task)
    engine.train(data, settings(task, epochs=1), base, tmp_path, FakeReporter(tmp_path / "c"))
    one = engine.load(tmp_path).predict(data.test.inputs)
    two = engine.load(tmp_path).predict(data.test.inputs)
    assert one == two
    assert np.isfinite(one).all()
    assert engine.load(tmp_path).predict([]) == []
    alone = engine.load(tmp_path).predict(data.test.inputs[:1])
    np.testing.assert_allclose(alone[0], one[0], rtol=1e-4, atol=1e-5)


@text_task
@pytest.mark.parametrize("stop", [0, 2])
def test_stops_within_one_step(task: Task, stop: int, tiny: BaseFiles, tmp_path: Path) -> None:
    report = FakeReporter(tmp_path / "checkpoints", stop_at=stop, wish=Wish.CANCEL)
    with pytest.raises(StopRequested):
        load_engine(task).train(text_data(task.family), settings(task), tiny, tmp_path, report)
    assert max(report.steps) == stop


@text_task
def test_paused_training_goes_on_to_same_model(task: Task, tiny: BaseFiles, tmp_path: Path) -> None:
    data, engine, values = text_data(task.family), load_engine(task), settings(task, epochs=2)
    for name in ("straight", "resumed"):
        (tmp_path / name).mkdir()
    engine.train(data, values, tiny, tmp_path / "straight", FakeReporter(tmp_path / "a"))
    paused = FakeReporter(tmp_path / "b", stop_at=3)
    with pytest.raises(StopRequested):
        engine.train(data, values, tiny, tmp_path / "resumed", paused)
    resumed = FakeReporter(tmp_path / "c", resume=paused.checkpoints[-1])
    engine.train(data, values, tiny, tmp_path / "resumed", resumed)
    weights = [(tmp_path / n / "model.safetensors").read_bytes() for n in ("straight", "resumed")]
    assert weights[0] == weights[1]


@text_task
def test_own_kind_of_data_suits_best(task: Task) -> None:
    classes = {str(value): 10 for value in range(100)}
    numeric = summary(classes, number_share=1.0)
    named = summary({"good": 500, "bad": 500}, number_share=0.0)
    other, own = (numeric, named) if task.family == Family.CLASSIFICATION else (named, numeric)
    assert task.fit(own) > task.fit(other)


def summary(classes: dict[str, int], number_share: float) -> Summary:
    return Summary(
        rows=1000,
        usable_rows=1000,
        columns=("text", "target"),
        classes=classes,
        split_rows={},
        number_share=number_share,
    )


def bases_of(task: Task) -> list[dict]:  # type: ignore[type-arg]
    return tomllib.loads((task.folder / "models.toml").read_text("utf-8"))["base"]  # type: ignore[no-any-return]


def is_better_than_guessing(task: Task, scores: list[list[float]], truth: object) -> bool:
    if task.family == Family.REGRESSION:
        values = np.array([float(value) for value in truth])  # type: ignore[attr-defined]
        error = ((np.array(scores)[:, 0] - values) ** 2).mean()
        return bool(error < 0.5 * values.var())
    answers = [("bad", "good")[row[1] > row[0]] for row in scores]
    return sum(map(str.__eq__, answers, truth)) > 0.9 * len(answers)  # type: ignore[call-overload]


def test_words_name_no_unknown_task_or_base() -> None:
    pattern = re.compile(r"tasks\.([a-z_]+)\.bases\.([a-z0-9_]+)\.")
    for key in WORDS.texts["en"]:
        if found := pattern.match(key):
            assert found[2] in {base["name"] for base in bases_of(TASKS[found[1]])}
